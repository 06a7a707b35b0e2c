"""`Idempotency-Key`: a program that never saw the answer asks again and gets the same one, made and paid only once."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from accounts.services import aadmit
from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.keeping import DAY_SECONDS, keep, pack, unpack
from chatbot.gateway.leases import LEASE_SECONDS, Lease
from config.common.problems import Conflict, Unavailable
from config.common.redis import RedisDown, async_redis_client
from tasks.services import IdempotencyKeyReused
from tasks.services.submit import request_fingerprint

logger = logging.getLogger(__name__)

HEADER = "Idempotency-Key"
MAX_KEY_CHARACTERS = 255
#: What stands before the answer: is one being made, was one made that is too long to keep, or does it follow?
RUNNING, NOT_KEPT, KEPT = b"r", b"n", b"k"
_LEASE_MS = round(LEASE_SECONDS * 1000)

Answer = Callable[[], Awaitable[HttpResponseBase]]


class AnswerRunning(Conflict):
    """The first request with this key has not ended."""

    code = "idempotency_key_in_use"
    title = "A request with this Idempotency-Key is being answered."


class AnswerNotKept(Conflict):
    """It was answered, and the answer could not be kept."""

    code = "idempotent_answer_not_kept"
    title = "This request was answered before; the answer was not kept."


async def once(request: HttpRequest, call: ModelCall, body: Mapping[str, Any], answer: Answer) -> HttpResponseBase:
    """The answer of the first request with this key and body within a day; without a key, or as a stream, a new one.

    Raises IdempotencyKeyReused (422) for another body, AnswerRunning (409) while the first one still runs, and
    AnswerNotKept (409). Answers that are errors are not kept: asking again tries again.
    """
    name = request.headers.get(HEADER)
    if name is None or body.get("stream"):
        return await answer()
    if not name.strip() or len(name) > MAX_KEY_CHARACTERS or not name.isascii() or not name.isprintable():
        text = _("%(header)s must have 1 to %(limit)d printable characters.")
        raise InvalidRequest.of(HEADER, text % {"header": HEADER, "limit": MAX_KEY_CHARACTERS})
    key = repeat_key(call, name)
    mark = request_fingerprint(str(call.workplace.project_id), body).encode()
    try:
        known = await _begin(key, mark)
    except RedisDown as error:
        raise Unavailable(_("Repeated requests cannot be recognised just now. Nothing was done; try again.")) from error
    if known is None:
        return await _run(call, key, mark, answer)
    # A repetition costs no quota, but it is a request like any other.
    await aadmit(account=call.caller.account, endpoint=request.path, key=call.caller.key)
    return _repeat(known, mark)


def repeat_key(call: ModelCall, name: str) -> str:
    """`idempotency:{SHA-256}`, of the account, the endpoint and the program's own key."""
    text = f"{call.caller.account.pk}|{call.endpoint}|{name}"
    return f"idempotency:{sha256(text.encode()).hexdigest()}"


async def _begin(key: str, mark: bytes) -> bytes | None:
    """None for the one who may answer, else what is known."""
    client = async_redis_client()
    while not await client.set(key, RUNNING + mark, nx=True, px=_LEASE_MS):
        known: Any = await client.get(key)
        if isinstance(known, bytes):
            return known
    return None


def _repeat(known: bytes, mark: bytes) -> HttpResponse:
    state, rest = known[:1], known[1:]
    if not rest.startswith(mark):
        raise IdempotencyKeyReused
    if state == RUNNING:
        raise AnswerRunning(retry_after_seconds=1)
    if state == NOT_KEPT:
        raise AnswerNotKept
    response = HttpResponse(unpack(rest[len(mark) :]), content_type="application/json")
    response.headers["Idempotent-Replayed"] = "true"
    return response


async def _run(call: ModelCall, key: str, mark: bytes, answer: Answer) -> HttpResponseBase:
    """Answer and keep; while it runs the mark is renewed, and after a crash it lapses."""
    client = async_redis_client()
    ended: list[bytes] = []

    async def drop() -> None:
        if ended:
            await keep(call.caller.account.pk, key, ended[0], DAY_SECONDS)
        else:
            await client.delete(key)

    lease = Lease(lambda: client.pexpire(key, _LEASE_MS), drop)
    try:
        response = await answer()
        if isinstance(response, HttpResponse) and response.status_code < 400:
            packed = pack(response.content) if call.workplace.store_content else None
            ended.append(NOT_KEPT + mark if packed is None else KEPT + mark + packed)
        return response
    finally:
        await lease.aend()
