"""Booking of calls whose end is read from a stream: many at once, in the transaction that moves the stream on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from accounts import limiter
from accounts.services.usage import ADD_TO_QUOTAS, after_commit, present


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


# As `usage._SETTLE`, for amounts that differ by scope. Rows are locked in one order for everybody.
_BOOK = f"""
    WITH today AS MATERIALIZED (SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date AS day),
         given AS MATERIALIZED (
             SELECT * FROM unnest(%s::uuid[], %s::text[], %s::bigint[]) AS given(scope_id, quota_type, amount)),
         locked AS MATERIALIZED (
             SELECT quota_id, given.amount FROM usage_quotas JOIN given USING (scope_id, quota_type)
              ORDER BY quota_id FOR UPDATE OF usage_quotas)
    {ADD_TO_QUOTAS}
 RETURNING quota.scope_id, quota.quota_type, quota.period, extract(epoch FROM quota.reset_date::timestamp)::bigint
"""  # noqa: S608  (our own constants)


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
