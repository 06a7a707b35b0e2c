"""Booking of calls that ended in a stream: exact, for every scope, and part of the caller's transaction."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import limiter
from accounts.models import Account, ApiKey, UsageQuota
from accounts.services import admit, create_api_key, set_quota, usage
from accounts.services.booking import EndedCall, book_calls
from accounts.services.quotas import midnight_epoch
from accounts.services.usage import give_back, note_recorded
from config.common.ids import uuid7
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(owner: Account) -> ApiKey:
    return create_api_key(user=owner, name="k", permissions=["*"])[0]


def quota(kind: str = "tokens", period: str = "daily", **scope: Any) -> UsageQuota:
    owner = scope or {"account": Account.objects.get(username="owner")}
    return set_quota(quota_type=kind, period=period, limit=1_000, actor=None, **owner)


def ended(owner: Account, tokens: int, key: ApiKey | None = None, project_id: UUID | None = None) -> EndedCall:
    """An admitted call that used so many tokens."""
    call = EndedCall(uuid7(), owner.pk, key.pk if key else None, project_id, {"requests": 1, "tokens": tokens})
    admit(
        account=owner, endpoint="x", key=key, amounts={"requests": 1, "tokens": 100}, project_id=project_id,
        reservation_id=call.reservation_id,
    )  # fmt: skip
    return call


def used(row: UsageQuota) -> int:
    row.refresh_from_db()
    return row.current_usage


def live(scope_id: UUID, kind: str = "tokens") -> tuple[int, int]:
    """Reserved and used as Redis has them."""
    counters = redis_client().hgetall(f"quota:{scope_id}")
    return int(counters.get(f"res|{kind}".encode(), 0)), int(counters.get(f"use|{kind}|daily".encode(), 0))


def test_calls_are_added_up_for_account_key_and_project(
    owner: Account, key: ApiKey, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    project_id = uuid7()
    rows = [quota(account=owner), quota(key=key), quota(project_id=project_id)]
    calls = [ended(owner, 5, key, project_id), ended(owner, 7, key, project_id), ended(owner, 11)]
    with django_capture_on_commit_callbacks(execute=True):
        book_calls(calls=calls)
    assert [used(row) for row in rows] == [23, 12, 12]
    assert [live(scope_id) for scope_id in (owner.pk, key.pk, project_id)] == [(0, 23), (0, 12), (0, 12)]


def test_day_and_month_are_booked_alike(owner: Account) -> None:
    rows = [quota(period="daily"), quota(period="monthly"), quota("requests")]
    book_calls(calls=[ended(owner, 5)] * 3)
    assert [used(row) for row in rows] == [15, 15, 3]


def test_period_that_is_over_begins_anew_with_the_booking(owner: Account) -> None:
    row = quota()
    UsageQuota.objects.filter(pk=row.pk).update(current_usage=900, reset_date=timezone.now().date())
    book_calls(calls=[ended(owner, 5)])
    assert used(row) == 5
    assert row.reset_date == timezone.now().date() + timedelta(days=1)


def test_nothing_is_booked_where_there_is_no_quota(owner: Account) -> None:
    UsageQuota.objects.all().delete()
    book_calls(calls=[EndedCall(uuid7(), owner.pk, None, uuid7(), {"tokens": 5})])
    assert not UsageQuota.objects.exists()


def test_calls_without_amounts_end_their_reservations(
    owner: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    call = ended(owner, 0)
    assert live(owner.pk)[0] == 100
    with django_capture_on_commit_callbacks(execute=True):
        book_calls(calls=[EndedCall(call.reservation_id, owner.pk, None, None, {})])
    assert live(owner.pk) == (0, 0)


def test_rollback_books_nothing_and_keeps_the_reservation(
    owner: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    row, call = quota(), ended(owner, 5)
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        book_calls(calls=[call])
        transaction.set_rollback(True)
    assert (used(row), live(owner.pk)[0]) == (0, 100)


def test_redis_that_missed_the_booking_is_only_stricter(owner: Account) -> None:
    row, call = quota(), ended(owner, 950)
    book_calls(calls=[call])  # and the process dies before the commit's hooks
    assert (used(row), live(owner.pk)) == (950, (100, 0))
    limiter.invalidate([owner.pk])
    with pytest.raises(Exception, match="Of 1000"):
        admit(account=owner, endpoint="x", amounts={"tokens": 60})


def test_booking_of_another_day_is_rebuilt(
    owner: Account, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    row, call = quota(), ended(owner, 5)
    yesterday = midnight_epoch(timezone.now().date())
    redis_client().hset(f"quota:{owner.pk}", "rst|tokens|daily", str(yesterday))
    with django_capture_on_commit_callbacks(execute=True):
        book_calls(calls=[call])
    assert not redis_client().hexists(f"quota:{owner.pk}", "epoch")
    ended(owner, 0)
    assert (used(row), live(owner.pk)) == (5, (100, 5))


def test_recorded_reservation_is_forgotten_by_this_process(owner: Account) -> None:
    call = ended(owner, 5)
    assert call.reservation_id in vars(usage)["_open"]
    note_recorded(reservation_id=call.reservation_id)
    note_recorded(reservation_id=call.reservation_id)
    assert call.reservation_id not in vars(usage)["_open"]
    assert live(owner.pk)[0] == 100


def test_given_back_reservation_is_free_at_once(owner: Account) -> None:
    quota()
    call = ended(owner, 5)
    give_back(reservation_id=call.reservation_id, scope_ids=call.scope_ids)
    assert live(owner.pk) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_bookings_of_the_same_rows_at_once_are_exact(owner: Account, key: ApiKey) -> None:
    rows = [quota(account=owner), quota(key=key)]
    UsageQuota.objects.update(limit=100_000)
    batches = [[ended(owner, 1, key) for _ in range(4)] for _ in range(8)]
    barrier = threading.Barrier(8)

    def book(calls: list[EndedCall]) -> None:
        barrier.wait(10)
        book_calls(calls=calls)
        connection.close()

    threads = [threading.Thread(target=book, args=[calls]) for calls in batches]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [used(row) for row in rows] == [32, 32]
    assert [live(scope_id) for scope_id in (owner.pk, key.pk)] == [(0, 32), (0, 32)]
