"""A person's stream of changes: tells other tabs and devices that something is new; the rows say what."""

import logging
import time
from uuid import UUID

from chatbot.streams.frames import ChangeFrame, as_fields, changes_of, stream_key
from config.common.redis import RedisDown, async_redis_client, redis_client

logger = logging.getLogger(__name__)

_CHANGES_SECONDS = 86_400
_CHANGES_ENTRIES = 100

#: Keys: counter, stream. Arguments: a first number, seconds and entries to keep, field and value of the frame.
#: A counter that Redis has forgotten begins at the time in microseconds: readers wait for a number above their last.
_PUBLISH = """
redis.call('SET', KEYS[1], ARGV[1], 'NX')
redis.call('INCR', KEYS[1])
local id = redis.call('GET', KEYS[1]) .. '-0'
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], id, ARGV[4], ARGV[5])
redis.call('EXPIRE', KEYS[2], ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[2] * 2)
"""


def _counter(user_id: UUID) -> str:
    return f"chat_changes:{user_id}"


def publish_change(*, user_id: UUID, conversation_id: UUID, message_id: UUID | None, reply_id: UUID | None) -> None:
    """Best effort: who missed it sees it when the page is opened again."""
    frame: ChangeFrame = {
        "type": "chat.changed", "conversation_id": str(conversation_id), "message_id": str(message_id or ""),
        "reply_id": str(reply_id or ""), "seq": 0,
    }  # fmt: skip
    keys = _counter(user_id), stream_key(changes_of(user_id))
    fields = (part for pair in as_fields(frame).items() for part in pair)
    now_us = time.time_ns() // 1_000
    try:
        redis_client().eval(_PUBLISH, len(keys), *keys, now_us, _CHANGES_SECONDS, _CHANGES_ENTRIES, *fields)
    except RedisDown:
        logger.warning("chat.changes.unavailable")


async def last_change(user_id: UUID) -> int:
    """The number of the latest change: a socket follows what comes after it."""
    try:
        return int(await async_redis_client().get(_counter(user_id)) or 0)
    except RedisDown:
        return 0
