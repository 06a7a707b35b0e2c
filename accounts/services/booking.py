"""Booking of calls whose end is read from a stream: many at once, in the transaction that moves the stream on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts import limiter
from accounts.services.usage import _open, after_commit, present


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A call that was admitted under `reservation_id`, and what it really used."""

    reservation_id: UUID
    account_id: UUID
    key_id: UUID | None
    project_id: UUID | None
    amounts: Mapping[str, int]

    @property
    def scope_ids(self) -> list[UUID]:
        """Account, key and project."""
        return present(self.account_id, self.key_id, self.project_id)


def note_recorded(*, reservation_id: UUID) -> None:
    """The call is in the audit's stream, which ends its reservation: this process need not remember it."""
    _open.pop(reservation_id, None)


def give_back(*, reservation_id: UUID, scope_ids: Sequence[UUID]) -> None:
    """Drop the reservation of a call that will not be made; without Redis it lapses by itself."""
    note_recorded(reservation_id=reservation_id)
    after_commit(partial(limiter.settle, scope_ids, reservation_id))


# As `usage._BOOK`, for amounts that differ by scope. Rows are locked in one order for everybody.
_BOOK = """
    WITH today AS MATERIALIZED (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day),
         given AS MATERIALIZED (
             SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[]) AS given(scope_id, quota_type, amount)),
         locked AS MATERIALIZED (
             SELECT quota_id, given.amount FROM usage_quotas JOIN given USING (scope_id, quota_type)
              ORDER BY quota_id FOR UPDATE OF usage_quotas)
    UPDATE usage_quotas AS quota
       SET current_usage = CASE WHEN quota.reset_date > day THEN quota.current_usage ELSE 0 END + locked.amount,
           reset_date = CASE WHEN quota.reset_date > day THEN quota.reset_date
                             WHEN quota.period = 'daily' THEN day + 1
                             ELSE (date_trunc('month', day::timestamp) + interval '1 month')::date END
      FROM locked, today
     WHERE quota.quota_id = locked.quota_id
 RETURNING quota.scope_id, quota.quota_type, quota.period, extract(epoch FROM quota.reset_date::timestamp)::bigint
"""


@transaction.atomic(savepoint=False)
def book_calls(*, calls: Sequence[EndedCall]) -> None:
    """Add what these calls used to the quotas of account, key and project; part of the caller's transaction.

    Exactly once is the caller's promise: nothing here remembers a call. Their reservations end after the commit.
    """
    totals: dict[tuple[UUID, str], int] = defaultdict(int)
    for call in calls:
        for scope_id in call.scope_ids:
            for kind, amount in call.amounts.items():
                totals[scope_id, kind] += amount
    with connection.cursor() as cursor:
        columns: list[Any] = [[scope for scope, _kind in totals], [kind for _scope, kind in totals], [*totals.values()]]
        cursor.execute(_BOOK, columns)
        periods = cursor.fetchall()
    transaction.on_commit(partial(_settle, list(calls), periods))


def _settle(calls: Sequence[EndedCall], periods: Sequence[tuple[UUID, str, str, int]]) -> None:
    by_scope: dict[UUID, list[tuple[str, str, int]]] = defaultdict(list)
    for scope_id, kind, period, reset in periods:
        by_scope[scope_id].append((kind, period, reset))
    for call in calls:
        booked = [
            (scope_id, kind, period, call.amounts[kind], reset)
            for scope_id in call.scope_ids
            for kind, period, reset in by_scope[scope_id]
            if kind in call.amounts
        ]
        after_commit(partial(limiter.settle, call.scope_ids, call.reservation_id, booked))
