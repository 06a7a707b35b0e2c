"""Entries of the stream, read in order and merged to one row for each call."""

import json
from typing import Any
from uuid import UUID

import pytest

from config.common.ids import uuid7
from config.common.redis import redis_client
from monitoring.audit import batches, begin_interaction, end_interaction, moment_of
from monitoring.audit.batches import COLUMNS, FIRST_ID, Batch, Entry, delete_entries, merge, read_entries
from monitoring.audit.entries import encode_end, encode_start
from monitoring.audit.stream import STREAM
from monitoring.tests.calls import answered, said, waiting


def begun(start: Any) -> Entry:
    """The entry of a beginning."""
    return Entry("1-1", "b", encode_start(start))


def over(interaction_id: UUID, **fields: Any) -> Entry:
    """The entry of an end."""
    return Entry("1-2", "e", encode_end(interaction_id, answered(**fields)))


def raw(kind: str = "b", **record: Any) -> Entry:
    """An entry that somebody else wrote."""
    return Entry("1-3", kind, json.dumps({"id": uuid7().hex} | record).encode())


def row_of(batch: Batch) -> dict[str, Any]:
    """The one row of a batch, all columns."""
    [values] = batch.values()
    return dict(zip(COLUMNS, values, strict=True))


def test_entries_are_read_in_order_from_behind_the_offset() -> None:
    starts = [said() for _ in range(200)]
    for start in starts:
        begin_interaction(start)
    first = read_entries(FIRST_ID, limit=150)
    rest = read_entries(first[-1].entry_id)
    found = [json.loads(entry.payload)["id"] for entry in first + rest]
    assert (len(first), len(rest), found) == (150, 50, [start.id.hex for start in starts])
    assert read_entries(rest[-1].entry_id) == []


def test_batch_of_long_texts_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "BATCH_BYTES", 10_000)
    for _ in range(300):
        begin_interaction(said(prompt="x" * 1_000))
    assert len(read_entries(FIRST_ID)) == 64


def test_only_what_was_read_is_deleted() -> None:
    for _ in range(3):
        begin_interaction(said())
    delete_entries(read_entries(FIRST_ID, limit=2))
    assert waiting() == 1
    delete_entries([])
    assert waiting() == 1


def test_beginning_alone_is_a_row_that_runs() -> None:
    start = said(ip_address="10.0.0.1")
    row = row_of(merge([begun(start)]))
    assert (row["id"], row["timestamp"], row["status"]) == (start.id, moment_of(start.id), "started")
    assert (row["prompt"], row["response"], row["finished_at"], row["usage"]) == ("Which train?", "", None, "{}")
    assert row["ip_address"] == "10.0.0.1"


def test_beginning_and_end_are_one_row() -> None:
    start, reservation = said(), uuid7()
    batch = merge([begun(start), over(start.id, reservation_id=reservation, amounts={"tokens": 7})])
    row = row_of(batch)
    assert (row["prompt"], row["response"], row["status"], row["usage"]) == (
        "Which train?", "The next one.", "success", '{"tokens": 7}',
    )  # fmt: skip
    assert batch.ends == {start.id: (reservation, {"tokens": 7})}


def test_repetitions_change_nothing() -> None:
    start = said()
    entries = [begun(start), begun(start), over(start.id), over(start.id, status="error", response="No.")]
    row = row_of(merge(entries))
    assert (row["status"], row["response"]) == ("success", "The next one.")


def test_end_that_overtook_its_beginning_keeps_its_word() -> None:
    start = said(model="asked")
    row = row_of(merge([over(start.id, model="answered"), begun(start)]))
    assert (row["model"], row["status"], row["prompt"]) == ("answered", "success", "Which train?")


def test_end_corrects_what_the_beginning_assumed() -> None:
    start = said(model="any", intent_classification="coding")
    row = row_of(merge([begun(start), over(start.id, model="small-2")]))
    assert (row["model"], row["intent_classification"]) == ("small-2", "coding")


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (Entry("1-1", "x", b"{}"), "unknown kind"),
        (Entry("1-1", "", b""), "unknown kind"),
        (Entry("1-1", "b", b"{"), "JSONDecodeError"),
        (Entry("1-1", "b", b"\xff"), "UnicodeDecodeError"),
        (Entry("1-1", "b", b"[]"), "TypeError"),
        (Entry("1-1", "b", b"{}"), "KeyError"),
        (raw(id="no uuid"), "ValueError"),
        (raw(id=UUID(int=1).hex), "ValueError"),
        (raw(id="f" * 12 + "7fff8fffffffffffffff"), "OverflowError"),
        (raw(endpoint=7), "TypeError"),
        (raw("e", status="success"), "KeyError"),
        (raw("e", status="success", finished_at="now", usage={"tokens": "many"}), "ValueError"),
        (raw("e", status="success", finished_at="now", reservation_id="x"), "ValueError"),
    ],
    ids=range(13),
)
def test_entry_that_says_nothing_is_rejected_and_the_others_are_not(entry: Entry, reason: str) -> None:
    batch = merge([begun(said()), entry, begun(said())])
    assert len(batch.rows) == 2
    [(rejected, why)] = batch.rejected
    assert (rejected, reason in why) == (entry, True)


def test_text_that_postgresql_cannot_hold_is_made_to_fit() -> None:
    row = row_of(merge([raw(model="m" * 300, prompt="a\0b\ud83d", user_agent="\0", later="unknown")]))
    assert (row["model"], row["prompt"], row["user_agent"], "later" in row) == ("m" * 200, "ab?", "", False)


@pytest.mark.parametrize(
    ("given", "kept"), [("::1", "::1"), ("fe80::1%eth0", "fe80::1"), ("unknown", None), ("10.0.0.1, 10.0.0.2", None)]
)
def test_address_that_is_none_does_not_cost_the_record(given: str, kept: str | None) -> None:
    assert row_of(merge([raw(ip_address=given)]))["ip_address"] == kept


def test_written_end_is_what_is_read() -> None:
    start = said()
    end_interaction(start.id, answered(total_tokens=0))
    [entry] = read_entries(FIRST_ID)
    assert (entry.kind, row_of(merge([entry]))["total_tokens"]) == ("e", 0)


def test_field_of_somebody_else_is_read_and_left_to_the_merge() -> None:
    redis_client().xadd(STREAM, {"hello": "world"})
    [entry] = read_entries(FIRST_ID)
    assert (entry.kind, entry.payload) == ("hello", b"world")
