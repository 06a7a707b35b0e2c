"""What tests of streams share: the frames of a message as Redis holds them, and as a reader gets them."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.db.models import QuerySet

from chatbot.models import Message
from chatbot.streams.frames import Frame, from_fields, stream_key
from chatbot.streams.tail import ReadRow, tail
from config.common.redis import redis_client


def frames_of(message_id: UUID) -> list[dict[str, Any]]:
    """All frames in the stream of a message."""
    entries: Any = redis_client().xrange(stream_key(message_id))
    return [dict(from_fields(str(message_id), entry, fields)) for entry, fields in entries]


def text_of(frames: Iterable[Mapping[str, Any]], *, begun: str = "") -> str:
    """What a page shows after these frames; fails on a gap."""
    text, seq = begun, 0
    for frame in frames:
        if frame["type"] == "snapshot":
            text = frame["text"]
        elif frame["type"] in ("delta", "tool"):
            assert frame["seq"] == seq + 1
            text += frame.get("text", "")
        seq = frame["seq"]
    return text


@database_sync_to_async
def stored(message_id: UUID) -> Message | None:
    """The message, whoever asks."""
    return Message.objects.filter(pk=message_id).defer("search").first()


async def until(condition: Callable[[], object], *, within_seconds: float = 10) -> None:
    """Wait for a condition of this event loop."""
    async with asyncio.timeout(within_seconds):
        while not condition():  # noqa: ASYNC110  (what is waited for sets no event)
            await asyncio.sleep(0.01)


async def until_exists(rows: QuerySet[Any], *, within_seconds: float = 10) -> None:
    """Wait for a row."""
    async with asyncio.timeout(within_seconds):
        while not await rows.aexists():  # noqa: ASYNC110  (another process may write it)
            await asyncio.sleep(0.02)


class Reading:
    """A reader in the background: `frames` are what it got so far."""

    def __init__(self, frames: AsyncGenerator[Frame, None]) -> None:
        self.frames: list[Any] = []
        self._arrived = asyncio.Event()
        self._task = asyncio.create_task(self._read(frames))

    async def _read(self, frames: AsyncGenerator[Frame, None]) -> None:
        async with aclosing(frames):
            async for frame in frames:
                self.frames.append(frame)
                self._arrived.set()

    async def until(self, seq: int, *, within_seconds: float = 10) -> None:
        """Wait for the frame of this number, or one that stands for it."""
        async with asyncio.timeout(within_seconds):
            while not any(frame["seq"] >= seq for frame in self.frames):
                self._arrived.clear()
                await self._arrived.wait()

    async def end(self, *, within_seconds: float = 10) -> list[Any]:
        """All frames, once the last one is there."""
        async with asyncio.timeout(within_seconds):
            await self._task
        return self.frames


def reading(message_id: UUID, after: int = 0, read_row: ReadRow | None = None) -> Reading:
    """Read a message from now on, by default with its row in the database."""
    return Reading(tail(message_id, after, read_row or (lambda: stored(message_id))))
