"""The broker's message of one task id, written and read past Celery where the broker is Redis.

Celery and kombu make a queue's first message (protocol 2, the layout of kombu's Redis transport); the others are like
it. Through Celery, one by one, messages cost more than the claims they lead to.
"""

import base64
import json
from typing import Any
from uuid import UUID, uuid4

from celery import current_app
from kombu.transport.redis import Channel

ENTRY_POINT = "tasks.run"

#: By queue: a message without an id, and the third part of every body.
_patterns: dict[str, tuple[dict[str, Any], Any]] = {}


def encode_message(channel: Channel, queue_name: str, task_id: UUID) -> str:
    """The list entry that makes Celery run the entry point with this id."""
    pattern, embedded = _pattern(channel, queue_name)
    # An id may be delivered more than once: Celery and kombu know messages by ids of their own.
    message_id = str(uuid4())
    body = json.dumps([[str(task_id)], {}, embedded])
    changed = {
        "body": base64.b64encode(body.encode()).decode(),
        "headers": pattern["headers"] | {"id": message_id, "root_id": message_id},
        "properties": pattern["properties"] | {"correlation_id": message_id, "delivery_tag": str(uuid4())},
    }
    return json.dumps(pattern | changed)


def decode_message(entry: bytes) -> UUID | None:
    """The id in a list entry; None for another entry point's message, which is Celery's to run."""
    message = json.loads(entry)
    if message["headers"]["task"] != ENTRY_POINT:
        return None
    return decode_body(base64.b64decode(message["body"]))


def decode_body(body: bytes | str) -> UUID:
    """The id in the body of an entry point's message."""
    (task_id,), _options, _embedded = json.loads(body)
    return UUID(task_id)


def _pattern(channel: Channel, queue_name: str) -> tuple[dict[str, Any], Any]:
    if queue_name not in _patterns:
        made = current_app.amqp.as_task_v2("", ENTRY_POINT, ("",), argsrepr="", kwargsrepr="", ignore_result=True)
        properties = {**made.properties, "delivery_mode": 2}
        message = channel.prepare_message("", 0, "application/json", "utf-8", dict(made.headers), properties)
        channel._inplace_augment_message(message, "", queue_name)
        _patterns[queue_name] = message, made.body[2]
    return _patterns[queue_name]
