"""Writes of the status hashes that `tts.selectors.live` reads."""

import time
from uuid import UUID

from config.common.redis import RedisDown, redis_client
from tts.selectors.live import cache_key, status_key

#: In seconds. Outlives the longest silence of a living engine, and disappears soon after a dead worker.
STATUS_SECONDS = 120
_WRITE_EVERY_SECONDS = 0.1


class StatusWriter:
    """Writes the progress of one attempt to `tts_status:{id}`, at most ten times a second."""

    def __init__(self, request_id: UUID, attempt: int) -> None:
        self._key, self._attempt = status_key(request_id), attempt
        self._next_write_at = 0.0

    def report(self, percent: float) -> None:
        """Show this percentage; skipped when the last one is younger than a tenth of a second or Redis is away."""
        now = time.monotonic()
        if now < self._next_write_at:
            return
        self._next_write_at = now + _WRITE_EVERY_SECONDS
        try:
            with redis_client().pipeline(transaction=False) as pipe:
                pipe.hset(self._key, mapping={"attempt": self._attempt, "progress": int(percent)})
                pipe.expire(self._key, STATUS_SECONDS)
                pipe.execute()
        except RedisDown:
            # The row gets the progress with the next beat; a figure missing here stops nobody.
            self._next_write_at = now + 1.0


def forget_status(request_id: UUID) -> None:
    """The request has changed for good: the row says everything."""
    try:
        redis_client().delete(status_key(request_id), cache_key(request_id))
    except RedisDown:
        return
