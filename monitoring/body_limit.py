"""Refuses bodies that are too large while they come: Django would first write all of them to the disk."""

import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings

from config.common.problems import CONTENT_TYPE, BodyTooLarge, openai_body, problem_body

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class _TooLarge(Exception):
    """More has come than may."""


class BodyLimit:
    """ASGI middleware around everything. `settings.BODY_LIMITS` maps paths to bytes; others get MAX_BODY_BYTES."""

    def __init__(self, application: Application) -> None:
        self.application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """By the length that is announced, else by counting."""
        if scope["type"] != "http":
            await self.application(scope, receive, send)
            return
        limit: int = settings.BODY_LIMITS.get(scope["path"], settings.MAX_BODY_BYTES)
        if _announced(scope) > limit:
            await _refuse(scope, send)
            return
        has_begun = False

        async def watch(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.application(scope, _counted(receive, limit), watch)
        except _TooLarge:
            # An answer that has begun cannot be taken back; the server closes the connection then.
            if has_begun:
                raise
            await _refuse(scope, send)


def _counted(receive: Receive, limit: int) -> Receive:
    received = 0

    async def count() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > limit:
            raise _TooLarge
        return message

    return count


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        # What is no number is counted; the server has refused contradictions already.
        if name == b"content-length" and value.isdigit():
            return int(value[:18])
    return 0


async def _refuse(scope: Scope, send: Send) -> None:
    error = BodyTooLarge()
    is_openai = scope["path"].startswith("/v1/")
    body = json.dumps(openai_body(error) if is_openai else problem_body(error)).encode()
    kind = "application/json" if is_openai else CONTENT_TYPE
    headers = [
        (b"content-type", kind.encode()),
        (b"content-length", str(len(body)).encode()),
        # What is still coming is not read.
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": error.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": body})
