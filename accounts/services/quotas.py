"""Quota rows, and the live counters rebuilt from them: PostgreSQL is the truth, Redis the fast copy."""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limiter
from accounts.models import Account, QuotaPeriod, QuotaType, UsageQuota, UsageReservation
from accounts.selectors import next_reset
from accounts.services.errors import InvalidAccount
from config.common.problems import Unavailable

logger = logging.getLogger(__name__)

#: Rebuilding loses against a settlement that commits meanwhile; that often in a row means trouble.
REBUILD_ATTEMPTS = 50
#: Accounts with settlements this recent are compared again, in case Redis missed one.
RECONCILE_WINDOW = timedelta(minutes=10)

#: One statement, so that usage and reservations come from one snapshot.
_READ = """
    SELECT coalesce((SELECT json_agg(json_build_array(quota_type, period, "limit", current_usage, reset_date))
                     FROM usage_quotas WHERE user_id = %(user)s), '[]')::text,
           coalesce((SELECT json_agg(json_build_array(reservation_id, amounts::text))
                     FROM usage_reservations WHERE user_id = %(user)s), '[]')::text
"""


def midnight_epoch(day: date) -> int:
    """Unix seconds of the day's first moment in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def default_limits(account_type: str) -> dict[tuple[str, str], int]:
    """Limits of the account type by quota and period."""
    by_type = settings.DEFAULT_QUOTAS.get(account_type, {})
    return {(kind, period): limit for kind, periods in by_type.items() for period, limit in periods.items()}


def ensure_quotas(*, account: Account) -> None:
    """Create the rows of the account type that are missing; existing ones are kept as they are."""
    today = timezone.now().astimezone(UTC).date()
    rows = [
        UsageQuota(user=account, quota_type=kind, period=period, limit=limit, reset_date=next_reset(period, today))
        for (kind, period), limit in default_limits(account.account_type).items()
    ]
    UsageQuota.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def set_quota(*, account: Account, quota_type: str, period: str, limit: int, actor: Account | None) -> UsageQuota:
    """Set one limit; usage is kept. Raises InvalidAccount for unknown names and limits outside 0 .. 2^53-1."""
    errors: dict[str, list[str]] = {}
    if quota_type not in QuotaType.values:
        errors["quota_type"] = [_("%(name)s is unknown.") % {"name": quota_type}]
    if period not in QuotaPeriod.values:
        errors["period"] = [_("%(name)s is unknown.") % {"name": period}]
    if not 0 <= limit <= limiter.MAX_AMOUNT:
        errors["limit"] = [_("Between 0 and %(limit)d.") % {"limit": limiter.MAX_AMOUNT}]
    if errors:
        raise InvalidAccount(errors=errors)
    today = timezone.now().astimezone(UTC).date()
    quota, _made = UsageQuota.objects.update_or_create(
        user=account,
        quota_type=quota_type,
        period=period,
        defaults={"limit": limit},
        create_defaults={"limit": limit, "reset_date": next_reset(period, today)},
    )
    transaction.on_commit(lambda: forget_counters(account.pk))
    logger.info("accounts.quota.set", extra={"account": str(account.pk), "limit": limit, "actor": str(actor)})
    return quota


@transaction.atomic
def adopt_default_quotas(*, account: Account, old_type: str) -> None:
    """After a change of the account type: limits that were the old type's defaults become the new one's."""
    old, new = default_limits(old_type), default_limits(account.account_type)
    for (kind, period), limit in new.items():
        UsageQuota.objects.filter(
            user=account, quota_type=kind, period=period, limit=old.get((kind, period), limit)
        ).update(limit=limit)
    ensure_quotas(account=account)
    transaction.on_commit(lambda: forget_counters(account.pk))


def forget_counters(account_id: UUID) -> None:
    """Let the next request rebuild; when Redis is down, `reconcile_counters` will."""
    try:
        limiter.invalidate(account_id)
    except limiter.LimiterDown:
        logger.warning("accounts.counters.stale", extra={"account": str(account_id)})


def rebuild_counters(*, account: Account) -> None:
    """Write the account's limits, usage and reservations to Redis; raises Unavailable when they keep changing.

    Optimistic: every change that PostgreSQL makes first raises a version in Redis afterwards, and what was read before
    such a change is not written. So any number of processes may rebuild at once.
    """
    ensure_quotas(account=account)
    for _attempt in range(REBUILD_ATTEMPTS):
        seen_version, redis_time = limiter.version(account.pk)
        today = datetime.fromtimestamp(redis_time, UTC).date()
        with connection.cursor() as cursor:
            cursor.execute(_READ, {"user": account.pk})
            quotas, holds = cursor.fetchone()
        rows = [_live_row(row, today) for row in json.loads(quotas)]
        if limiter.rebuild(account.pk, seen_version, rows, json.loads(holds)):
            return
    raise Unavailable(_("The usage counters are being rebuilt; try again."), retry_after_seconds=1)


def _live_row(row: list[Any], today: date) -> tuple[str, str, int, int, int]:
    """Usage of a period that is over counts no more, though PostgreSQL rolls it over only at the next settlement."""
    kind, period, limit, usage, reset_date = row
    reset = date.fromisoformat(reset_date)
    if reset > today:
        return kind, period, min(limit, limiter.MAX_AMOUNT), usage, midnight_epoch(reset)
    return kind, period, min(limit, limiter.MAX_AMOUNT), 0, midnight_epoch(next_reset(period, today))


def reconcile_counters(*, accounts: Iterable[Account] | None = None) -> int:
    """Rebuild the counters of accounts with open work or fresh usage; heals what Redis missed while it was away."""
    if accounts is None:
        fresh = UsageQuota.objects.filter(updated_at__gte=timezone.now() - RECONCILE_WINDOW).values("user_id")
        held = UsageReservation.objects.values("user_id")
        accounts = Account.objects.filter(Q(pk__in=fresh) | Q(pk__in=held)).iterator()
    count = 0
    for account in accounts:
        rebuild_counters(account=account)
        count += 1
    return count
