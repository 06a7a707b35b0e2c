"""Entries of the stream, read and merged: one row for each call that a batch speaks of."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from config.common.redis import redis_client
from monitoring.audit.entries import moment_of
from monitoring.audit.stream import BEGIN, END, STREAM

BATCH_ENTRIES = 5_000
#: A batch of long texts ends early; a page of the longest possible ones stays within the client's timeout.
BATCH_BYTES = 16 * 1024 * 1024
_PAGE_ENTRIES = 64
FIRST_ID = "0-0"

_TEXTS = {
    "endpoint": 100, "model": 200, "engine_name": 100, "prompt": None, "system_message": None, "response": None,
    "intent_classification": 100, "currency": 3, "user_agent": None, "request_id": 64, "error_code": 100,
    "error_message": None,
}  # fmt: skip
_NULLABLE = (
    "user_id", "project_id", "api_key_id", "conversation_id", "message_id", "confidence_score", "user_score_before",
    "user_score_after", "total_tokens", "prompt_tokens", "completion_tokens", "cost", "response_time_ms",
    "first_token_ms", "ip_address", "finished_at",
)  # fmt: skip
#: What a row says whose entries say nothing.
_DEFAULTS: dict[str, Any] = {
    "id": None, "timestamp": None, "status": "started", "deviation_score_delta": 0, "usage": "{}",
    "is_streaming": False, "is_partial": False, **dict.fromkeys(_TEXTS, ""), **dict.fromkeys(_NULLABLE),
}  # fmt: skip
COLUMNS = tuple(_DEFAULTS)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as Redis holds it."""

    entry_id: str
    kind: str
    payload: bytes


@dataclass
class Batch:
    """Rows by id (columns to values), reservation and amounts of those that ended, and entries that say nothing."""

    rows: dict[UUID, dict[str, Any]] = field(default_factory=dict)
    ends: dict[UUID, tuple[UUID | None, dict[str, int]]] = field(default_factory=dict)
    rejected: list[tuple[Entry, str]] = field(default_factory=list)

    def values(self) -> Iterator[tuple[Any, ...]]:
        """One tuple a row, in the order of COLUMNS."""
        for row in self.rows.values():
            full = _DEFAULTS | row
            yield tuple(full[column] for column in COLUMNS)


def read_entries(after: str, limit: int = BATCH_ENTRIES) -> list[Entry]:
    """The next entries behind `after`, at most `limit` or a little more than BATCH_BYTES; empty at the end."""
    entries: list[Entry] = []
    size = 0
    while len(entries) < limit and size < BATCH_BYTES:
        count = min(_PAGE_ENTRIES, limit - len(entries))
        page: Any = redis_client().xrange(STREAM, min=f"({after}", count=count)
        for entry_id, fields in page:
            # Whoever writes something else gets it rejected, not the stream stopped.
            kind, payload = next(iter(fields.items()), (b"", b""))
            entries.append(Entry(entry_id.decode(), kind.decode("utf-8", "replace"), payload))
            size += len(payload)
        if len(page) < count:
            break
        after = entries[-1].entry_id
    return entries


def delete_entries(entries: list[Entry]) -> None:
    """Take entries out of the stream by their ids: a bound would take unread ones along when Redis' clock went back."""
    if entries:
        redis_client().xdel(STREAM, *(entry.entry_id for entry in entries))


def merge(entries: list[Entry]) -> Batch:
    """Rows of a batch. The first beginning and the first end of a call count; repetitions change nothing."""
    batch = Batch()
    begun: set[UUID] = set()
    for entry in entries:
        try:
            record = _decode(entry)
        except (ValueError, TypeError, KeyError, OverflowError) as error:
            batch.rejected.append((entry, f"{type(error).__name__}: {error}"))
            continue
        interaction_id: UUID = record["id"]
        row = batch.rows.setdefault(interaction_id, {})
        if entry.kind == BEGIN and interaction_id not in begun:
            begun.add(interaction_id)
            # An end that overtook its beginning keeps what it said.
            batch.rows[interaction_id] = record | row
        elif entry.kind == END and interaction_id not in batch.ends:
            amounts = record["usage"]
            batch.ends[interaction_id] = (record.pop("reservation_id"), amounts)
            row.update(record | {"usage": json.dumps(amounts)})
    return batch


def _decode(entry: Entry) -> dict[str, Any]:
    """Columns to values; raises ValueError, TypeError or KeyError for what is no entry of ours."""
    if entry.kind not in (BEGIN, END):
        raise ValueError(f"unknown kind {entry.kind!r}")
    text = entry.payload.decode()
    record = json.loads(text)
    if not isinstance(record, dict):
        raise TypeError("no object")
    reservation = record.get("reservation_id")
    record = {name: value for name, value in record.items() if name in _DEFAULTS}
    _fit(record, escaped="\\u" in text)
    if entry.kind == END:
        record |= {"status": record["status"], "finished_at": record["finished_at"]}
        record["usage"] = {str(name): int(amount) for name, amount in record.get("usage", {}).items()}
        record["reservation_id"] = UUID(reservation) if reservation else None
    record["id"] = UUID(record["id"])
    record["timestamp"] = moment_of(record["id"])
    return record


def _fit(record: dict[str, Any], *, escaped: bool) -> None:
    """Make texts storable: one name that is too long must not cost the record of the call."""
    for name, limit in _TEXTS.items():
        if name in record:
            # PostgreSQL's texts hold neither NUL nor half a surrogate pair; an engine may answer both.
            text = record[name].replace("\0", "").encode("utf-8", "replace").decode() if escaped else record[name]
            record[name] = text[:limit]
    if "ip_address" in record:
        try:
            record["ip_address"] = str(ip_address(record["ip_address"].partition("%")[0]))
        except ValueError:
            del record["ip_address"]
