"""All streams that this process' sockets follow, read by one task over one Redis connection."""

import asyncio
import contextlib
import itertools
import os
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any
from uuid import UUID

import redis.asyncio
from django.conf import settings

from chatbot.streams.frames import StreamFrame, entry_id, from_fields, stream_key
from config.common.concurrency import PerLoop, in_background
from config.common.redis import RedisDown, async_redis_client

#: A slow socket may lag this many frames; then it is told to read the row again.
MAX_LAG_FRAMES = 2_000
_BLOCK_MS = 5_000
#: A server that says nothing for this much longer than it was asked to block is taken for dead.
_ANSWER_SECONDS = 2.0
_BATCH_ENTRIES = 200
#: Between two readings: what comes meanwhile is then read together instead of one by one.
_PAUSE_SECONDS = 0.005
_WAKE_SECONDS = 60
_numbers = itertools.count()


class Follower:
    """One socket's interest in one message: frames after `seq`, in order; None says that frames were skipped."""

    def __init__(self, message_id: str, seq: int) -> None:
        self.message_id = message_id
        self.seq = seq
        self.queue: asyncio.Queue[StreamFrame | None] = asyncio.Queue(MAX_LAG_FRAMES)

    def put(self, frame: StreamFrame) -> None:
        """Pass on what is new to this follower."""
        if frame["seq"] <= self.seq:
            return
        self.seq = frame["seq"]
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait(None)


class StreamHub:
    """One XREAD over every followed stream; a stream of its own wakes it when the set changes."""

    def __init__(self) -> None:
        self._followers: dict[str, set[Follower]] = defaultdict(set)
        #: By a stream's key, the lowest number any follower has: the others skip what they have seen.
        self._read_up_to: dict[Any, Any] = {}
        #: By message, the last number this process itself has written: who follows it hears it from `tell`.
        self._written: dict[str, int] = {}
        self._reader: asyncio.Task[None] | None = None
        self._wake_key = f"chat_wake:{os.getpid()}:{next(_numbers)}"
        self._wake_id = "0-0"

    @contextlib.asynccontextmanager
    async def follow(self, message_id: UUID | str, after: int) -> AsyncIterator[Follower]:
        """Frames numbered above `after`, first those that are there, then those that come."""
        follower = Follower(str(message_id), after)
        self._followers[follower.message_id].add(follower)
        self._note(follower.message_id)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        elif stream_key(follower.message_id) in self._read_up_to:
            await self._wake()
        try:
            yield follower
        finally:
            self._followers[follower.message_id].discard(follower)
            if not self._followers[follower.message_id]:
                del self._followers[follower.message_id]
            self._note(follower.message_id)
            if not self._followers:
                await self._wake()

    @contextlib.contextmanager
    def writing(self, message_id: UUID, seq: int) -> Iterator[None]:
        """While the context is open this process writes the message, from the number after `seq` on."""
        name = str(message_id)
        self._written[name] = seq
        try:
            yield
        finally:
            del self._written[name]
            if name in self._followers:
                # Whoever writes it from now on is heard through Redis.
                self._note(name)
                in_background(self._wake())

    def tell(self, message_id: UUID, frames: Sequence[StreamFrame]) -> None:
        """Redis has these frames of this process: its own sockets need not read them there (docs/adr/0017)."""
        name = str(message_id)
        if name in self._written:
            self._written[name] = frames[-1]["seq"]
        followers = self._followers.get(name)
        if not followers:
            return
        for follower in followers:
            for frame in frames:
                # Who lacks something before it reads all of it in Redis.
                if frame["seq"] == follower.seq + 1:
                    follower.put(frame)
        self._note(name)

    def _note(self, name: str) -> None:
        """Kept instead of made for each reading: nearly all of it stays as it was."""
        lowest = min((follower.seq for follower in self._followers.get(name, ())), default=None)
        if lowest is None or lowest == self._written.get(name):
            self._read_up_to.pop(stream_key(name), None)
        else:
            self._read_up_to[stream_key(name)] = entry_id(lowest)

    async def _wake(self) -> None:
        # The reader holds its own connection in a blocking call; the shared one interrupts it.
        with contextlib.suppress(*RedisDown):
            async with async_redis_client().pipeline(transaction=False) as pipe:
                pipe.xadd(self._wake_key, {"w": ""}, maxlen=10)
                pipe.expire(self._wake_key, _WAKE_SECONDS)
                await pipe.execute()

    async def _read(self) -> None:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_connect_timeout=1, socket_timeout=_BLOCK_MS / 1000 + _ANSWER_SECONDS
        )
        delay_seconds = 0.1
        try:
            while self._followers:
                try:
                    await self._read_once(client)
                    delay_seconds = 0.1
                    await asyncio.sleep(_PAUSE_SECONDS)
                except RedisDown:
                    await asyncio.sleep(delay_seconds)
                    delay_seconds = min(2.0, delay_seconds * 2)
        finally:
            # Before the next await: whoever follows from now on must start a reader of their own.
            self._reader = None
            await client.aclose()

    async def _read_once(self, client: redis.asyncio.Redis) -> None:
        wanted = self._read_up_to | {self._wake_key: self._wake_id}
        answer = await client.xread(wanted, count=_BATCH_ENTRIES, block=_BLOCK_MS)
        for key, entries in _pairs(answer):
            name = key.decode()
            if name == self._wake_key:
                self._wake_id = entries[-1][0].decode()
                continue
            message_id = name.partition(":")[2]
            for entry, fields in entries:
                frame = from_fields(message_id, entry, fields)
                for follower in tuple(self._followers.get(message_id, ())):
                    follower.put(frame)
            self._note(message_id)


def _pairs(answer: object) -> list[tuple[bytes, list[tuple[bytes, dict[bytes, bytes]]]]]:
    """XREAD's answer under RESP2 (pairs) and RESP3 (a map of lists of batches) alike."""
    if isinstance(answer, dict):
        return [(key, [entry for batch in batches for entry in batch]) for key, batches in answer.items()]
    return list(answer) if isinstance(answer, list) else []


_hubs = PerLoop(StreamHub)


def stream_hub() -> StreamHub:
    """The hub of the running event loop."""
    return _hubs.here()
