"""What the stream knows beyond the row, for whoever ends a reply in place of its writer."""

import logging
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chatbot.streams.frames import (
    STREAM_SECONDS,
    StateFrame,
    StreamFrame,
    as_fields,
    entry_id,
    from_fields,
    stream_key,
)
from config.common.redis import RedisDown, redis_client

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """All text that anybody saw, and the number that comes after everything that was said."""

    text: str
    next_seq: int


def read_shown(message_id: UUID, text: str, seq: int) -> Shown:
    """The row's text and the frames after it. Raises RedisDown.

    Frames behind a gap (Redis was wiped) are left out: a text with a hole is worse than a shorter one. Then one number
    stays free, so that readers who saw more find a gap too, and read the row.
    """
    entries: Any = redis_client().xrange(stream_key(message_id), min=f"({entry_id(seq)}")
    frames: list[StreamFrame] = [from_fields(str(message_id), entry, fields) for entry, fields in entries]
    for frame in frames:
        if frame["seq"] != seq + 1:
            return Shown(text, frames[-1]["seq"] + 2)
        seq = frame["seq"]
        if frame["type"] == "delta":
            text += frame["text"]
    return Shown(text, seq + 1)


def announce_end(frame: StateFrame) -> None:
    """Tell the readers at once; without Redis they see the row within seconds."""
    key = stream_key(frame["message_id"])
    try:
        with redis_client().pipeline(transaction=False) as pipe:
            pipe.xadd(key, as_fields(frame), id=entry_id(frame["seq"]))
            pipe.expire(key, STREAM_SECONDS)
            # The dead writer may turn out to live: then it has numbered this frame itself, and ours is refused.
            pipe.execute(raise_on_error=False)
    except RedisDown:
        logger.warning("chat.stream.unavailable")
