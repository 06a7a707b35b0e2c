"""Fixtures of the accounts' tests: keys, small quotas, threads, and a Redis of one's own to break."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, TypeVar
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from accounts.models import Account, ApiKey, UsageQuota
from accounts.services import create_api_key, keys, set_quota
from config.common.embedded import EmbeddedRedis, redis_url
from config.common.redis import redis_client

Answer = TypeVar("Answer")


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """What a process remembers must not reach the next test."""
    keys.forget_cached()


@pytest.fixture
def key(owner: Account) -> tuple[ApiKey, str]:
    """A key of `owner` that may do everything, and its text."""
    return create_api_key(user=owner, name="all", permissions=["*"])


@pytest.fixture
def laptop(owner: Account) -> ApiKey:
    """Another key of `owner`."""
    return create_api_key(user=owner, name="laptop", permissions=["*"])[0]


@pytest.fixture
def own_redis(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """A Redis that the test may stop, freeze or restart."""
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"), die_with_parent=True)
    server.start()
    settings.REDIS_URL = redis_url(server.data_dir)
    redis_client.cache_clear()
    yield server
    server.stop()
    redis_client.cache_clear()


def limit(account: Account, quota_type: str, period: str, amount: int) -> None:
    """Set one quota without anybody asking."""
    set_quota(account=account, quota_type=quota_type, period=period, limit=amount, actor=None)


def used(account: Account, quota_type: str, period: str) -> int:
    """Settled usage by PostgreSQL."""
    return UsageQuota.objects.get(user=account, quota_type=quota_type, period=period).current_usage


def live(account: Account) -> dict[str, int]:
    """See `live_of`."""
    return live_of(account.pk)


def live_of(scope_id: UUID) -> dict[str, int]:
    """Redis' usage and reserved sums of an account, key or project, as `use|tokens|daily` and `res|tokens`."""
    stored: dict[Any, Any] = redis_client().hgetall(f"quota:{scope_id}")
    counters = {field.decode(): value for field, value in stored.items()}
    return {field: int(value) for field, value in counters.items() if field[:3] in ("use", "res") and int(value)}


def in_parallel(count: int, call: Callable[[int], Answer]) -> list[Answer]:
    """Results of `count` calls that start at the same moment, each with a database connection of its own."""
    barrier = threading.Barrier(count)

    def run(index: int) -> Answer:
        barrier.wait(timeout=30)
        try:
            return call(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def wait_until(condition: Callable[[], bool], limit_seconds: float = 10.0) -> None:
    """Fail when the condition does not come true in time."""
    end = time.monotonic() + limit_seconds
    while not condition():
        assert time.monotonic() < end, "The condition did not come true."
        time.sleep(0.005)


@contextmanager
def redis_state_kept() -> Iterator[None]:
    """Fails when the block changes anything in Redis."""
    before = _dump()
    yield
    assert _dump() == before


def _dump() -> dict[Any, Any]:
    client = redis_client()
    return {name: client.dump(name) for name in client.scan_iter()}
