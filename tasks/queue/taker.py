"""Takes the next id of a queue from the broker, past Celery: for a process that has just ended a task."""

import logging
from dataclasses import dataclass
from uuid import UUID

from celery import current_app
from kombu.exceptions import OperationalError
from kombu.transport.redis import Channel as RedisChannel

from config.common.redis import RedisDown
from tasks.queue.messages import decode_message

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Taken:
    """An id, or None when there is none to take; and how many messages are left."""

    task_id: UUID | None = None
    left: int = 0


NOTHING = Taken()


def take(queue_name: str) -> Taken:
    """The id that Celery would get next. Nothing remembers it but the caller: lost, its row is published again."""
    try:
        with current_app.producer_pool.acquire(block=True, timeout=1) as producer:
            channel = producer.channel
            return _take(channel, queue_name) if isinstance(channel, RedisChannel) else NOTHING
    except (*RedisDown, OperationalError, OSError) as error:
        logger.warning("tasks.take.failed", extra={"error": str(error)})
        return NOTHING


def _take(channel: RedisChannel, queue_name: str) -> Taken:
    entry = channel.client.rpop(queue_name)
    if entry is None:
        return NOTHING
    task_id = decode_message(entry)
    if task_id is None:
        channel.client.rpush(queue_name, entry)
        return NOTHING
    return Taken(task_id, int(channel.client.llen(queue_name)))
