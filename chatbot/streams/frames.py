"""The frames of `/ws/chat/`, one TypedDict each, and how they lie in the Redis stream of a message.

An entry's id is `{seq}-0`: Redis itself refuses a number twice, and a reader goes on after the last one it saw.
"""

import json
from typing import Any, Literal, TypedDict, cast
from uuid import UUID

#: Readers that come later read the row.
STREAM_SECONDS = 900
#: More than a reply may have; a bound for memory, not for length: deltas are coalesced.
STREAM_ENTRIES = 20_000


class DeltaFrame(TypedDict):
    """The next piece of a reply; numbers are without gaps from 1."""

    type: Literal["delta"]
    message_id: str
    seq: int
    text: str


class ToolFrame(TypedDict):
    """The engine started something: a query, a picture, a voice. `task_id` leads to it."""

    type: Literal["tool"]
    message_id: str
    seq: int
    call_id: str
    name: str
    arguments: str
    task_id: str
    status: str


class StateFrame(TypedDict):
    """The reply has ended; nothing follows. `usage` holds prompt and completion tokens."""

    type: Literal["state"]
    message_id: str
    seq: int
    status: str
    usage: dict[str, int]
    error_code: str
    error_message: str


class SnapshotFrame(TypedDict):
    """The whole text up to `seq`, instead of deltas that are no longer there; deltas after `seq` follow."""

    type: Literal["snapshot"]
    message_id: str
    seq: int
    text: str
    status: str


class ChangeFrame(TypedDict):
    """A person's own news for their other tabs and devices: a message or a reply exists that was not there before."""

    type: Literal["chat.changed"]
    conversation_id: str
    message_id: str
    reply_id: str
    seq: int


class ErrorFrame(TypedDict):
    """A request of the client could not be met; the socket stays open."""

    type: Literal["error"]
    message_id: str
    code: str
    message: str


Frame = DeltaFrame | ToolFrame | StateFrame | SnapshotFrame | ChangeFrame | ErrorFrame
#: Frames that lie in a stream.
StreamFrame = DeltaFrame | ToolFrame | StateFrame | ChangeFrame


def stream_key(message_id: UUID | str) -> str:
    """`chat_stream:{message_id}` (PROTOCOLS section 3)."""
    return f"chat_stream:{message_id}"


def changes_of(user_id: UUID | str) -> str:
    """The name of a person's stream of changes, where a message's id stands otherwise."""
    return f"changes:{user_id}"


def stop_key(message_id: UUID | str) -> str:
    """Set when somebody asked the writer to stop; the row says so too."""
    return f"chat_stop:{message_id}"


def entry_id(seq: int) -> str:
    """Redis' id of frame number `seq`."""
    return f"{seq}-0"


def seq_of(entry: bytes | str) -> int:
    """Number of a frame from Redis' id."""
    text = entry.decode() if isinstance(entry, bytes) else entry
    return int(text.partition("-")[0])


def as_fields(frame: StreamFrame) -> dict[Any, Any]:
    """The entry's fields: a delta is its plain text, which is nearly all that ever travels."""
    if frame["type"] == "delta":
        return {"d": frame["text"]}
    rest = {name: value for name, value in frame.items() if name != "seq"}
    return {"f": json.dumps(rest, separators=(",", ":"))}


def from_fields(name: str, entry: bytes, fields: dict[bytes, bytes]) -> StreamFrame:
    """The frame of an entry of the stream `name` (the id of a message, or `changes_of` a person)."""
    seq = seq_of(entry)
    if b"d" in fields:
        return {"type": "delta", "message_id": name, "seq": seq, "text": fields[b"d"].decode()}
    return cast("StreamFrame", json.loads(fields[b"f"]) | {"seq": seq})
