"""Answers from the cache, for programs that ask for it: `X-Roundhouse-Cache: <seconds>`.

The key holds who asks in which project, the whole body and the versions of the engines that may answer, so a change of
an engine empties its part. Streams, and projects that keep no contents, are answered anew (`bypass`).
"""

import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from chatbot.gateway.answers import read_answer
from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.calls import ModelCall
from chatbot.gateway.keeping import DAY_SECONDS, keep, pack, unpack
from config.common.redis import RedisDown, async_redis_client
from tasks.models import Engine

logger = logging.getLogger(__name__)

HEADER = "X-Roundhouse-Cache"

Answer = Callable[[], Awaitable[HttpResponseBase]]


def wanted_seconds(request: HttpRequest) -> int:
    """How old the answer may be, and how long a new one may be kept; 0 without the header. Raises InvalidRequest."""
    given = request.headers.get(HEADER, "0")
    if not given.isascii() or not given.isdecimal() or len(given) > 6 or int(given) > DAY_SECONDS:
        text = _("%(header)s must be a number of seconds up to %(limit)d.") % {"header": HEADER, "limit": DAY_SECONDS}
        raise InvalidRequest.of(HEADER, text)
    return int(given)


def cache_key(call: ModelCall, body: Mapping[str, Any], rows: Sequence[Engine]) -> str:
    """`response_cache:{SHA-256}`."""
    versions = sorted((str(row.pk), row.updated_at.isoformat()) for row in rows)
    who = [str(call.caller.account.pk), str(call.workplace.project_id), call.endpoint]
    text = json.dumps([who, versions, body], sort_keys=True, separators=(",", ":"))
    return f"response_cache:{sha256(text.encode()).hexdigest()}"


async def cached(
    request: HttpRequest, call: ModelCall, body: Mapping[str, Any], rows: Sequence[Engine], answer: Answer
) -> HttpResponseBase:
    """The kept answer, recorded as a call without tokens, or a new one; the header says which."""
    seconds = wanted_seconds(request)
    if not seconds:
        return await answer()
    if body.get("stream") or not call.workplace.store_content:
        return _marked(await answer(), "bypass")
    key = cache_key(call, body, rows)
    content = await _look_up(key)
    if content is not None:
        return _marked(await _hit(request, call, content), "hit")
    response = await answer()
    if isinstance(response, HttpResponse) and response.status_code == 200:
        await _store(call, key, response.content, seconds)
    return _marked(response, "miss")


async def _hit(request: HttpRequest, call: ModelCall, content: bytes) -> HttpResponse:
    await call.begin(request, {"requests": 1})
    await call.end(response=read_answer(content).text)
    return HttpResponse(content, content_type="application/json")


async def _look_up(key: str) -> bytes | None:
    try:
        packed: Any = await async_redis_client().get(key)
    except RedisDown:
        # The call itself will be refused by the limits, which need Redis more than we do.
        return None
    return None if packed is None else unpack(packed)


async def _store(call: ModelCall, key: str, content: bytes, seconds: int) -> None:
    packed = pack(content)
    if packed is None:
        return
    try:
        await keep(call.caller.account.pk, key, packed, seconds)
    except RedisDown:
        logger.warning("gateway.cache.unavailable")


def _marked(response: HttpResponseBase, how: str) -> HttpResponseBase:
    response.headers[HEADER] = how
    return response
