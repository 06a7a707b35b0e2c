"""From the stream into the month's partition: rows, usage and the stream's offset in one transaction.

Killed anywhere, the next run sees the same entries again; the offset and the rows' own states make that harmless.
"""

import logging
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from django.db import DataError, IntegrityError, connection, transaction

from config.common.concurrency import try_lock_until_commit
from config.common.ids import uuid7
from monitoring.audit.batches import BATCH_ENTRIES, COLUMNS, FIRST_ID, Batch, Entry, delete_entries, merge, read_entries
from monitoring.audit.stream import STREAM
from monitoring.events import EndedInteraction, interactions_committed, interactions_ended
from monitoring.models import ABANDONED, StreamOffset, StreamReject
from monitoring.services.usage import ADD_USAGE, GROUPED, take_back_abandoned

logger = logging.getLogger(__name__)

_NAMES = ", ".join(f'"{column}"' for column in COLUMNS)
# A table of the session, emptied by each commit: making one for each batch would fill the catalogue with dead rows.
_STAGE = "CREATE TEMP TABLE IF NOT EXISTS interaction_batch (LIKE interactions) ON COMMIT DELETE ROWS"
_COPY = f"COPY interaction_batch ({_NAMES}) FROM STDIN"

_FROM_END = ("status", "finished_at", "response", "usage", "is_partial", "error_code", "error_message", "currency")
_UNLESS_EMPTY = ("model", "engine_name", "intent_classification")
_UNLESS_NULL = (
    "message_id", "confidence_score", "user_score_before", "user_score_after", "total_tokens", "prompt_tokens",
    "completion_tokens", "cost", "response_time_ms", "first_token_ms",
)  # fmt: skip
_SET = ", ".join(
    [f"{name} = EXCLUDED.{name}" for name in _FROM_END]
    + [f"{name} = coalesce(nullif(EXCLUDED.{name}, ''), interactions.{name})" for name in _UNLESS_EMPTY]
    + [f"{name} = coalesce(EXCLUDED.{name}, interactions.{name})" for name in _UNLESS_NULL]
    + [f"{name} = coalesce(nullif(EXCLUDED.{name}, 0), interactions.{name})" for name in ("deviation_score_delta",)]
)
#: Begins become rows, ends complete them, ends without a row become one. A row that has ended is left alone, so that
#: what comes back is exactly what changed now. All names are our own constants.
_MOVE = f"""
    INSERT INTO interactions ({_NAMES}) SELECT {_NAMES} FROM interaction_batch
    ON CONFLICT (id, "timestamp") DO UPDATE SET {_SET}
     WHERE EXCLUDED.finished_at IS NOT NULL
       AND (interactions.status = 'started' OR interactions.error_code = '{ABANDONED}')
 RETURNING id, user_id, api_key_id, project_id, status, {GROUPED}
"""  # noqa: S608 - see above
#: The same statement counts what has ended by it: neither is committed without the other.
_MOVE_AND_ADD = f"""
    WITH changed AS ({_MOVE}), added AS ({ADD_USAGE.format(source="changed")})
    SELECT id, user_id, api_key_id, project_id, status FROM changed
"""  # noqa: S608 - see above
_ADVANCE = """
    INSERT INTO stream_offsets (stream, last_id, updated_at) VALUES (%s, %s, clock_timestamp())
    ON CONFLICT (stream) DO UPDATE SET last_id = EXCLUDED.last_id, updated_at = EXCLUDED.updated_at
"""


class ReceiverFailed(Exception):
    """A receiver of `interactions_ended` was refused by the database; the batch is rolled back and tried again."""


_Refused = (DataError, IntegrityError, psycopg.DataError, psycopg.IntegrityError)


def drain_interactions(limit: int = BATCH_ENTRIES) -> int:
    """Move the next batch of at most `limit` entries; returns how many left the stream, 0 when there is nothing to do.

    One process at a time moves; the others get 0 and stand by. An entry that the database refuses is looked for by
    halves, put into `stream_rejects` and passed.
    """
    try:
        entries = _move(limit)
    except _Refused as error:
        if limit > 1:
            return drain_interactions(limit // 2)
        # Its first line: the others quote the row, and with it what people said.
        entries = _move(1, refusal=str(error).partition("\n")[0])
    # A crash before this leaves them behind the offset, where `_move` finds them again.
    delete_entries(entries)
    return len(entries)


@transaction.atomic
def _move(limit: int, refusal: str = "") -> list[Entry]:
    if not owns_stream():
        return []
    _commit_durably()
    offset = StreamOffset.objects.filter(stream=STREAM).values_list("last_id", flat=True).first() or FIRST_ID
    if entries := read_entries(after=offset, limit=limit):
        offset = entries[-1].entry_id
    elif not (entries := read_entries(after=FIRST_ID, limit=limit)):
        return []
    # Behind an offset that nothing follows lie entries that a crash kept from being deleted, or new ones of a Redis
    # whose clock is behind: both are moved like any others, and the offset stays.
    if refusal:
        _reject([(entry, refusal) for entry in entries])
    else:
        batch = merge(entries)
        _reject(batch.rejected)
        _publish(_store(batch))
    with connection.cursor() as cursor:
        cursor.execute(_ADVANCE, [STREAM, offset])
    return entries


def owns_stream() -> bool:
    """Whether this transaction holds the stream until its end: of several processes one moves, the others stand by."""
    return try_lock_until_commit(STREAM)


def _commit_durably() -> None:
    """Wait for the disk at this commit, whatever the server is set to: the entries are deleted right after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'"
        )


def _store(batch: Batch) -> list[EndedInteraction]:
    """Write the rows; returns the calls that ended by it."""
    if not batch.rows:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_STAGE)
        # Something is left only where an outer transaction has not ended yet.
        cursor.execute("DELETE FROM interaction_batch")
        with cursor.copy(_COPY) as copy:
            for values in batch.values():
                copy.write_row(values)
        take_back_abandoned(cursor)
        cursor.execute(_MOVE_AND_ADD)
        changed = cursor.fetchall()
    return [_ended(row, *batch.ends[row[0]]) for row in changed if row[0] in batch.ends]


def _ended(row: tuple[Any, ...], reservation_id: UUID | None, amounts: dict[str, int]) -> EndedInteraction:
    interaction_id, user_id, api_key_id, project_id, status = row
    return EndedInteraction(interaction_id, user_id, api_key_id, project_id, status, reservation_id, amounts)


def _publish(ended: list[EndedInteraction]) -> None:
    if not ended:
        return
    try:
        interactions_ended.send(sender=EndedInteraction, entries=ended)
    except _Refused as error:
        # Not the entries' fault: they must wait for the receiver, not go to the rejects.
        raise ReceiverFailed from error
    transaction.on_commit(partial(interactions_committed.send, sender=EndedInteraction, entries=ended))


def _reject(refused: list[tuple[Entry, str]]) -> None:
    for entry, reason in refused:
        logger.error("audit.entry.rejected", extra={"entry_id": entry.entry_id, "reason": reason})
        # Bytes that are no text, and NUL, which PostgreSQL's texts do not hold.
        payload = entry.payload.decode("utf-8", "replace").replace("\0", "")
        StreamReject.objects.bulk_create(
            [StreamReject(id=uuid7(), stream=STREAM, entry_id=entry.entry_id, payload=payload, reason=reason)],
            ignore_conflicts=True,
        )
