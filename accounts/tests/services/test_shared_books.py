"""Settle, refund, release and rebuild: the same in account, key and project."""

from datetime import date

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import Account, ApiKey, UsageQuota, UsageReservation
from accounts.services import reconcile_counters, refund_usage, release_usage, settle_usage
from accounts.tests.conftest import in_parallel, live, live_of, wait_until
from accounts.tests.scopes import PROJECT, accept, limit_key, limit_project, reserve, used_by
from config.common.embedded import EmbeddedRedis
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)


def test_settling_books_in_every_scope_once(owner: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 1000)
    limit_project(1000, "monthly")
    reservation_id = accept(owner, 100, laptop)

    assert settle_usage(reservation_id=reservation_id, actual={"characters": 60})
    assert not settle_usage(reservation_id=reservation_id, actual={"characters": 60})

    assert used_by(owner.pk) == {"daily": 60, "monthly": 60}
    assert (used_by(laptop.pk), used_by(PROJECT)) == ({"daily": 60}, {"monthly": 60})
    assert live_of(laptop.pk) == {"use|characters|daily": 60}
    assert live_of(PROJECT) == {"use|characters|monthly": 60}
    assert live(owner) == {"use|characters|daily": 60, "use|characters|monthly": 60}


def test_a_refund_gives_back_in_every_scope(owner: Account, member: Account, laptop: ApiKey) -> None:
    ids = [accept(owner, 100, laptop), accept(member, 50)]
    assert live_of(PROJECT) == {"res|characters": 150}

    assert refund_usage(reservation_ids=ids) == 2

    assert live(owner) == live(member) == live_of(laptop.pk) == live_of(PROJECT) == {}


def test_a_release_gives_back_in_every_scope(owner: Account, laptop: ApiKey) -> None:
    reservation_id = reserve(owner, 100, laptop)
    assert reservation_id is not None

    release_usage(reservation_ids=[reservation_id])

    assert live(owner) == live_of(laptop.pk) == live_of(PROJECT) == {}


def test_what_was_never_committed_lapses_in_every_scope(owner: Account, laptop: ApiKey, settings: Settings) -> None:
    settings.RESERVATION_SECONDS = 1
    limit_key(laptop, 10)
    limit_project(10)
    assert reserve(owner, 10, laptop) is not None

    wait_until(lambda: reserve(owner, 10, laptop) is not None)

    assert live_of(laptop.pk) == live_of(PROJECT) == {"res|characters": 10}


def test_a_committed_reservation_lapses_in_no_scope(owner: Account, laptop: ApiKey) -> None:
    accept(owner, 10, laptop)

    for scope_id in (owner.pk, laptop.pk, PROJECT):
        assert redis_client().zcard(f"quota_expiry:{scope_id}") == 0


def test_a_rolled_back_settlement_books_in_no_scope(owner: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 1000)
    reservation_id = accept(owner, 100, laptop)

    with transaction.atomic():
        settle_usage(reservation_id=reservation_id, actual={"characters": 60})
        transaction.set_rollback(True)

    assert used_by(laptop.pk) == {"daily": 0}
    assert live_of(laptop.pk) == live_of(PROJECT) == {"res|characters": 100}


def test_counters_of_all_scopes_are_the_same_after_flushall(owner: Account, member: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 1000)
    limit_project(1000)
    settle_usage(reservation_id=accept(owner, 100, laptop), actual={"characters": 70})
    settle_usage(reservation_id=accept(member, 30), actual={})
    accept(owner, 25, laptop)
    before = [live(owner), live_of(laptop.pk), live_of(PROJECT)]

    redis_client().flushall()
    # The next request rebuilds whatever it meets, and reserves nothing by itself.
    reserve(owner, 0, laptop)

    assert [live(owner), live_of(laptop.pk), live_of(PROJECT)] == before
    assert before[1] == {"use|characters|daily": 70, "res|characters": 25}
    assert before[2] == {"use|characters|daily": 100, "res|characters": 25}


def test_many_members_meet_an_empty_redis_and_the_projects_limit_holds(
    owner: Account, member: Account, laptop: ApiKey
) -> None:
    limit_project(100)
    for _work in range(5):
        accept(owner, 10, laptop)
    redis_client().flushall()

    ids = in_parallel(30, lambda index: reserve((owner, member)[index % 2], 10))

    assert sum(found is not None for found in ids) == 5
    assert live_of(PROJECT) == {"res|characters": 100}


def test_a_limit_set_while_work_is_open_counts_that_work(owner: Account, laptop: ApiKey) -> None:
    accept(owner, 8, laptop)
    reserve(owner, 1, laptop)

    limit_key(laptop, 10)
    limit_project(10)

    assert reserve(owner, 2, laptop) is None
    assert reserve(owner, 1, laptop) is not None


def test_a_projects_quota_of_yesterday_does_not_count_today(owner: Account) -> None:
    limit_project(10)
    UsageQuota.objects.filter(project_id=PROJECT).update(current_usage=10, reset_date=date(2020, 1, 1))
    redis_client().flushall()

    settle_usage(reservation_id=accept(owner, 3), actual={})

    row = UsageQuota.objects.get(project_id=PROJECT)
    assert row.current_usage == 3
    assert row.reset_date > date(2026, 1, 1)
    assert live_of(PROJECT) == {"use|characters|daily": 3}


def test_reconciling_heals_every_scope_that_missed_a_settlement(
    owner: Account, laptop: ApiKey, own_redis: EmbeddedRedis
) -> None:
    limit_key(laptop, 1000)
    limit_project(1000)
    reservation_id = accept(owner, 100, laptop)
    own_redis.stop()
    settle_usage(reservation_id=reservation_id, actual={"characters": 60})
    own_redis.start()

    assert reconcile_counters() == 3

    assert live_of(laptop.pk) == live_of(PROJECT) == {"use|characters|daily": 60}


def test_a_scope_that_redis_forgot_alone_is_rebuilt_alone(owner: Account, laptop: ApiKey) -> None:
    limit_project(100)
    accept(owner, 40, laptop)
    redis_client().delete(f"quota:{PROJECT}", f"quota_expiry:{PROJECT}")
    redis_client().hset(f"quota:{owner.pk}", "mark", "untouched")

    assert reserve(owner, 61, laptop) is None
    assert reserve(owner, 60, laptop) is not None

    assert redis_client().hget(f"quota:{owner.pk}", "mark") == b"untouched"


def test_parallel_settlements_in_one_project_lose_nothing(owner: Account, member: Account, laptop: ApiKey) -> None:
    limit_key(laptop, 10_000)
    limit_project(10_000)
    ids = [accept(owner, 10, laptop) if index % 2 else accept(member, 10) for index in range(20)]

    in_parallel(20, lambda index: settle_usage(reservation_id=ids[index], actual={"characters": index}))

    assert used_by(PROJECT) == {"daily": sum(range(20))}
    assert used_by(laptop.pk) == {"daily": sum(range(1, 20, 2))}
    assert live_of(PROJECT) == {"use|characters|daily": sum(range(20))}


def test_the_reservation_records_whose_it_is(owner: Account, laptop: ApiKey) -> None:
    accept(owner, 5, laptop)

    row = UsageReservation.objects.get()
    assert (row.user_id, row.api_key_id, row.project_id) == (owner.pk, laptop.pk, PROJECT)
