"""The process side of the audit: moves the stream every second, beside the sweeper or in a process of its own."""

import logging
import threading
import time

from django.conf import settings
from redis.exceptions import RedisError

from monitoring.services import complete_abandoned, drain_interactions, keep_partitions
from tasks.queue.connection import DatabaseDown, forget_connection

logger = logging.getLogger(__name__)

#: A batch of this size says that more is waiting.
BUSY_ENTRIES = 500
ABANDONED_EVERY_SECONDS = 15.0
BACKOFF_MAX_SECONDS = 30.0


class Drainer:
    """Runs until it is told to stop. Any number may run: one moves at a time, the others stand by."""

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self._has_partitions = False
        self._failures = 0
        self._next_sweep = 0.0

    def run(self) -> None:
        """Round after round; returns after `stopping` is set."""
        while not self.stopping.is_set():
            self.stopping.wait(self.round())
        forget_connection()

    def round(self) -> float:
        """Move what waits; returns how long to wait before the next round, in seconds."""
        try:
            wait = self._move()
        except (*DatabaseDown, RedisError) as error:
            logger.warning("audit.drain.unavailable", extra={"error": str(error)})
        except Exception:  # the drainer's edge: a receiver may raise anything, and the stream keeps what is not moved
            logger.exception("audit.drain.failed")
        else:
            self._failures = 0
            return wait
        forget_connection()
        self._failures += 1
        # Five doublings reach the longest wait; more would only make a large number.
        pause: float = settings.INTERACTION_DRAIN_SECONDS * 2 ** min(self._failures, 5)
        return min(BACKOFF_MAX_SECONDS, pause)

    def _move(self) -> float:
        if not self._has_partitions:
            keep_partitions()
            self._has_partitions = True
        moved = drain_interactions()
        if moved == 0 and time.monotonic() >= self._next_sweep:
            # Only when the stream is empty: the ends of old calls may still lie in it.
            self._next_sweep = time.monotonic() + ABANDONED_EVERY_SECONDS
            complete_abandoned()
        pause: float = settings.INTERACTION_DRAIN_SECONDS
        return 0.0 if moved >= BUSY_ENTRIES else pause
