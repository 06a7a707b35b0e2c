"""Quota rows and what the counters make of them."""

from datetime import date

import pytest
from pytest_django import Settings

from accounts.limiter import MAX_AMOUNT, Stopped
from accounts.models import Account, ApiKey, UsageQuota
from accounts.selectors import next_reset, project_quota_usage
from accounts.services import (
    InvalidAccount,
    QuotaExceeded,
    admit,
    ensure_quotas,
    reconcile_counters,
    set_quota,
    settle_usage,
)
from accounts.services.quotas import midnight_epoch
from accounts.tests.conftest import limit, live
from accounts.tests.scopes import PROJECT, accept, limit_project
from config.common.problems import Unavailable
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db


def test_rows_are_made_with_the_first_metered_request(owner: Account) -> None:
    assert not UsageQuota.objects.exists()

    admit(account=owner, endpoint="speech", amounts={"characters": 1})

    assert UsageQuota.objects.filter(user=owner).count() == 10


def test_rows_that_exist_are_kept(owner: Account) -> None:
    limit(owner, "tokens", "daily", 7)

    ensure_quotas(account=owner)

    assert UsageQuota.objects.get(user=owner, quota_type="tokens", period="daily").limit == 7


@pytest.mark.django_db(transaction=True)
def test_a_new_limit_counts_at_once(owner: Account, staff: Account) -> None:
    admit(account=owner, endpoint="speech", amounts={"characters": 5})

    set_quota(account=owner, quota_type="characters", period="daily", limit=5, actor=staff)

    with pytest.raises(QuotaExceeded):
        admit(account=owner, endpoint="speech", amounts={"characters": 1})


def test_a_new_limit_keeps_the_usage(owner: Account) -> None:
    limit(owner, "tokens", "daily", 7)
    UsageQuota.objects.update(current_usage=5)

    limit(owner, "tokens", "daily", 9)

    assert UsageQuota.objects.get().current_usage == 5


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quota_type": "gold"}, "quota_type"),
        ({"period": "weekly"}, "period"),
        ({"limit": -1}, "limit"),
        ({"limit": 2**53}, "limit"),
    ],
)
def test_a_limit_that_cannot_be_is_refused(owner: Account, fields: dict[str, object], field: str) -> None:
    wanted: dict[str, object] = {"quota_type": "tokens", "period": "daily", "limit": 1, **fields}

    with pytest.raises(InvalidAccount) as refusal:
        set_quota(account=owner, actor=None, **wanted)  # type: ignore[arg-type]

    assert list(refusal.value.errors) == [field]
    assert not UsageQuota.objects.exists()


def test_the_largest_limit_is_exact(owner: Account) -> None:
    limit(owner, "tokens", "daily", MAX_AMOUNT)
    limit(owner, "tokens", "monthly", MAX_AMOUNT)

    admit(account=owner, endpoint="chat", amounts={"tokens": MAX_AMOUNT})

    with pytest.raises(QuotaExceeded):
        admit(account=owner, endpoint="chat", amounts={"tokens": 1})
    assert redis_client().hget(f"quota:{owner.pk}", "res|tokens") == str(MAX_AMOUNT).encode()


def test_quotas_come_from_settings(owner: Account, settings: Settings) -> None:
    settings.DEFAULT_QUOTAS = {"standard": {"images": {"daily": 3}}, "premium": {}}

    ensure_quotas(account=owner)

    assert UsageQuota.objects.values_list("quota_type", "period", "limit").get() == ("images", "daily", 3)


@pytest.mark.parametrize(
    ("period", "today", "reset"),
    [
        ("daily", date(2026, 12, 31), date(2027, 1, 1)),
        ("daily", date(2028, 2, 28), date(2028, 2, 29)),
        ("monthly", date(2026, 1, 31), date(2026, 2, 1)),
        ("monthly", date(2026, 2, 1), date(2026, 3, 1)),
        ("monthly", date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_periods_end_at_midnight_utc(period: str, today: date, reset: date) -> None:
    assert next_reset(period, today) == reset


def test_midnight_is_in_utc() -> None:
    assert midnight_epoch(date(2026, 11, 20)) == 1_795_132_800


def test_counters_that_never_come_to_rest_refuse_rather_than_guess(
    owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def lose(_scope: object, seen: str, _rows: object, _holds: object) -> bool:
        tries.append(seen)
        return False

    monkeypatch.setattr("accounts.services.quotas.REBUILD_ATTEMPTS", 3)
    monkeypatch.setattr("accounts.limiter.rebuild", lose)

    with pytest.raises(Unavailable) as refusal:
        admit(account=owner, endpoint="chat", amounts={"tokens": 1})

    assert (tries, refusal.value.headers) == (["0"] * 3, {"Retry-After": "1"})
    assert redis_client().keys("quota*") == []


def test_a_decision_that_is_always_put_off_ends_as_unavailable(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.services.limits.DECISION_ATTEMPTS", 3)
    monkeypatch.setattr("accounts.limiter.decide", lambda _ask: Stopped("rebuild"))

    with pytest.raises(Unavailable, match="Nothing was done; try again"):
        admit(account=owner, endpoint="chat", amounts={"tokens": 1})

    assert live(owner) == {}


def test_only_the_named_accounts_are_reconciled(owner: Account, member: Account) -> None:
    for account in (owner, member):
        limit(account, "tokens", "daily", 5)

    assert reconcile_counters(accounts=[owner]) == 1

    assert redis_client().exists(f"quota:{owner.pk}") == 1
    assert redis_client().hexists(f"quota:{member.pk}", "epoch") is False


@pytest.mark.django_db(transaction=True)
def test_a_projects_usage_is_read_from_its_own_rows(owner: Account, member: Account, laptop: ApiKey) -> None:
    limit_project(100)
    accept(member, 60)
    settle_usage(reservation_id=accept(owner, 40, laptop), actual={"characters": 70})

    [usage] = project_quota_usage(PROJECT)

    assert (usage.scope, usage.scope_id, usage.label) == ("project", PROJECT, "Characters, daily")
    assert (usage.used, usage.reserved, usage.taken, usage.remaining) == (70, 60, 130, 0)
