"""Takes the next id of a queue from the broker, past Celery: for a process that has just ended a task."""

import hashlib
import logging
from dataclasses import dataclass
from uuid import UUID

from kombu.transport.pyamqp import Channel as AmqpChannel
from kombu.transport.redis import Channel as RedisChannel
from redis.exceptions import NoScriptError

from tasks.queue.broker import BrokerDown, broker_producer
from tasks.queue.messages import ENTRY_POINT, decode_body, decode_message

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
            if isinstance(channel, RedisChannel):
                return _take(channel, queue_name)
            return _get(channel, queue_name) if isinstance(channel, AmqpChannel) else NOTHING
    except BrokerDown as error:
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


def _get(channel: AmqpChannel, queue_name: str) -> Taken:
    raw = channel.basic_get(queue_name)
    if raw is None:
        return NOTHING
    message = channel.message_to_python(raw)
    if message.headers.get("task") != ENTRY_POINT:
        message.requeue()
        return NOTHING
    message.ack()
    return Taken(decode_body(raw.body), message.delivery_info["message_count"])
