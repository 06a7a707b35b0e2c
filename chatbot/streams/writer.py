"""The one writer of a reply: collects text, numbers it, appends it to the stream; knows nothing of rows."""

import json
import logging
from collections.abc import Sequence
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
from chatbot.streams.texts import split_whole, storable
from config.common.redis import RedisDown, redis_client

logger = logging.getLogger(__name__)

#: Deltas wait at most this long for more text.
COALESCE_SECONDS = 0.04

#: Keys: stream and stop flag of each draft. Arguments: entries and seconds to keep, and each draft's frames (id, field,
#: value) as JSON. Answers, draft by draft: whether to stop, or what was refused.
#: A frame that is there already, word for word, was sent before its answer was lost: that is no other writer.
APPEND = """
local answers = {}
for draft, frames in ipairs(cjson.decode(ARGV[3])) do
    local stream, answer = KEYS[2 * draft - 1], nil
    for _, frame in ipairs(frames) do
        local added = redis.pcall('XADD', stream, 'MAXLEN', '~', ARGV[1], frame[1], frame[2], frame[3])
        if type(added) == 'table' and added.err then
            if not string.find(added.err, 'equal or smaller', 1, true) then answer = added break end
            local there = redis.call('XRANGE', stream, frame[1], frame[1])[1]
            if not there or there[2][1] ~= frame[2] or there[2][2] ~= frame[3] then answer = -1 break end
        end
    end
    if not answer then
        redis.call('EXPIRE', stream, ARGV[2])
        answer = redis.call('EXISTS', KEYS[2 * draft])
    end
    answers[draft] = answer
end
return answers
"""
_OTHER_WRITER = -1


class NotTheWriter(Exception):
    """Somebody else has written a frame of this number: this writer is a zombie and must stop."""


@dataclass
class Draft:
    """A reply in the making, in the memory of its writer. `text` is what any reader can have seen.

    Of it, `begun_at` characters were there before: a continued reply begins with the text of the one before it.
    Frames that Redis did not take stay in `waiting` and are sent again, so numbers have no gaps.
    """

    message_id: UUID
    text: str = ""
    seq: int = 0
    pending: str = ""
    begun_at: int = 0
    waiting: list[StreamFrame] = field(default_factory=list)
    _sent: int = field(init=False, default=0)

    @property
    def written(self) -> str:
        """What was added to the text it began with."""
        return self.text[self.begun_at :]

    def add(self, text: str) -> None:
        """Take the next piece; it is numbered by the next `cut`."""
        self.pending += text

    def cut(self) -> None:
        """Make one delta of what has come since the last one."""
        whole, self.pending = split_whole(self.pending)
        text = storable(whole)
        if not text:
            return
        self.seq += 1
        delta: DeltaFrame = {"type": "delta", "message_id": str(self.message_id), "seq": self.seq, "text": text}
        self.text += text
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

    def prepare(self) -> list[list[str]]:
        """What waits now, for `APPEND`: id, field and value of each frame. `take` reads its answer."""
        self._sent = len(self.waiting)
        return [[entry_id(frame["seq"]), *pair] for frame in self.waiting for pair in as_fields(frame).items()]

    def take(self, answer: Any) -> "Receipt":
        """Read this draft's answer. Raises NotTheWriter; any other refusal (a full Redis) leaves the frames waiting."""
        if isinstance(answer, redis.exceptions.ResponseError):
            logger.warning("chat.stream.refused", extra={"error": str(answer)})
            return Receipt([], is_stopped=False)
        if answer == _OTHER_WRITER:
            raise NotTheWriter(f"Frame {self.waiting[0]['seq']} or a later one is somebody else's.")
        taken, self.waiting = self.waiting[: self._sent], self.waiting[self._sent :]
        return Receipt(taken, is_stopped=bool(answer))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What Redis has taken, and whether somebody asked to stop."""

    frames: list[StreamFrame]
    is_stopped: bool


def append_command(drafts: Sequence[Draft]) -> tuple[list[Any], list[Any]]:
    """Keys and arguments of APPEND for what waits of these drafts; each takes its own of the answers."""
    # One argument for all frames: the client packs every argument by itself.
    frames = json.dumps([draft.prepare() for draft in drafts], ensure_ascii=False, separators=(",", ":"))
    keys = [key for draft in drafts for key in (stream_key(draft.message_id), stop_key(draft.message_id))]
    return keys, [STREAM_ENTRIES, STREAM_SECONDS, frames]


def flush(draft: Draft) -> bool:
    """Send what waits, in one round trip; True when somebody asked to stop. Raises NotTheWriter.

    While Redis is away the text is kept here and the row is checkpointed: readers catch up later.
    """
    draft.cut()
    try:
        (answer,) = redis_client().register_script(APPEND)(*append_command([draft]))
    except RedisDown:
        logger.warning("chat.stream.unavailable")
        return False
    except redis.exceptions.ResponseError as error:
        answer = error
    return draft.take(answer).is_stopped


def ask_to_stop(message_id: UUID) -> None:
    """Tell the writer at once; the row tells it with its next checkpoint when Redis is away."""
    try:
        redis_client().set(stop_key(message_id), 1, ex=STREAM_SECONDS)
    except RedisDown:
        logger.warning("chat.stream.unavailable")
