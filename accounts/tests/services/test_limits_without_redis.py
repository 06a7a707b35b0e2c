"""Admission while Redis is stopped or frozen: reads go on by PostgreSQL, nothing else does."""

import time

import psutil
import pytest
from pytest_django import Settings

from accounts.models import Account, ApiKey
from accounts.services import (
    AccountStopped,
    InvalidKey,
    QuotaExceeded,
    aadmit,
    admit,
    block_account,
    revoke_api_key,
)
from accounts.tests.conftest import limit, wait_until
from config.common.embedded import EmbeddedRedis
from config.common.problems import Unavailable

pytestmark = pytest.mark.django_db


def fits(account: Account, tokens: int) -> bool:
    """Whether the quota has room for so many tokens; reserves them if it has."""
    try:
        admit(account=account, endpoint="chat", amounts={"tokens": tokens})
    except QuotaExceeded:
        return False
    return True


def test_metered_work_is_refused_when_redis_is_stopped(owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    with pytest.raises(Unavailable) as refusal:
        admit(account=owner, endpoint="chat", amounts={"tokens": 1}, is_read=True)

    assert refusal.value.status_code == 503
    assert refusal.value.headers == {"Retry-After": "5"}
    assert refusal.value.detail == "The limits cannot be checked just now. Nothing was done; try again."


def test_a_write_is_refused_when_redis_is_stopped(owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    with pytest.raises(Unavailable):
        admit(account=owner, endpoint="project-list")


def test_a_frozen_redis_refuses_metered_work_and_keeps_nothing_reserved(
    owner: Account, own_redis: EmbeddedRedis, settings: Settings
) -> None:
    settings.RESERVATION_SECONDS = 1
    limit(owner, "tokens", "daily", 10)
    admit(account=owner, endpoint="chat", amounts={"tokens": 1})
    psutil.Process(own_redis.pid).suspend()
    started = time.monotonic()

    with pytest.raises(Unavailable):
        admit(account=owner, endpoint="chat", amounts={"tokens": 9})

    assert time.monotonic() - started < 2.5
    psutil.Process(own_redis.pid).resume()
    # The server may still read the request that nobody waits for; what it reserved lapses.
    wait_until(lambda: fits(owner, 10))


def test_reads_go_on_when_redis_is_stopped(owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    admission = admit(account=owner, endpoint="task-list", is_read=True)

    assert admission.headers == {}


def test_reads_by_a_revoked_key_stop_even_without_redis(
    owner: Account, key: tuple[ApiKey, str], own_redis: EmbeddedRedis
) -> None:
    own_redis.stop()
    revoke_api_key(key=key[0], actor=owner)

    with pytest.raises(InvalidKey, match="revoked"):
        admit(account=owner, endpoint="task-list", key=key[0], is_read=True)


def test_reads_of_a_blocked_account_stop_even_without_redis(
    owner: Account, staff: Account, own_redis: EmbeddedRedis
) -> None:
    own_redis.stop()
    block_account(account=owner, actor=staff, reason="Spam")

    with pytest.raises(AccountStopped):
        admit(account=owner, endpoint="task-list", is_read=True)


@pytest.mark.django_db(transaction=True)
async def test_the_async_twin_never_fails_open(owner: Account, own_redis: EmbeddedRedis) -> None:
    own_redis.stop()

    with pytest.raises(Unavailable):
        await aadmit(account=owner, endpoint="chat", amounts={"tokens": 1})
    assert (await aadmit(account=owner, endpoint="model-list", is_read=True)).headers == {}
