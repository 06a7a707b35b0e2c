"""Takes the next id of a queue from the broker, past Celery: for a process that has just ended a task."""

import hashlib
import logging
from dataclasses import dataclass
from uuid import UUID

from kombu.exceptions import OperationalError
from kombu.transport.redis import Channel as RedisChannel
from redis.exceptions import NoScriptError

from config.common.redis import RedisDown
from tasks.queue.broker import broker_producer
from tasks.queue.messages import decode_message

logger = logging.getLogger(__name__)

#: The entry and how many are left, in one round trip.
_SCRIPT = "return {redis.call('RPOP', KEYS[1]), redis.call('LLEN', KEYS[1])}"
_SHA = hashlib.sha1(_SCRIPT.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Taken:
    """An id, or None when there is none to take; and how many messages are left."""

    task_id: UUID | None = None
    left: int = 0


NOTHING = Taken()


def take(queue_name: str) -> Taken:
    """The id that Celery would get next. Nothing remembers it but the caller: lost, its row is published again."""
    try:
        with broker_producer() as producer:
            channel = producer.channel
            return _take(channel, queue_name) if isinstance(channel, RedisChannel) else NOTHING
    except (*RedisDown, OperationalError, OSError) as error:
        logger.warning("tasks.take.failed", extra={"error": str(error)})
        return NOTHING


def _take(channel: RedisChannel, queue_name: str) -> Taken:
    client = channel.client
    try:
        entry, left = client.evalsha(_SHA, 1, queue_name)
    except NoScriptError:
        entry, left = client.eval(_SCRIPT, 1, queue_name)
    if entry is None:
        return NOTHING
    task_id = decode_message(entry)
    if task_id is None:
        client.rpush(queue_name, entry)
        return NOTHING
    return Taken(task_id, left)
