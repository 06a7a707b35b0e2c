"""Live task events: one Redis channel per person, one reader per web process for all its sockets.

Publishing is best effort: the row is the truth, and a reader that missed something asks for it again.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal, TypedDict
from uuid import UUID

import redis.asyncio
from django.conf import settings

from config.common.concurrency import PerLoop
from config.common.redis import RedisDown, redis_client

logger = logging.getLogger(__name__)

#: A slow socket may lag this many frames; then it is told to reload instead of growing our memory.
MAX_LAG_FRAMES = 500
_BREAKER_SECONDS = 1.0
_muted_until = 0.0


class StateFrame(TypedDict):
    """A task changed its state."""

    type: Literal["task.state"]
    task_id: str
    task_type: str
    project_id: str
    status: str
    attempt: int
    progress: int
    error_code: str
    at: str


class ProgressFrame(TypedDict):
    """A running task reports."""

    type: Literal["task.progress"]
    task_id: str
    progress: int
    message: str


class ResyncFrame(TypedDict):
    """Events may have been missed: reload what is shown.

    Sent after each loss of the Redis connection and instead of the frames that a slow reader left lying.
    """

    type: Literal["task.resync"]


Frame = StateFrame | ProgressFrame | ResyncFrame
RESYNC: ResyncFrame = {"type": "task.resync"}


def channel(user_id: UUID | str) -> str:
    """Name of a person's Redis channel."""
    return f"task_events:{user_id}"


def publish_frame(user_id: UUID | str, frame: Frame) -> None:
    """Send one frame to a person's open pages; silently skipped while Redis does not answer."""
    publish_frames([(user_id, frame)])


def publish_frames(frames: Sequence[tuple[UUID | str, Frame]]) -> None:
    """Send frames to their people in this order, in one round trip; all or none are skipped without Redis."""
    global _muted_until
    if time.monotonic() < _muted_until:
        return
    try:
        if len(frames) == 1:
            redis_client().publish(channel(frames[0][0]), as_json(frames[0][1]))
            return
        with redis_client().pipeline(transaction=False) as pipe:
            for user_id, frame in frames:
                pipe.publish(channel(user_id), as_json(frame))
            pipe.execute()
    except RedisDown:
        _muted_until = time.monotonic() + _BREAKER_SECONDS


def state_frame(
    *, task_id: UUID, task_type: str = "", project_id: UUID | str = "", status: str, attempt: int = 0,
    progress: int = 0, error_code: str = "",
) -> StateFrame:  # fmt: skip
    """Build a state frame stamped with the present."""
    return {
        "type": "task.state",
        "task_id": str(task_id),
        "task_type": task_type,
        "project_id": str(project_id),
        "status": status,
        "attempt": attempt,
        "progress": progress,
        "error_code": error_code,
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }


class Hub:
    """All subscriptions of one event loop over one Redis connection."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[Frame]]] = defaultdict(set)
        self._reader: asyncio.Task[None] | None = None
        self._pubsub: redis.asyncio.client.PubSub | None = None
        self._steering = asyncio.Lock()

    @contextlib.asynccontextmanager
    async def subscribe(self, user_id: UUID | str) -> AsyncIterator["asyncio.Queue[Frame]"]:
        """A queue of a person's frames, open while the context is.

        The first frame may be a resync: read the row after entering, then again at each resync.
        """
        name = channel(user_id)
        queue: asyncio.Queue[Frame] = asyncio.Queue(MAX_LAG_FRAMES)
        self._queues[name].add(queue)
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        else:
            await self._steer(name)
        try:
            yield queue
        finally:
            self._queues[name].discard(queue)
            if not self._queues[name]:
                del self._queues[name]
                await self._steer(name)

    async def _steer(self, name: str) -> None:
        """Let the open connection follow the channel, or leave it, as there are listeners now.

        Without a connection there is nothing to do: the reader subscribes to all there is when it connects. Nor is
        there when the last listener has left, because the reader then ends by itself and closes the connection.
        """
        async with self._steering:
            if self._pubsub is not None and self._queues:
                change = self._pubsub.subscribe if name in self._queues else self._pubsub.unsubscribe
                with contextlib.suppress(*RedisDown):
                    await change(name)

    async def _read(self) -> None:
        """Follow Redis until nobody listens; after each loss of the connection everybody is told to resync."""
        client = redis.asyncio.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1, health_check_interval=15)
        delay_seconds = 0.1
        try:
            while self._queues:
                try:
                    async with client.pubsub() as pubsub:
                        try:
                            await pubsub.subscribe(*self._queues)
                            self._pubsub = pubsub
                            self._deliver_to_all(RESYNC)
                            delay_seconds = 0.1
                            await self._follow(pubsub)
                        finally:
                            # Closing under somebody who is subscribing would fail in the middle of their command.
                            async with self._steering:
                                self._pubsub = None
                except RedisDown:
                    await asyncio.sleep(delay_seconds)
                    delay_seconds = min(2.0, delay_seconds * 2)
        finally:
            # Before the next await: whoever subscribes from now on must start a reader of their own.
            self._reader = None
            await client.aclose()

    async def _follow(self, pubsub: redis.asyncio.client.PubSub) -> None:
        while self._queues:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=5)
            if message is not None:
                frame: Frame = json.loads(message["data"])
                for queue in tuple(self._queues.get(message["channel"].decode(), ())):
                    _put(queue, frame)

    def _deliver_to_all(self, frame: Frame) -> None:
        for queues in tuple(self._queues.values()):
            for queue in tuple(queues):
                _put(queue, frame)


def _put(queue: "asyncio.Queue[Frame]", frame: Frame) -> None:
    try:
        queue.put_nowait(frame)
    except asyncio.QueueFull:
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(RESYNC)


_hubs = PerLoop(Hub)


def hub() -> Hub:
    """The hub of the running event loop."""
    return _hubs.here()


async def next_frame(queue: "asyncio.Queue[Frame]", timeout_seconds: float) -> Frame | None:
    """The next frame, or None when none came in time."""
    try:
        return await asyncio.wait_for(queue.get(), timeout_seconds)
    except TimeoutError:
        return None


def as_json(value: Any) -> str:
    """Compact JSON of a frame."""
    return json.dumps(value, separators=(",", ":"))
