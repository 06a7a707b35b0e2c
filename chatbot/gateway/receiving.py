"""Bodies of requests: small ones are read as everywhere, large ones in a thread, and only so many bytes at once."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from chatbot.gateway.lifting import LargeBody, lift, put_back
from config.common.problems import BodyTooLarge, Unavailable
from config.common.rest import InvalidJson, parse_json
from tasks.api.openai import read_json

#: Up to here a body is parsed on the event loop: faster than a thread begins.
SMALL_BODY_BYTES: Final = 256 * 1024

#: Of large bodies that this process holds now; changed on the event loop only.
_held_bytes = 0


async def read_body(request: HttpRequest) -> dict[str, Any]:
    """The body as an object; give it to `let_go` at the end. Raises InvalidJson, BodyTooLarge or Unavailable.

    What is no base64 may have MAX_JSON_BYTES as everywhere; with pictures it may have GATEWAY_BODY_BYTES.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if announced.isdecimal() and int(announced) <= SMALL_BODY_BYTES:
        return read_json(request)
    limit, head = settings.GATEWAY_BODY_BYTES, b""
    if not announced.isdecimal():
        head = request.read(SMALL_BODY_BYTES + 1)
        if len(head) <= SMALL_BODY_BYTES:
            return _as_object(head)
    # Without a length it may become as long as any.
    size = int(announced) if announced.isdecimal() else limit
    if size > limit:
        raise _too_large(limit)
    _hold(size)
    try:
        body = await asyncio.to_thread(_read, request, head, limit)
    except BaseException:
        _hold(-size)
        raise
    body.held_bytes = size
    return body


def _hold(size: int) -> None:
    global _held_bytes
    if size > 0 and _held_bytes + size > settings.GATEWAY_BODIES_BYTES:
        message = _("Too many large requests are under way. Nothing was done; try again.")
        raise Unavailable(message, retry_after_seconds=2)
    _held_bytes += size


def let_go(body: Mapping[str, Any]) -> None:
    """Forget what was lifted out of a large body: the call has ended, or its stream has begun."""
    if isinstance(body, LargeBody):
        body.lifted.clear()
        _hold(-body.held_bytes)
        body.held_bytes = 0


def _read(request: HttpRequest, head: bytes, limit: int) -> LargeBody:
    raw = head + request.read(limit + 1 - len(head))
    if len(raw) > limit:
        raise _too_large(limit)
    # What may be text altogether is read as text, as everywhere else.
    document, lifted = lift(raw) if len(raw) > settings.MAX_JSON_BYTES else (raw, {})
    del raw
    if len(document) > settings.MAX_JSON_BYTES:
        text = _("The text of a request may have %(limit)d bytes; pictures come on top of that.")
        raise BodyTooLarge(text % {"limit": settings.MAX_JSON_BYTES})
    body = LargeBody(_as_object(document))
    body.lifted = lifted
    return body


def _as_object(document: bytes) -> dict[str, Any]:
    body = parse_json(document)
    if not isinstance(body, dict):
        raise InvalidJson(_("The body must be a JSON object."))
    return body


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(_("At most %(limit)d bytes are accepted.") % {"limit": limit})


async def as_sent(document: bytes, body: Mapping[str, Any]) -> bytes:
    """A document made from `body`, with what was lifted out of it."""
    if not isinstance(body, LargeBody) or not body.lifted:
        return document
    return await asyncio.to_thread(put_back, document, dict(body.lifted))
