"""The books of metered work: a reservation is held, then settled or refunded, in the transactions of the work itself.

Redis is corrected after the commit. What it misses only makes it stricter; `reconcile_counters` heals it.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.backends.utils import CursorWrapper

from accounts import limiter
from accounts.models import UsageReservation
from accounts.queries import insert_row, prepared_cursor

logger = logging.getLogger(__name__)

#: Far more than a process has between admission and commit; what is forgotten beyond it lapses by itself.
_MAX_OPEN = 10_000
#: Reservations of this process that no commit has confirmed, and the scopes they touch.
_open: dict[UUID, list[UUID]] = {}


def note_reserved(reservation_id: UUID, scope_ids: Sequence[UUID]) -> None:
    """Remember whose reservation this is, so that it can be released before it has a row."""
    if len(_open) >= _MAX_OPEN:
        _open.clear()
    _open[reservation_id] = list(scope_ids)


def hold_usage(
    *,
    reservation_id: UUID,
    account_id: UUID,
    amounts: Mapping[str, int],
    key_id: UUID | None = None,
    project_id: UUID | None = None,
    is_settled: Callable[[], bool] | None = None,
) -> None:
    """Keep the reservation for as long as the work lives; part of the transaction that accepts the work.

    Key and project must be those of the admission: the row says whose counters the end of the work corrects.
    `is_settled` is asked after the commit: work that ended in the same transaction has nothing left to confirm.
    """
    reservation = UsageReservation(
        reservation_id=reservation_id,
        user_id=account_id,
        api_key_id=key_id,
        project_id=project_id,
        amounts=dict(amounts),
    )
    insert_row(reservation)

    def confirm() -> None:
        _open.pop(reservation_id, None)
        if not (is_settled and is_settled()):
            after_commit(lambda: limiter.confirm(present(account_id, key_id, project_id), reservation_id))

    transaction.on_commit(confirm)


def release_usage(*, reservation_ids: Sequence[UUID]) -> None:
    """Give back at once what this process reserved but no commit confirmed; elsewhere it lapses by itself."""
    for reservation_id in reservation_ids:
        scope_ids = _open.pop(reservation_id, None)
        if scope_ids is not None:
            after_commit(partial(_release, scope_ids, reservation_id))


def note_recorded(*, reservation_id: UUID) -> None:
    """The call is in the audit's stream, which ends its reservation: this process need not remember it."""
    _open.pop(reservation_id, None)


def give_back(*, reservation_id: UUID, scope_ids: Sequence[UUID]) -> None:
    """Drop the reservation of a call that will not be made; without Redis it lapses by itself."""
    note_recorded(reservation_id=reservation_id)
    after_commit(partial(limiter.settle, scope_ids, reservation_id))


def present(*scope_ids: UUID | None) -> list[UUID]:
    """Those that are set."""
    return [scope_id for scope_id in scope_ids if scope_id is not None]


def _release(scope_ids: Sequence[UUID], reservation_id: UUID) -> None:
    limiter.settle(scope_ids, reservation_id)
    # A commit whose answer was lost did keep it: PostgreSQL knows.
    limiter.invalidate(scope_ids)


#: Adds the amounts of `locked` (quota_id, amount) to their quotas, as of `today` (day).
#: A row whose period is over starts the next one with this booking: no job has to run at midnight.
ADD_TO_QUOTAS = """
    UPDATE usage_quotas AS quota
       SET current_usage = CASE WHEN quota.reset_date > day THEN quota.current_usage ELSE 0 END + locked.amount,
           reset_date = CASE WHEN quota.reset_date > day THEN quota.reset_date
                             WHEN quota.period = 'daily' THEN day + 1
                             ELSE (date_trunc('month', day::timestamp) + interval '1 month')::date END
      FROM locked, today
     WHERE quota.quota_id = locked.quota_id
"""
#: The reservation ends and what was used is booked, in one statement; `actual` replaces what it names of the amounts.
#: Every settlement locks rows in one order, so that two in the same project never wait for each other in a circle.
_SETTLE = f"""
    WITH today AS MATERIALIZED (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day),
         ended AS (
             DELETE FROM usage_reservations WHERE reservation_id = %(reservation)s
             RETURNING user_id, api_key_id, project_id, amounts || %(actual)s::jsonb AS amounts),
         locked AS MATERIALIZED (
             SELECT quota.quota_id, (ended.amounts ->> quota.quota_type)::bigint AS amount
               FROM ended, usage_quotas AS quota
              WHERE quota.scope_id = ANY(ARRAY[ended.user_id, ended.api_key_id, ended.project_id])
                AND ended.amounts ? quota.quota_type
              ORDER BY quota.quota_id FOR UPDATE OF quota),
         booked AS (
             {ADD_TO_QUOTAS}
          RETURNING quota.scope_id, quota.quota_type, quota.period, amount,
                    extract(epoch FROM quota.reset_date::timestamp)::bigint AS period_end)
    SELECT user_id, api_key_id, project_id, scope_id, quota_type, period, amount, period_end
      FROM ended LEFT JOIN booked ON true
"""  # noqa: S608  (our own constants)


@transaction.atomic(savepoint=False)
def settle_usage(*, reservation_id: UUID, actual: Mapping[str, int]) -> bool:
    """Replace a reservation by what was really used, for account, key and project; part of the work's transaction.

    A kind that `actual` leaves out is booked as reserved. More than was reserved is booked in full. False when the
    reservation had ended before: then nothing is booked.

    Ending and booking must become visible together: counters rebuilt from a state between them would be too low.
    """
    with _settlement(reservation_id, actual) as cursor:
        rows = cursor.fetchall()
    if rows:
        transaction.on_commit(lambda: _correct(reservation_id, rows))
    return bool(rows)


def settle_usage_ahead(*, reservation_id: UUID, actual: Mapping[str, int]) -> None:
    """As `settle_usage`, but within `pipelined()` it does not wait for the answer before the commit."""
    cursor = _settlement(reservation_id, actual)
    transaction.on_commit(lambda: _correct(reservation_id, cursor.fetchall()))


def _settlement(reservation_id: UUID, actual: Mapping[str, int]) -> CursorWrapper:
    cursor = prepared_cursor()
    cursor.execute(_SETTLE, {"reservation": reservation_id, "actual": json.dumps(dict(actual))})
    return cursor


def _correct(reservation_id: UUID, rows: Sequence[tuple[Any, ...]]) -> None:
    """Tell Redis what `_SETTLE` has booked; nothing when the reservation had ended before."""
    if rows:
        booked = [row[3:] for row in rows if row[3] is not None]
        after_commit(lambda: limiter.settle(present(*rows[0][:3]), reservation_id, booked))


def refund_usage(*, reservation_ids: Sequence[UUID]) -> int:
    """Drop reservations whose work failed or was cancelled; part of that transaction. Returns how many there were.

    Ids without a reservation are passed over: work that was never metered may be refunded, too.
    """
    ended = _end_reservations(reservation_ids)

    def correct() -> None:
        for reservation_id, scope_ids in ended:
            limiter.settle(scope_ids, reservation_id)

    if ended:
        transaction.on_commit(lambda: after_commit(correct))
    return len(ended)


def _end_reservations(reservation_ids: Sequence[UUID]) -> list[tuple[UUID, list[UUID]]]:
    """Exactly one caller gets each row: id and scopes."""
    with prepared_cursor() as cursor:
        cursor.execute(
            "DELETE FROM usage_reservations WHERE reservation_id = ANY(%s)"
            " RETURNING reservation_id, user_id, api_key_id, project_id",
            [list(reservation_ids)],
        )
        return [(row[0], present(*row[1:])) for row in cursor.fetchall()]


def after_commit(correct_redis: Callable[[], object]) -> None:
    """Correct Redis; without it the counters are stale and too strict until they are rebuilt."""
    # The books are written: failing now would report work as failed that has been paid for.
    try:
        correct_redis()
    except limiter.LimiterDown:
        logger.warning("accounts.counters.stale")
