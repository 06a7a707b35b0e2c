"""A worker's thread that writes to a stream: pieces in, numbered deltas out, and ears for a stop."""

import time

from chatbot.streams.writer import COALESCE_SECONDS, Draft, NotTheWriter, flush
from tasks.engines.errors import LeaseLost
from tasks.registry import TaskContext


class Stopped(Exception):
    """The person asked for it."""


class DraftWriter:
    """Writes one stream."""

    def __init__(self, draft: Draft, context: TaskContext) -> None:
        self.draft = draft
        self._context = context
        self._next_flush = 0.0

    def add(self, text: str) -> None:
        """Take a piece; sent at most every 40 ms. Raises Stopped, LeaseLost, or what the task's token raises."""
        self.draft.add(text)
        now = time.monotonic()
        if now >= self._next_flush:
            self._next_flush = now + COALESCE_SECONDS
            self.flush()

    def flush(self) -> None:
        """Send what waits. Raises what `add` raises."""
        if self.send():
            raise Stopped
        self._context.raise_if_cancelled()

    def send(self) -> bool:
        """Send what waits, whatever was asked; True when somebody asked to stop. Raises LeaseLost."""
        try:
            return flush(self.draft)
        except NotTheWriter as error:
            raise LeaseLost("Another writer owns this reply.") from error
