"""Quota rows, and the live counters rebuilt from them: PostgreSQL is the truth, Redis the fast copy."""

import json
import logging
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import limiter
from accounts.models import Account, ApiKey, QuotaPeriod, QuotaType, UsageQuota, UsageReservation
from accounts.selectors import next_reset
from accounts.services.errors import InvalidAccount
from config.common.problems import Unavailable

logger = logging.getLogger(__name__)

#: Rebuilding loses against a settlement that commits meanwhile; that often in a row means trouble.
REBUILD_ATTEMPTS = 50
#: Scopes with settlements this recent are compared again, in case Redis missed one.
RECONCILE_WINDOW = timedelta(minutes=10)

#: One statement, so that usage and reservations come from one snapshot.
_READ = """
    SELECT coalesce((SELECT json_agg(json_build_array(quota_type, period, "limit", current_usage, reset_date))
                     FROM usage_quotas WHERE scope_id = %(scope)s), '[]')::text,
           coalesce((SELECT json_agg(json_build_array(reservation_id, amounts::text))
                     FROM usage_reservations
                     WHERE user_id = %(scope)s OR api_key_id = %(scope)s OR project_id = %(scope)s), '[]')::text
"""


def midnight_epoch(day: date) -> int:
    """Unix seconds of the day's first moment in UTC."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def default_limits(account_type: str) -> dict[tuple[str, str], int]:
    """Limits of the account type by quota and period."""
    by_type = settings.DEFAULT_QUOTAS.get(account_type, {})
    return {(kind, period): limit for kind, periods in by_type.items() for period, limit in periods.items()}


def ensure_quotas(*, account: Account) -> None:
    """Create the rows of the account type that are missing; existing ones are kept as they are.

    Called before every rebuild: a kind that settings name later limits old accounts as well.
    """
    today = timezone.now().astimezone(UTC).date()
    rows = [
        UsageQuota(user=account, quota_type=kind, period=period, limit=limit, reset_date=next_reset(period, today))
        for (kind, period), limit in default_limits(account.account_type).items()
    ]
    UsageQuota.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def set_quota(
    *,
    quota_type: str,
    period: str,
    limit: int,
    actor: Account | None,
    account: Account | None = None,
    key: ApiKey | None = None,
    project_id: UUID | None = None,
) -> UsageQuota:
    """Set one limit of an account, of a key or of a project; usage is kept, and of a new row starts at zero.

    Raises InvalidAccount for unknown names, limits outside 0 .. 2^53-1, and unless exactly one of the three is given.
    """
    check_limit(quota_type, period, limit)
    owner = {"user": account, "api_key": key, "project_id": project_id}
    if sum(value is not None for value in owner.values()) != 1:
        raise InvalidAccount(
            errors={"non_field_errors": [_("Name an account, an API key or a project, and only one of them.")]}
        )
    today = timezone.now().astimezone(UTC).date()
    quota, _made = UsageQuota.objects.update_or_create(
        **owner,
        quota_type=quota_type,
        period=period,
        defaults={"limit": limit},
        create_defaults={"limit": limit, "reset_date": next_reset(period, today)},
    )
    transaction.on_commit(lambda: forget_counters(quota.scope_id))
    logger.info("accounts.quota.set", extra={"scope": str(quota.scope_id), "limit": limit, "actor": str(actor)})
    return quota


def check_limit(quota_type: str, period: str, limit: int) -> None:
    """Raises InvalidAccount with errors by field."""
    errors: dict[str, list[str]] = {}
    if quota_type not in QuotaType.values:
        errors["quota_type"] = [_("%(name)s is unknown.") % {"name": quota_type}]
    if period not in QuotaPeriod.values:
        errors["period"] = [_("%(name)s is unknown.") % {"name": period}]
    if not 0 <= limit <= limiter.MAX_AMOUNT:
        errors["limit"] = [_("Between 0 and %(limit)d.") % {"limit": limiter.MAX_AMOUNT}]
    if errors:
        raise InvalidAccount(errors=errors)


@transaction.atomic
def adopt_default_quotas(*, account: Account, old_type: str) -> None:
    """After a change of the account type: limits that were the old type's defaults become the new one's.

    What an administrator set by hand stays, unless it equals the old default: the row does not say who wrote it.
    """
    old, new = default_limits(old_type), default_limits(account.account_type)
    # In the order in which settlements lock them: row by row, the two could wait for each other.
    list(UsageQuota.objects.filter(user=account).order_by("pk").select_for_update().values_list("pk"))
    for (kind, period), limit in new.items():
        UsageQuota.objects.filter(
            user=account, quota_type=kind, period=period, limit=old.get((kind, period), limit)
        ).update(limit=limit)
    ensure_quotas(account=account)
    transaction.on_commit(lambda: forget_counters(account.pk))


def forget_counters(scope_id: UUID) -> None:
    """Let the next request rebuild; when Redis is down, `reconcile_counters` will."""
    try:
        limiter.invalidate([scope_id])
    except limiter.LimiterDown:
        logger.warning("accounts.counters.stale", extra={"scope": str(scope_id)})


def rebuild_counters(*, account: Account) -> None:
    """Write the account's limits, usage and reservations to Redis; raises Unavailable when they keep changing."""
    ensure_quotas(account=account)
    rebuild_scope(scope_id=account.pk)


def rebuild_scope(*, scope_id: UUID) -> None:
    """The same for a key or a project, whose limits nobody makes but a person.

    Optimistic: every change that PostgreSQL makes first raises a version in Redis afterwards, and what was read before
    such a change is not written. So any number of processes may rebuild at once.
    """
    for _attempt in range(REBUILD_ATTEMPTS):
        seen_version, redis_time = limiter.version(scope_id)
        today = datetime.fromtimestamp(redis_time, UTC).date()
        with connection.cursor() as cursor:
            cursor.execute(_READ, {"scope": scope_id})
            quotas, holds = cursor.fetchone()
        rows = [_live_row(row, today) for row in json.loads(quotas)]
        if limiter.rebuild(scope_id, seen_version, rows, json.loads(holds)):
            return
    raise Unavailable(_("The usage counters are being rebuilt; try again."), retry_after_seconds=1)


def _live_row(row: list[Any], today: date) -> tuple[str, str, int, int, int]:
    """Usage of a period that is over counts no more, though PostgreSQL rolls it over only at the next settlement."""
    # Only psql can write a limit above MAX_AMOUNT; Lua would round it, so it is cut to what is exact.
    kind, period, limit, usage, reset_date = row
    reset = date.fromisoformat(reset_date)
    if reset > today:
        return kind, period, min(limit, limiter.MAX_AMOUNT), usage, midnight_epoch(reset)
    return kind, period, min(limit, limiter.MAX_AMOUNT), 0, midnight_epoch(next_reset(period, today))


def reconcile_counters(*, accounts: Iterable[Account] | None = None) -> int:
    """Rebuild what has open work or fresh usage, or these accounts; heals what Redis missed while it was away.

    Returns how many accounts, keys and projects that were.
    """
    if accounts is not None:
        return sum(_rebuilt(account.pk, account) for account in accounts)
    fresh = UsageQuota.objects.filter(updated_at__gte=timezone.now() - RECONCILE_WINDOW)
    busy: set[UUID] = set(fresh.values_list("scope_id", flat=True))
    for column in ("user_id", "api_key_id", "project_id"):
        busy |= set(UsageReservation.objects.exclude(**{column: None}).values_list(column, flat=True).distinct())
    found = Account.objects.in_bulk(busy)
    return sum(_rebuilt(scope_id, found.get(scope_id)) for scope_id in busy)


def _rebuilt(scope_id: UUID, account: Account | None) -> int:
    if account is not None:
        rebuild_counters(account=account)
    else:
        rebuild_scope(scope_id=scope_id)
    return 1
