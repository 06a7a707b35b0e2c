"""Periodic care: replies whose writer fell silent, temporary chats whose time is over."""

import logging
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from accounts.services import settle_usage
from chatbot.engines.tokens import estimate_tokens
from chatbot.streams.frames import STREAM_SECONDS, StateFrame, as_fields, entry_id, from_fields, stream_key
from config.common.redis import RedisDown, redis_client
from tasks.states import ACTIVE

logger = logging.getLogger(__name__)

_BATCH = 100

# A reply on a worker is silent while its task waits; the task's own protocol rescues it then.
_SILENT = """
    SELECT message.id, message.content, message.last_seq, message.metadata ->> 'reservation_id'
      FROM messages AS message LEFT JOIN tasks ON tasks.task_id = message.task_id
     WHERE message.heartbeat_at < clock_timestamp() - make_interval(secs => %s)
       AND (tasks.task_id IS NULL OR tasks.status <> ALL(%s))
     ORDER BY message.heartbeat_at LIMIT %s
       FOR UPDATE OF message SKIP LOCKED
"""
_INTERRUPT = """
    UPDATE messages
       SET content = %s, last_seq = %s, status = 'interrupted', heartbeat_at = NULL, writer_id = NULL,
           finished_at = clock_timestamp(), completion_tokens = %s, error_code = 'writer_lost'
     WHERE id = %s AND status = 'streaming'
"""


@transaction.atomic
def interrupt_silent_replies() -> int:
    """Mark replies interrupted whose writer has died, with all text that anybody saw; returns how many.

    The row is two seconds behind the stream at most: what the stream has beyond it is added.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SILENT, [settings.CHAT_SILENT_SECONDS, list(ACTIVE), _BATCH])
        silent = cursor.fetchall()
        for message_id, content, seq, reservation_id in silent:
            text, last = _with_stream(message_id, content, seq)
            shown = estimate_tokens(text)
            cursor.execute(_INTERRUPT, [text, last + 1, shown, message_id])
            if reservation_id:
                settle_usage(reservation_id=UUID(reservation_id), actual={"requests": 1, "tokens": shown})
            transaction.on_commit(partial(_announce, message_id, last, shown))
            logger.warning("chat.reply.interrupted", extra={"message_id": str(message_id)})
    return len(silent)


def _with_stream(message_id: UUID, content: str, seq: int) -> tuple[str, int]:
    """The row's text and the deltas after it; the row alone while Redis is away."""
    try:
        entries: Any = redis_client().xrange(stream_key(message_id), min=f"({entry_id(seq)}")
    except RedisDown:
        return content, seq
    for entry, fields in entries:
        frame = from_fields(str(message_id), entry, fields)
        if frame["type"] == "delta":
            content += frame["text"]
        seq = frame["seq"]
    return content, seq


def _announce(message_id: UUID, seq: int, tokens: int) -> None:
    frame: StateFrame = {
        "type": "state", "message_id": str(message_id), "seq": seq + 1, "status": "interrupted",
        "usage": {"prompt_tokens": 0, "completion_tokens": tokens}, "error_code": "writer_lost", "error_message": "",
    }  # fmt: skip
    try:
        with redis_client().pipeline(transaction=False) as pipe:
            pipe.xadd(stream_key(message_id), as_fields(frame), id=entry_id(frame["seq"]))
            pipe.expire(stream_key(message_id), STREAM_SECONDS)
            # The dead writer may turn out to live: then it has numbered this frame itself, and ours is refused.
            pipe.execute(raise_on_error=False)
    except RedisDown:
        logger.warning("chat.stream.unavailable")
