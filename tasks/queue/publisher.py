"""Pushes task ids to the broker. A failed push is no error: the row stays in_queue and the sweeper pushes it again."""

import logging
import threading
import time
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from celery import current_app
from kombu import Producer
from kombu.transport.redis import Channel as RedisChannel

from tasks.queue.broker import BrokerDown, broker_producer
from tasks.queue.messages import ENTRY_POINT, encode_message

logger = logging.getLogger(__name__)

#: After a failed push the broker is left alone for this long, so that a frozen one cannot hold every request.
BREAKER_SECONDS = 1.0

_lock = threading.Lock()
_closed_until = 0.0


def publish(tasks: Iterable[tuple[UUID, str, int]]) -> int:
    """Push (task id, queue, priority), each queue in order of priority, then age; returns how many went out."""
    global _closed_until
    ordered = sorted(tasks, key=lambda task: (task[1], -task[2], task[0]))
    if not ordered or time.monotonic() < _closed_until:
        return 0
    sent = 0
    try:
        with broker_producer() as producer:
            for queue_name, group in groupby(ordered, key=itemgetter(1)):
                task_ids = [task[0] for task in group]
                _push(producer, queue_name, task_ids)
                sent += len(task_ids)
    except BrokerDown as error:
        with _lock:
            _closed_until = time.monotonic() + BREAKER_SECONDS
        logger.warning("tasks.publish.failed", extra={"sent": sent, "of": len(ordered), "error": str(error)})
    return sent


def _push(producer: Producer, queue_name: str, task_ids: Sequence[UUID]) -> None:
    """All ids of one queue: on Redis in one command, so that all go out or none."""
    channel = producer.channel
    if isinstance(channel, RedisChannel):
        channel.client.lpush(queue_name, *(encode_message(channel, queue_name, task_id) for task_id in task_ids))
        return
    for task_id in task_ids:
        current_app.send_task(
            ENTRY_POINT, (str(task_id),), queue=queue_name, producer=producer, retry=False, ignore_result=True
        )
