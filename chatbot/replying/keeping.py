"""Checkpoints of all replies that this event loop writes: rows follow what was shown, hearts beat, stops arrive."""

import asyncio
import contextlib
import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from chatbot.services.replies import ReplyPlan
from chatbot.services.writing import Progress, checkpoint
from chatbot.streams.flusher import OpenDraft
from config.common.concurrency import PerLoop, in_background, in_thread

logger = logging.getLogger(__name__)

#: The row is at most this far behind what was shown (PROTOCOLS section 3).
CHECKPOINT_SECONDS = 2.0
#: So many times in between, those that are due go together.
_TURNS = 8


@dataclass(eq=False)
class _Kept:
    plan: ReplyPlan
    opened: OpenDraft
    due: float


def progress_of(plan: ReplyPlan, opened: OpenDraft, extra: int = 0) -> Progress:
    """What the row shall hold; `extra` counts the frame of the end."""
    draft = opened.draft
    return Progress(plan.message_id, plan.writer_id, draft.text, draft.seq + extra)


class Keeper:
    """One per event loop; runs while there are replies."""

    def __init__(self) -> None:
        self._kept: set[_Kept] = set()
        self._task: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def keeping(self, plan: ReplyPlan, opened: OpenDraft) -> Iterator[None]:
        """Write the reply's row regularly while the context is open."""
        kept = _Kept(plan, opened, _next_due())
        self._kept.add(kept)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        try:
            yield
        finally:
            self._kept.discard(kept)

    async def _run(self) -> None:
        while self._kept:
            await asyncio.sleep(CHECKPOINT_SECONDS / _TURNS)
            now = asyncio.get_running_loop().time()
            if due := [kept for kept in self._kept if kept.due <= now]:
                await self._checkpoint(due, waits=False)

    async def _checkpoint(self, those: Sequence[_Kept], *, waits: bool) -> None:
        for kept in those:
            kept.due = math.inf
        progress = [progress_of(kept.plan, kept.opened) for kept in those]
        try:
            ours, asked = await in_thread(partial(checkpoint, progress, waits=waits))
        except Exception:
            logger.exception("chat.checkpoint.failed")
            return
        finally:
            for kept in those:
                kept.due = _next_due()
        for kept in self._kept.intersection(those):
            message_id = kept.plan.message_id
            if message_id not in ours and not waits:
                # Somebody holds its row, or has taken it over: alone it waits for the answer, and the others do not.
                kept.due = math.inf
                in_background(self._checkpoint([kept], waits=True))
                continue
            if message_id not in ours:
                kept.opened.is_zombie = True
            if message_id not in ours or message_id in asked:
                kept.opened.stop.set()


def _next_due() -> float:
    return asyncio.get_running_loop().time() + CHECKPOINT_SECONDS


_keepers = PerLoop(Keeper)


def keeper() -> Keeper:
    """The keeper of the running event loop."""
    return _keepers.here()
