"""A person's stream of changes: tells other tabs and devices that something is new; the rows say what."""

import logging
from uuid import UUID

from chatbot.streams.frames import ChangeFrame, as_fields, changes_of, entry_id, stream_key
from config.common.redis import RedisDown, async_redis_client, redis_client

logger = logging.getLogger(__name__)

_CHANGES_SECONDS = 86_400
_CHANGES_ENTRIES = 100


def _counter(user_id: UUID) -> str:
    return f"chat_changes:{user_id}"


def publish_change(*, user_id: UUID, conversation_id: UUID, message_id: UUID | None, reply_id: UUID | None) -> None:
    """Best effort: who missed it sees it when the page is opened again."""
    try:
        client = redis_client()
        seq = int(client.incr(_counter(user_id)))
        frame: ChangeFrame = {
            "type": "chat.changed", "conversation_id": str(conversation_id), "message_id": str(message_id or ""),
            "reply_id": str(reply_id or ""), "seq": seq,
        }  # fmt: skip
        key = stream_key(changes_of(user_id))
        with client.pipeline(transaction=False) as pipe:
            # Two at once may come here in the wrong order: the later number wins, and a page asks for all news anyway.
            pipe.xadd(key, as_fields(frame), id=entry_id(seq), maxlen=_CHANGES_ENTRIES)
            pipe.expire(key, _CHANGES_SECONDS)
            pipe.expire(_counter(user_id), _CHANGES_SECONDS * 2)
            pipe.execute(raise_on_error=False)
    except RedisDown:
        logger.warning("chat.changes.unavailable")


async def last_change(user_id: UUID) -> int:
    """The number of the latest change: a socket follows what comes after it."""
    try:
        return int(await async_redis_client().get(_counter(user_id)) or 0)
    except RedisDown:
        return 0
