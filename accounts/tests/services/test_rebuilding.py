"""Counters after Redis was lost, restarted or behind, and when a period ends: what PostgreSQL says."""

from datetime import date, timedelta

import pytest

from accounts.models import Account, UsageQuota, UsageReservation
from accounts.services import hold_usage, rebuild_counters, reconcile_counters, settle_usage
from accounts.tests.conftest import in_parallel, limit, live, used
from accounts.tests.services.test_usage import accept, reserve
from config.common.embedded import EmbeddedRedis
from config.common.ids import uuid7
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)


def test_counters_are_the_same_after_redis_lost_everything(owner: Account) -> None:
    settle_usage(reservation_id=accept(owner, characters=100, requests=1), actual={"characters": 70})
    open_id = accept(owner, characters=25)
    before = live(owner)

    redis_client().flushall()
    rebuild_counters(account=owner)

    assert before == live(owner)
    assert before["use|characters|daily"] == 70
    assert before["res|characters"] == 25
    settle_usage(reservation_id=open_id, actual={"characters": 20})
    assert live(owner)["use|characters|daily"] == 90


def test_the_limit_holds_though_redis_is_wiped_in_the_middle(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)

    def work(index: int) -> bool:
        if index == 10:
            redis_client().flushall()
        reservation_id = reserve(owner, characters=10)
        if reservation_id is not None:
            hold_usage(reservation_id=reservation_id, account_id=owner.pk, amounts={"characters": 10})
        return reservation_id is not None

    for index in range(30):
        work(index)

    assert UsageReservation.objects.count() == 10
    assert reserve(owner, characters=1) is None


def test_many_threads_meet_an_empty_redis_and_the_limit_holds(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)
    for _work in range(5):
        accept(owner, characters=10)
    redis_client().flushall()

    ids = in_parallel(30, lambda _index: reserve(owner, characters=10))

    assert sum(found is not None for found in ids) == 5


def test_a_restarted_redis_is_not_trusted(owner: Account, own_redis: EmbeddedRedis) -> None:
    accept(owner, characters=10)
    redis_client().hset(f"quota:{owner.pk}", "use|characters|daily", 5)
    own_redis.stop()
    own_redis.start()

    assert reserve(owner, characters=1) is not None

    assert live(owner) == {"res|characters": 11}


def test_a_settlement_that_redis_missed_is_healed(owner: Account, own_redis: EmbeddedRedis) -> None:
    reservation_id = accept(owner, characters=100)
    own_redis.stop()
    settle_usage(reservation_id=reservation_id, actual={"characters": 60})
    assert used(owner, "characters", "daily") == 60

    own_redis.start()
    assert reconcile_counters() == 1

    assert live(owner) == {"use|characters|daily": 60, "use|characters|monthly": 60}


def test_a_commit_that_redis_missed_is_healed(owner: Account) -> None:
    UsageReservation.objects.create(reservation_id=uuid7(), user=owner, amounts={"characters": 40})
    rebuild_counters(account=owner)

    assert live(owner) == {"res|characters": 40}


def test_rebuilding_keeps_work_whose_transaction_is_still_open(owner: Account) -> None:
    assert reserve(owner, characters=30) is not None

    rebuild_counters(account=owner)

    assert live(owner) == {"res|characters": 30}


def test_yesterdays_usage_does_not_count_today(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)
    yesterday_ended = UsageQuota.objects.get(user=owner, quota_type="characters", period="daily").reset_date
    UsageQuota.objects.filter(user=owner, period="daily").update(
        current_usage=100, reset_date=yesterday_ended - timedelta(days=1)
    )
    redis_client().flushall()

    reservation_id = accept(owner, characters=30)
    settle_usage(reservation_id=reservation_id, actual={"characters": 30})

    row = UsageQuota.objects.get(user=owner, quota_type="characters", period="daily")
    assert (row.current_usage, row.reset_date) == (30, yesterday_ended)
    assert live(owner)["use|characters|daily"] == 30


def test_last_months_usage_does_not_count_this_month(owner: Account) -> None:
    rebuild_counters(account=owner)
    row = UsageQuota.objects.get(user=owner, quota_type="characters", period="monthly")
    UsageQuota.objects.filter(pk=row.pk).update(current_usage=500, reset_date=date(2020, 1, 1))
    redis_client().flushall()

    settle_usage(reservation_id=accept(owner, characters=3), actual={})

    renewed = UsageQuota.objects.get(pk=row.pk)
    assert (renewed.current_usage, renewed.reset_date) == (3, row.reset_date)
    assert row.reset_date.day == 1


def test_counters_of_a_period_that_ends_while_they_are_live_are_rebuilt(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)
    accept(owner, characters=100)
    settle_usage(reservation_id=UsageReservation.objects.get().pk, actual={})
    assert reserve(owner, characters=1) is None
    UsageQuota.objects.filter(user=owner, period="daily").update(reset_date=date(2020, 1, 1))
    redis_client().hset(f"quota:{owner.pk}", "rst|characters|daily", 1)

    assert reserve(owner, characters=100) is not None
