"""Reads of an account's limits and usage, from PostgreSQL alone: they work without Redis."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet, Sum
from django.utils import timezone

from accounts.models import Account, ApiKey, QuotaPeriod, QuotaType, RateLimitWindow, UsageQuota

#: How far back the usage page counts requests by endpoint.
ENDPOINT_SPAN = timedelta(hours=24)

#: The OR finds the reservations by three indexes; the VALUES let each count once in every scope it touches.
_RESERVED = """
    SELECT touched.scope_id, each.kind, sum(each.amount::bigint)
      FROM usage_reservations AS held
     CROSS JOIN LATERAL (VALUES (held.user_id), (held.api_key_id), (held.project_id)) AS touched (scope_id)
     CROSS JOIN LATERAL jsonb_each_text(held.amounts) AS each (kind, amount)
     WHERE (held.user_id = ANY(%(scopes)s) OR held.api_key_id = ANY(%(scopes)s) OR held.project_id = ANY(%(scopes)s))
       AND touched.scope_id = ANY(%(scopes)s)
     GROUP BY touched.scope_id, each.kind
"""


@dataclass(frozen=True)
class QuotaUsage:
    """One quota now: `reserved` belongs to work that has not ended; `resets_on` is a day in UTC."""

    quota_type: str
    period: str
    limit: int
    used: int
    reserved: int
    resets_on: date
    scope: str
    scope_id: UUID
    key_name: str = ""

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
        """For people: `Characters, daily`, and of a key `laptop: Characters, daily`."""
        what = f"{QuotaType(self.quota_type).label}, {QuotaPeriod(self.period).label.lower()}"
        return f"{self.key_name}: {what}" if self.key_name else what


def quota_usage(account: Account) -> list[QuotaUsage]:
    """The account's quotas in the order of their kinds; a period that is over shows nothing used."""
    return _usage_of(UsageQuota.objects.filter(user=account))


def key_quota_usage(account: Account, key: ApiKey | None = None) -> list[QuotaUsage]:
    """The same of the account's active keys, or of one of them; keys without limits of their own have none."""
    rows = UsageQuota.objects.filter(api_key__user=account, api_key__status="active").select_related("api_key")
    return _usage_of(rows.filter(api_key=key) if key else rows)


def project_quota_usage(project_id: UUID) -> list[QuotaUsage]:
    """The same of a project; who may see it is the caller's to check."""
    return _usage_of(UsageQuota.objects.filter(project_id=project_id))


def _usage_of(quotas: QuerySet[UsageQuota]) -> list[QuotaUsage]:
    today = timezone.now().astimezone(UTC).date()
    rows = list(quotas)
    reserved = _reserved({row.scope_id for row in rows})
    usages = [
        QuotaUsage(
            quota_type=row.quota_type,
            period=row.period,
            limit=row.limit,
            used=row.current_usage if row.reset_date > today else 0,
            reserved=reserved.get((row.scope_id, row.quota_type), 0),
            resets_on=row.reset_date if row.reset_date > today else next_reset(row.period, today),
            scope=row.scope,
            scope_id=row.scope_id,
            key_name=row.api_key.name if row.api_key else "",
        )
        for row in rows
    ]
    order = {kind: position for position, kind in enumerate(QuotaType.values)}
    return sorted(usages, key=lambda usage: (usage.scope_id, order[usage.quota_type], usage.period))


def next_reset(period: str, today: date) -> date:
    """First day (UTC) of the period after the one that holds `today`."""
    if period == QuotaPeriod.DAILY:
        return today + timedelta(days=1)
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def requests_by_endpoint(account: Account) -> list[tuple[str, int]]:
    """Requests of the last day by endpoint, most used first; a minute behind.

    Whole hours: the window in which the last day begins is counted in full.
    """
    fresh = RateLimitWindow.objects.filter(user=account, window_end__gt=timezone.now() - ENDPOINT_SPAN)
    totals = fresh.values_list("endpoint").annotate(total=Sum("request_count")).order_by("-total", "endpoint")
    return [(endpoint, total) for endpoint, total in totals]


def _reserved(scope_ids: set[UUID]) -> dict[tuple[UUID, str], int]:
    """By scope and kind; one reservation counts in each scope it touches."""
    if not scope_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_RESERVED, {"scopes": list(scope_ids)})
        return {(scope_id, kind): int(total) for scope_id, kind, total in cursor.fetchall()}
