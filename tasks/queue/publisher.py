"""Pushes task ids to the broker. A failed push is no error: the row stays in_queue and the sweeper pushes it again."""

import logging
import threading
import time
from collections.abc import Iterable
from uuid import UUID

from celery import current_app
from kombu.exceptions import OperationalError

from config.common.redis import RedisDown

logger = logging.getLogger(__name__)

ENTRY_POINT = "tasks.run"
#: After a failed push the broker is left alone for this long, so that a frozen one cannot hold every request.
BREAKER_SECONDS = 1.0

_lock = threading.Lock()
_closed_until = 0.0


def publish(tasks: Iterable[tuple[UUID, str, int]]) -> int:
    """Push (task id, queue, priority) in order of priority, then age; returns how many went out."""
    global _closed_until
    ordered = sorted(tasks, key=lambda task: (-task[2], task[0]))
    if not ordered or time.monotonic() < _closed_until:
        return 0
    sent = 0
    try:
        with current_app.producer_pool.acquire(block=True, timeout=1) as producer:
            for task_id, queue_name, _priority in ordered:
                current_app.send_task(
                    ENTRY_POINT, (str(task_id),), queue=queue_name, producer=producer, retry=False, ignore_result=True
                )
                sent += 1
    except (*RedisDown, OperationalError, OSError) as error:
        with _lock:
            _closed_until = time.monotonic() + BREAKER_SECONDS
        logger.warning("tasks.publish.failed", extra={"sent": sent, "of": len(ordered), "error": str(error)})
    return sent
