"""Redis is away: what PostgreSQL says stands, nothing is let through that it would refuse, and everything heals."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts import limiter
from accounts.models import Account, ApiKey, ApiKeyStatus, UsageQuota, UsageReservation
from accounts.services import (
    InvalidKey,
    admit,
    authenticate_key,
    block_account,
    delete_account,
    flush_rate_windows,
    hold_usage,
    note_activity,
    reconcile_counters,
    refund_usage,
    release_usage,
    restore_account,
    revoke_api_key,
    set_quota,
    settle_usage,
    unblock_account,
)
from accounts.tests.conftest import limit, live, live_of, used
from accounts.tests.scopes import PROJECT, accept, limit_key, limit_project, reserve
from config.common.embedded import EmbeddedRedis
from config.common.ids import uuid7
from config.common.problems import Unavailable
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Events at warning level that speak of Redis."""
    return [record.message for record in caplog.records if "mark_failed" in record.message or "stale" in record.message]


@pytest.mark.parametrize(
    ("before", "verb", "status"),
    [
        ([], lambda **who: block_account(**who, reason="Spam"), "blocked"),
        ([lambda **who: block_account(**who, reason="Spam")], unblock_account, "active"),
        ([], delete_account, "deleted"),
        ([delete_account], restore_account, "active"),
    ],
)
def test_staff_change_an_accounts_standing_and_it_is_logged(
    owner: Account, staff: Account, own_redis: EmbeddedRedis, caplog: pytest.LogCaptureFixture,
    before: list[Callable[..., Account]], verb: Callable[..., Account], status: str,
) -> None:  # fmt: skip
    for earlier in before:
        earlier(account=owner, actor=staff)
    own_redis.stop()

    verb(account=owner, actor=staff)

    owner.refresh_from_db()
    assert owner.status == status
    assert warnings(caplog) == ["accounts.account.mark_failed"]


def test_an_account_that_was_unblocked_meanwhile_acts_again_though_its_mark_stayed(
    owner: Account, staff: Account, own_redis: EmbeddedRedis
) -> None:
    block_account(account=owner, actor=staff, reason="Spam")
    own_redis.stop()
    unblock_account(account=owner, actor=staff)
    own_redis.start()
    redis_client().set(limiter.stopped_mark(owner.pk), 1)

    assert reserve(Account.objects.get(pk=owner.pk), 1) is not None
    assert not redis_client().exists(limiter.stopped_mark(owner.pk))


def test_a_key_is_revoked_in_this_process_at_once(
    owner: Account, key: tuple[ApiKey, str], own_redis: EmbeddedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    authenticate_key(key[1])
    own_redis.stop()

    revoke_api_key(key=key[0], actor=owner)

    with pytest.raises(Exception, match="This API key was revoked"):
        authenticate_key(key[1])
    assert ApiKey.objects.get().status == ApiKeyStatus.REVOKED
    assert warnings(caplog) == ["accounts.key.mark_failed"]


def test_a_limit_is_set_and_counts_once_redis_is_back(
    owner: Account, laptop: ApiKey, own_redis: EmbeddedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    assert reserve(owner, 5, laptop) is not None
    own_redis.stop()

    set_quota(key=laptop, quota_type="characters", period="daily", limit=5, actor=None)

    assert UsageQuota.objects.get(api_key=laptop).limit == 5
    assert warnings(caplog) == ["accounts.counters.stale"]
    own_redis.start()
    assert reserve(owner, 6, laptop) is None


def test_nothing_metered_is_accepted_meanwhile(owner: Account, laptop: ApiKey, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    with pytest.raises(Unavailable) as refusal:
        reserve(owner, 1, laptop)

    assert refusal.value.headers == {"Retry-After": "5"}
    assert not UsageReservation.objects.exists()


def test_a_settlement_is_booked_in_every_scope_and_heals(
    owner: Account, laptop: ApiKey, own_redis: EmbeddedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    limit_key(laptop, 1000)
    limit_project(1000)
    reservation_id = accept(owner, 100, laptop)
    own_redis.stop()

    assert settle_usage(reservation_id=reservation_id, actual={"characters": 40})

    assert warnings(caplog) == ["accounts.counters.stale"]
    assert {row.current_usage for row in UsageQuota.objects.filter(quota_type="characters")} == {40}
    own_redis.start()
    reconcile_counters()
    assert live_of(PROJECT) == live_of(laptop.pk) == {"use|characters|daily": 40}


def test_a_refund_is_kept_and_the_room_comes_back(owner: Account, own_redis: EmbeddedRedis) -> None:
    limit(owner, "characters", "daily", 100)
    reservation_id = accept(owner, 100)
    own_redis.stop()

    assert refund_usage(reservation_ids=[reservation_id]) == 1

    own_redis.start()
    assert reserve(owner, 100) is not None


def test_a_release_that_redis_missed_is_too_strict_never_too_generous(owner: Account, own_redis: EmbeddedRedis) -> None:
    limit(owner, "characters", "daily", 100)
    reservation_id = reserve(owner, 60)
    assert reservation_id is not None
    own_redis.stop()

    release_usage(reservation_ids=[reservation_id, uuid7()])

    own_redis.start()
    # Nobody confirms it, so it lapses; until then it stands.
    assert redis_client().zcard(f"quota_expiry:{owner.pk}") == 1
    assert (reserve(owner, 41), live(owner)) == (None, {"res|characters": 60})
    assert reserve(owner, 40) is not None


def test_work_that_committed_meanwhile_is_counted(owner: Account, own_redis: EmbeddedRedis) -> None:
    limit(owner, "characters", "daily", 100)
    reservation_id = reserve(owner, 60)
    assert reservation_id is not None
    own_redis.stop()

    hold_usage(reservation_id=reservation_id, account_id=owner.pk, amounts={"characters": 60}, project_id=PROJECT)

    own_redis.start()
    assert reserve(owner, 41) is None
    assert live(owner) == {"res|characters": 60}
    assert redis_client().zcard(f"quota_expiry:{owner.pk}") == 0


def test_periodic_jobs_fail_loudly_and_lose_nothing(owner: Account, own_redis: EmbeddedRedis) -> None:
    accept(owner, 7)
    own_redis.stop()

    for job in (flush_rate_windows, reconcile_counters):
        with pytest.raises(limiter.LimiterDown):
            job()

    assert UsageReservation.objects.get().amounts == {"characters": 7}
    assert used(owner, "characters", "daily") == 0


def test_activity_is_not_worth_an_error(owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    note_activity(account=owner, ip="192.0.2.1")

    owner.refresh_from_db()
    assert (owner.last_activity, owner.last_ip) == (None, None)


def test_the_account_page_shows_quotas_and_makes_keys(
    browser_client: Client, owner: Account, own_redis: EmbeddedRedis
) -> None:
    limit(owner, "characters", "daily", 100)
    own_redis.stop()

    page = browser_client.post(
        "/account/keys/", {"name": "laptop", "permissions": ["*"], "limited": "tokens", "daily": "1"}
    )

    assert page.status_code == 201
    assert UsageQuota.objects.get(api_key__name="laptop").limit == 1
    assert "Characters, daily" in browser_client.get("/account/").content.decode()


def test_a_key_that_is_gone_reads_nothing(owner: Account, laptop: ApiKey, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()
    ApiKey.objects.all().delete()

    with pytest.raises(InvalidKey, match="revoked"):
        admit(account=owner, endpoint="task-list", key=laptop, is_read=True)
