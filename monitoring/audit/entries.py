"""What is said about a model call at its beginning and at its end, and its form in the stream: compact JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from config.common.ids import uuid7
from monitoring.audit.redaction import redact

#: More of a prompt or response is cut off: Redis holds it in memory until it is moved.
CONTENT_MAX_CHARS = 100_000
#: Headers are the caller's to choose.
SHORT_MAX_CHARS = 500

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CONTENT: Final = ("prompt", "system_message", "response")
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionStart:
    """A call that is about to be made. `id` is new for each call, and says when it began (`moment_of`).

    Without `store_content` neither what was asked nor what is answered is written anywhere.
    """

    endpoint: str
    model: str
    user_id: UUID | None
    id: UUID = field(default_factory=uuid7)
    project_id: UUID | None = None
    api_key_id: UUID | None = None
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    engine_name: str = ""
    prompt: str = ""
    system_message: str = ""
    intent_classification: str = ""
    confidence_score: Decimal | float | None = None
    deviation_score_delta: Decimal | None = None
    user_score_before: Decimal | None = None
    user_score_after: Decimal | None = None
    is_streaming: bool = False
    ip_address: str | None = None
    user_agent: str = ""
    request_id: str = ""
    store_content: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionEnd:
    """How a call ended: `success`, `blocked` or `error`. What is None or empty leaves what the beginning said.

    `amounts` is {quota type: amount} and `reservation_id` names what was reserved for it; both reach the receivers of
    `interactions_ended`.
    """

    status: str
    response: str = ""
    error_code: str = ""
    error_message: str = ""
    model: str = ""
    engine_name: str = ""
    message_id: UUID | None = None
    intent_classification: str = ""
    confidence_score: Decimal | float | None = None
    deviation_score_delta: Decimal | None = None
    user_score_before: Decimal | None = None
    user_score_after: Decimal | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    total_tokens: int | None = None
    response_time_ms: int | None = None
    first_token_ms: int | None = None
    is_partial: bool = False
    cost: Decimal | None = None
    currency: str = ""
    reservation_id: UUID | None = None
    amounts: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    store_content: bool = True


def moment_of(interaction_id: UUID) -> datetime:
    """The moment inside a UUIDv7 to the microsecond, as the database's `uuid7_time` reads it.

    Raises ValueError for other versions: their rows would find no partition.
    """
    if interaction_id.version != 7:
        raise ValueError(f"Not a UUID of version 7: {interaction_id}")
    # RFC 9562 section 6.2, method 3: 48 bits of milliseconds, then 12 bits of the millisecond's fraction.
    value = interaction_id.int >> 64
    return _EPOCH + timedelta(microseconds=(value >> 16) * 1000 + ((value & 0xFFF) * 1000 >> 12))


def _names(entry: type[InteractionStart | InteractionEnd], *apart: str) -> tuple[str, ...]:
    return tuple(item.name for item in fields(entry) if item.name not in apart)


_START = _names(InteractionStart, "id", "user_agent", "store_content", *_CONTENT)
_END = _names(InteractionEnd, "error_message", "store_content", "amounts", *_CONTENT)
_start_values, _end_values = attrgetter(*_START), attrgetter(*_END)


def encode_start(entry: InteractionStart) -> bytes:
    """The entry's payload; raises ValueError when its id is no UUIDv7."""
    moment_of(entry.id)
    record = _record(entry.id, _START, _start_values(entry))
    if entry.user_agent:
        record["user_agent"] = entry.user_agent[:SHORT_MAX_CHARS]
    if entry.store_content:
        _put(record, "prompt", entry.prompt)
        _put(record, "system_message", entry.system_message)
    return _bytes(record)


def encode_end(interaction_id: UUID, entry: InteractionEnd) -> bytes:
    """The entry's payload; raises ValueError when the id is no UUIDv7."""
    moment_of(interaction_id)
    record = _record(interaction_id, _END, _end_values(entry))
    _put(record, "error_message", entry.error_message)
    if entry.store_content:
        _put(record, "response", entry.response)
    if entry.amounts:
        record["usage"] = dict(entry.amounts)
    return _bytes(record)


def _record(interaction_id: UUID, names: tuple[str, ...], values: tuple[Any, ...]) -> dict[str, Any]:
    # 0 is a number of tokens like any other and stays.
    said = {
        name: value
        for name, value in zip(names, values, strict=True)
        if value is not None and value is not False and value != ""
    }
    return {"id": interaction_id.hex} | said


def _put(record: dict[str, Any], name: str, text: str) -> None:
    if text:
        # Cut last: half a key would no longer be known as one.
        clean = redact(text)
        record[name] = clean if len(clean) <= CONTENT_MAX_CHARS else f"{clean[:CONTENT_MAX_CHARS]}…"


def _bytes(record: dict[str, Any]) -> bytes:
    # An engine may answer half a surrogate pair, which UTF-8 does not know.
    return _encode(record).encode("utf-8", "replace")
