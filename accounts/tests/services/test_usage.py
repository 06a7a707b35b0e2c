"""Reserve, settle, refund: exact under concurrency."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from accounts.models import Account, UsageQuota, UsageReservation
from accounts.services import (
    QuotaExceeded,
    admit,
    hold_usage,
    rebuild_counters,
    refund_usage,
    release_usage,
    settle_usage,
    usage,
)
from accounts.tests.conftest import in_parallel, limit, live, used, wait_until
from config.common.ids import uuid7
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)


def reserve(account: Account, **amounts: int) -> UUID | None:
    """Id of the reservation, None when the quota does not suffice."""
    try:
        admission = admit(account=account, endpoint="speech", count_request=False, amounts=amounts)
    except QuotaExceeded:
        return None
    return admission.reservation_id


def accept(account: Account, **amounts: int) -> UUID:
    """Reserved, and held by a committed row."""
    reservation_id = reserve(account, **amounts)
    assert reservation_id is not None
    hold_usage(reservation_id=reservation_id, account_id=account.pk, amounts=amounts)
    return reservation_id


def test_fifty_parallel_reservations_never_pass_the_limit(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)

    ids = in_parallel(50, lambda _index: reserve(owner, characters=7))

    assert sum(found is not None for found in ids) == 14
    assert live(owner) == {"res|characters": 98}


def test_a_reservation_that_fits_exactly_is_accepted(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)

    assert reserve(owner, characters=100) is not None
    assert reserve(owner, characters=1) is None


def test_a_refusal_names_the_quota_and_when_it_resets(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)
    accept(owner, characters=60)

    with pytest.raises(QuotaExceeded) as refusal:
        admit(account=owner, endpoint="speech", amounts={"characters": 41})

    wait = int(refusal.value.headers["Retry-After"])
    assert 0 < wait <= 86_400
    assert refusal.value.code == "quota_exceeded"
    assert refusal.value.detail == (f"Of 100 Characters daily 60 are used or reserved; the quota resets in {wait} s.")
    assert refusal.value.headers["RateLimit-Remaining"] == refusal.value.headers["RateLimit-Limit"]


def test_the_month_is_checked_with_the_day(owner: Account) -> None:
    limit(owner, "characters", "monthly", 10)

    with pytest.raises(QuotaExceeded, match="Characters monthly"):
        admit(account=owner, endpoint="speech", amounts={"characters": 11})


def test_all_kinds_are_reserved_or_none(owner: Account) -> None:
    limit(owner, "requests", "daily", 0)

    assert reserve(owner, requests=1, characters=5) is None
    assert live(owner) == {}


def test_a_kind_without_a_quota_is_not_limited(owner: Account) -> None:
    rebuild_counters(account=owner)
    UsageQuota.objects.filter(user=owner, quota_type="images").delete()
    redis_client().flushall()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accounts.services.quotas.default_limits", lambda _account_type: {})
        assert reserve(owner, images=10**9) is not None


def test_settling_books_what_was_used_and_frees_the_rest(owner: Account) -> None:
    reservation_id = accept(owner, characters=100)

    assert settle_usage(reservation_id=reservation_id, actual={"characters": 60})

    assert used(owner, "characters", "daily") == used(owner, "characters", "monthly") == 60
    assert live(owner) == {"use|characters|daily": 60, "use|characters|monthly": 60}
    assert not UsageReservation.objects.exists()


def test_settling_more_than_was_reserved_books_it_in_full(owner: Account) -> None:
    limit(owner, "characters", "daily", 100)
    reservation_id = accept(owner, characters=90)

    settle_usage(reservation_id=reservation_id, actual={"characters": 130})

    assert used(owner, "characters", "daily") == 130
    assert reserve(owner, characters=1) is None


def test_a_kind_left_out_is_booked_as_reserved(owner: Account) -> None:
    reservation_id = accept(owner, requests=1, characters=100)

    settle_usage(reservation_id=reservation_id, actual={"characters": 0})

    assert used(owner, "requests", "daily") == 1
    assert used(owner, "characters", "daily") == 0


def test_settling_twice_books_once(owner: Account) -> None:
    reservation_id = accept(owner, characters=100)
    assert settle_usage(reservation_id=reservation_id, actual={"characters": 60})

    assert not settle_usage(reservation_id=reservation_id, actual={"characters": 60})

    assert used(owner, "characters", "daily") == 60
    assert reserve(owner, characters=1) is not None
    assert live(owner) == {"use|characters|daily": 60, "use|characters|monthly": 60, "res|characters": 1}


def test_parallel_settlements_lose_nothing(owner: Account) -> None:
    ids = [accept(owner, characters=10, requests=1) for _work in range(30)]

    in_parallel(30, lambda index: settle_usage(reservation_id=ids[index], actual={"characters": index}))

    assert used(owner, "characters", "daily") == sum(range(30))
    assert used(owner, "requests", "monthly") == 30
    assert live(owner)["use|characters|daily"] == sum(range(30))
    assert "res|characters" not in live(owner)


def somebody_waits_for_a_lock() -> bool:
    """Whether a session does; pg_locks is read anew each time, other than pg_stat_activity."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


def test_ending_and_booking_become_visible_together(owner: Account) -> None:
    reservation_id = accept(owner, characters=10)

    def settle(_index: int) -> bool:
        return settle_usage(reservation_id=reservation_id, actual={})

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        list(UsageQuota.objects.select_for_update().filter(user=owner))
        settling = pool.submit(in_parallel, 1, settle)
        wait_until(somebody_waits_for_a_lock)
        still_reserved = UsageReservation.objects.exists()

    assert settling.result() == [True]
    assert still_reserved
    assert used(owner, "characters", "daily") == 10


def test_one_of_many_who_settle_the_same_reservation_wins(owner: Account) -> None:
    reservation_id = accept(owner, characters=10)

    won = in_parallel(8, lambda _index: settle_usage(reservation_id=reservation_id, actual={}))

    assert sorted(won) == [False] * 7 + [True]
    assert used(owner, "characters", "daily") == 10


def test_a_refund_gives_everything_back(owner: Account) -> None:
    ids = [accept(owner, characters=100), accept(owner, characters=50)]

    assert refund_usage(reservation_ids=[*ids, uuid7()]) == 2

    assert live(owner) == {}
    assert used(owner, "characters", "daily") == 0
    assert refund_usage(reservation_ids=ids) == 0


def test_a_rolled_back_settlement_books_nothing(owner: Account) -> None:
    reservation_id = accept(owner, characters=100)

    with transaction.atomic():
        settle_usage(reservation_id=reservation_id, actual={"characters": 60})
        transaction.set_rollback(True)

    assert used(owner, "characters", "daily") == 0
    assert live(owner) == {"res|characters": 100}


def test_what_was_never_committed_can_be_released_at_once(owner: Account) -> None:
    reservation_id = reserve(owner, characters=100)
    assert reservation_id is not None

    release_usage(reservation_ids=[reservation_id])

    assert live(owner) == {}
    assert reserve(owner, characters=1) is not None
    assert live(owner) == {"res|characters": 1}


def test_releasing_does_not_take_a_committed_reservation(owner: Account) -> None:
    reservation_id = accept(owner, characters=100)

    release_usage(reservation_ids=[reservation_id])

    assert live(owner) == {"res|characters": 100}


def test_what_was_never_committed_lapses(owner: Account, settings: Settings) -> None:
    settings.RESERVATION_SECONDS = 1
    limit(owner, "characters", "daily", 100)
    assert reserve(owner, characters=100) is not None
    assert reserve(owner, characters=100) is None

    wait_until(lambda: reserve(owner, characters=100) is not None)

    assert live(owner) == {"res|characters": 100}


def test_a_committed_reservation_does_not_lapse(owner: Account, settings: Settings) -> None:
    settings.RESERVATION_SECONDS = 1
    limit(owner, "characters", "daily", 101)
    accept(owner, characters=100)
    assert reserve(owner, characters=1) is not None

    # The second, unconfirmed one lapses: so the time of the first has passed, too.
    wait_until(lambda: reserve(owner, characters=1) is not None)

    assert reserve(owner, characters=2) is None


def test_the_same_reservation_twice_reserves_once(owner: Account) -> None:
    reservation_id = uuid7()
    for _call in range(2):
        admit(account=owner, endpoint="speech", amounts={"characters": 5}, reservation_id=reservation_id)

    assert live(owner) == {"res|characters": 5}


def test_ended_work_leaves_no_memory_behind(owner: Account) -> None:
    rebuild_counters(account=owner)
    accept(owner, characters=1)
    settle_usage(reservation_id=UsageReservation.objects.get().pk, actual={})
    fields = redis_client().hlen(f"quota:{owner.pk}")

    for _work in range(20):
        settle_usage(reservation_id=accept(owner, characters=1), actual={})

    assert redis_client().hlen(f"quota:{owner.pk}") == fields
    assert redis_client().zcard(f"quota_expiry:{owner.pk}") == 0
    assert 0 < redis_client().ttl(f"quota:{owner.pk}") <= 172_800


def test_the_memory_of_open_reservations_is_bounded(owner: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "_MAX_OPEN", 2)
    monkeypatch.setattr(usage, "_open", {})

    ids = [reserve(owner, characters=1) for _work in range(3)]

    assert list(usage._open) == ids[2:]
    release_usage(reservation_ids=[found for found in ids if found is not None])
    # The two that were forgotten lapse by themselves; nothing is given back twice.
    assert live(owner) == {"res|characters": 2}


@pytest.mark.parametrize(("is_settled", "lapses"), [(False, 0), (True, 1)])
def test_what_was_settled_in_the_same_transaction_is_not_confirmed(
    owner: Account, is_settled: bool, lapses: int
) -> None:
    reservation_id = reserve(owner, characters=5)
    assert reservation_id is not None
    hold_usage(
        reservation_id=reservation_id, account_id=owner.pk, amounts={"characters": 5}, is_settled=lambda: is_settled
    )
    assert redis_client().zcard(f"quota_expiry:{owner.pk}") == lapses
