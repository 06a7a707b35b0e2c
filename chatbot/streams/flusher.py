"""Sends the deltas of all replies that this event loop writes: those that are due cost one round trip together."""

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from operator import attrgetter

import redis

from chatbot.streams.reader import stream_hub
from chatbot.streams.writer import APPEND, COALESCE_SECONDS, Draft, NotTheWriter, append_command
from config.common.concurrency import PerLoop
from config.common.redis import RedisDown, async_redis_client

logger = logging.getLogger(__name__)

#: Those that are due go together, so many at most; before the next ones go, these reach their sockets.
_TURN_SECONDS = 0.008
_AT_ONCE = 100
#: Where sending takes longer than a turn, others still get one.
_LEAST_PAUSE_SECONDS = 0.002


class OpenDraft:
    """A draft that the flusher serves; `stop` is set when a person asked for it or another writer took over."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.stop = asyncio.Event()
        self.is_zombie = False
        #: In the loop's time; the first piece goes at once.
        self.due = 0.0


class Flusher:
    """One per event loop; runs while there are drafts."""

    def __init__(self) -> None:
        self._open: set[OpenDraft] = set()
        self._task: asyncio.Task[None] | None = None
        self._sending = asyncio.Lock()

    @contextlib.contextmanager
    def serving(self, opened: OpenDraft) -> Iterator[OpenDraft]:
        """Flush the draft regularly while the context is open."""
        self._open.add(opened)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            with stream_hub().writing(opened.draft.message_id, opened.draft.seq):
                yield opened
        finally:
            self._open.discard(opened)

    async def flush(self, *drafts: OpenDraft) -> None:
        """Send what waits of these drafts now."""
        async with self._sending:
            await _send(drafts)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._open:
            now = loop.time()
            due = sorted((opened for opened in self._open if opened.due <= now), key=attrgetter("due"))[:_AT_ONCE]
            for opened in due:
                opened.due = now + COALESCE_SECONDS
            await self.flush(*due)
            await asyncio.sleep(max(_LEAST_PAUSE_SECONDS, now + _TURN_SECONDS - loop.time()))


async def _send(drafts: "tuple[OpenDraft, ...]") -> None:
    for opened in drafts:
        opened.draft.cut()
    if not drafts:
        return
    try:
        answers = await async_redis_client().register_script(APPEND)(*append_command([o.draft for o in drafts]))
    except RedisDown:
        logger.warning("chat.stream.unavailable")
        return
    except redis.exceptions.ResponseError as error:
        answers = [error] * len(drafts)
    for opened, answer in zip(drafts, answers, strict=True):
        try:
            receipt = opened.draft.take(answer)
        except NotTheWriter:
            opened.is_zombie = True
            opened.stop.set()
            continue
        if receipt.frames:
            stream_hub().tell(opened.draft.message_id, receipt.frames)
        if receipt.is_stopped:
            opened.stop.set()


_flushers = PerLoop(Flusher)


def flusher() -> Flusher:
    """The flusher of the running event loop."""
    return _flushers.here()
