"""The one writer of a reply: collects text, numbers it, appends it to the stream; knows nothing of rows."""

import logging
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import redis

from chatbot.streams.frames import (
    STREAM_ENTRIES,
    STREAM_SECONDS,
    DeltaFrame,
    StateFrame,
    StreamFrame,
    ToolFrame,
    as_fields,
    entry_id,
    stop_key,
    stream_key,
)
from config.common.redis import RedisDown, redis_client

logger = logging.getLogger(__name__)

#: Deltas wait at most this long for more text.
COALESCE_SECONDS = 0.04


class NotTheWriter(Exception):
    """Somebody else has written a frame of this number: this writer is a zombie and must stop."""


@dataclass
class Draft:
    """A reply in the making, in the memory of its writer. `shown` is what any reader can have seen.

    Frames that Redis did not take stay in `waiting` and are sent again, so numbers have no gaps.
    """

    message_id: UUID
    text: str = ""
    seq: int = 0
    pending: str = ""
    waiting: list[StreamFrame] = field(default_factory=list)

    @property
    def shown(self) -> str:
        """The text without what still waits to be numbered."""
        return self.text

    def add(self, text: str) -> None:
        """Take the next piece; it is numbered by the next `cut`."""
        self.pending += text

    def cut(self) -> None:
        """Make one delta of what has come since the last one."""
        if not self.pending:
            return
        self.seq += 1
        delta: DeltaFrame = {
            "type": "delta", "message_id": str(self.message_id), "seq": self.seq, "text": self.pending,
        }  # fmt: skip
        self.text, self.pending = self.text + self.pending, ""
        self.waiting.append(delta)

    def add_tool(self, *, call_id: str, name: str, arguments: str, task_id: str, status: str) -> None:
        """Number a tool frame after the text before it."""
        self.cut()
        self.seq += 1
        frame: ToolFrame = {
            "type": "tool", "message_id": str(self.message_id), "seq": self.seq, "call_id": call_id, "name": name,
            "arguments": arguments, "task_id": task_id, "status": status,
        }  # fmt: skip
        self.waiting.append(frame)

    def end(self, *, status: str, usage: dict[str, int], error_code: str = "", error_message: str = "") -> None:
        """Number the last frame; text that was never cut is dropped, because nobody has seen it."""
        self.pending = ""
        self.seq += 1
        frame: StateFrame = {
            "type": "state", "message_id": str(self.message_id), "seq": self.seq, "status": status, "usage": usage,
            "error_code": error_code, "error_message": error_message,
        }  # fmt: skip
        self.waiting.append(frame)

    def commands(self, pipe: Any) -> None:
        """Queue what waits, and the question whether to stop, on a pipeline (sync or async)."""
        key = stream_key(self.message_id)
        for frame in self.waiting:
            pipe.xadd(key, as_fields(frame), id=entry_id(frame["seq"]), maxlen=STREAM_ENTRIES, approximate=True)
        pipe.expire(key, STREAM_SECONDS)
        pipe.exists(stop_key(self.message_id))

    def take(self, answers: list[Any]) -> bool:
        """Read the answers of `commands`; True when somebody asked to stop. Raises NotTheWriter."""
        for answer in answers[:-2]:
            if isinstance(answer, redis.exceptions.ResponseError):
                raise NotTheWriter(str(answer))
        del self.waiting[: len(answers) - 2]
        return bool(answers[-1])


def flush(draft: Draft) -> bool:
    """Send what waits, in one round trip; True when somebody asked to stop. Raises NotTheWriter.

    While Redis is away the text is kept here and the row is checkpointed: readers catch up later.
    """
    draft.cut()
    try:
        with redis_client().pipeline(transaction=False) as pipe:
            draft.commands(pipe)
            return draft.take(pipe.execute(raise_on_error=False))
    except RedisDown:
        logger.warning("chat.stream.unavailable")
        return False


def ask_to_stop(message_id: UUID) -> None:
    """Tell the writer at once; the row tells it with its next checkpoint when Redis is away."""
    try:
        redis_client().set(stop_key(message_id), 1, ex=STREAM_SECONDS)
    except RedisDown:
        logger.warning("chat.stream.unavailable")
