"""Reads of an account's limits and usage, from PostgreSQL alone: they work without Redis."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta

from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accounts.models import Account, QuotaPeriod, QuotaType, RateLimitWindow, UsageQuota

#: How far back the usage page counts requests by endpoint.
ENDPOINT_SPAN = timedelta(hours=24)


@dataclass(frozen=True)
class QuotaUsage:
    """One quota now: `reserved` belongs to work that has not ended; `resets_on` is a day in UTC."""

    quota_type: str
    period: str
    limit: int
    used: int
    reserved: int
    resets_on: date

    @property
    def remaining(self) -> int:
        """What new work may still ask for."""
        return max(0, self.limit - self.used - self.reserved)

    @property
    def taken(self) -> int:
        """Used and reserved."""
        return self.used + self.reserved

    @property
    def label(self) -> str:
        """For people: `Characters, daily`."""
        return f"{QuotaType(self.quota_type).label}, {QuotaPeriod(self.period).label.lower()}"


def quota_usage(account: Account) -> list[QuotaUsage]:
    """The account's quotas in the order of their kinds; a period that is over shows nothing used."""
    today = timezone.now().astimezone(UTC).date()
    reserved = _reserved(account)
    rows = [
        QuotaUsage(
            quota_type=row.quota_type,
            period=row.period,
            limit=row.limit,
            used=row.current_usage if row.reset_date > today else 0,
            reserved=reserved.get(row.quota_type, 0),
            resets_on=row.reset_date if row.reset_date > today else next_reset(row.period, today),
        )
        for row in UsageQuota.objects.filter(user=account)
    ]
    order = {kind: position for position, kind in enumerate(QuotaType.values)}
    return sorted(rows, key=lambda row: (order[row.quota_type], row.period))


def next_reset(period: str, today: date) -> date:
    """First day (UTC) of the period after the one that holds `today`."""
    if period == QuotaPeriod.DAILY:
        return today + timedelta(days=1)
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def requests_by_endpoint(account: Account) -> list[tuple[str, int]]:
    """Requests of the last day by endpoint, most used first; a minute behind."""
    fresh = RateLimitWindow.objects.filter(user=account, window_end__gt=timezone.now() - ENDPOINT_SPAN)
    totals = fresh.values_list("endpoint").annotate(total=Sum("request_count")).order_by("-total", "endpoint")
    return [(endpoint, total) for endpoint, total in totals]


def _reserved(account: Account) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, sum(amount::bigint) FROM usage_reservations, jsonb_each_text(amounts) AS each (kind, amount)"
            " WHERE user_id = %s GROUP BY kind",
            [account.pk],
        )
        return {kind: int(total) for kind, total in cursor.fetchall()}
