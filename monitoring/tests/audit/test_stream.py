"""Begin and end: one command each, kept by a Redis that is killed, refused while it is away."""

import json
import signal
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import redis
from pytest_django import Settings

from config.common.embedded import EmbeddedRedis, redis_url
from config.common.problems import as_domain_error
from config.common.redis import redis_client
from monitoring.audit import (
    AuditDown,
    abegin_interaction,
    aend_interaction,
    begin_interaction,
    end_interaction,
)
from monitoring.audit.stream import STREAM
from monitoring.tests.calls import answered, said


@pytest.fixture
def own_redis(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedRedis]:
    """A Redis that the test may kill."""
    server = EmbeddedRedis(tmp_path_factory.mktemp("redis"), die_with_parent=True)
    server.start()
    settings.REDIS_URL = redis_url(server.data_dir)
    redis_client.cache_clear()
    yield server
    server.stop()
    redis_client.cache_clear()


def entries() -> list[tuple[str, dict[str, Any]]]:
    """(kind, payload) of the stream."""
    found: Any = redis_client().xrange(STREAM)
    return [(kind.decode(), json.loads(payload)) for _id, fields in found for kind, payload in fields.items()]


def commands() -> int:
    """How many commands Redis has run."""
    return int(redis_client().info("stats")["total_commands_processed"])


def test_call_is_begun_and_ended() -> None:
    start = said(model="large")
    begin_interaction(start)
    end_interaction(start.id, answered())
    begun, over = entries()
    assert (begun[0], begun[1]["id"], begun[1]["model"]) == ("b", start.id.hex, "large")
    assert (over[0], over[1]["id"], over[1]["status"]) == ("e", start.id.hex, "success")


async def test_asynchronous_twins_write_the_same() -> None:
    start, end = said(), answered()
    await abegin_interaction(start)
    await aend_interaction(start.id, end)
    written = entries()
    redis_client().delete(STREAM)
    begin_interaction(start)
    end_interaction(start.id, end)
    assert entries() == written


def test_each_is_one_command() -> None:
    start = said()
    begin_interaction(start)
    before = commands()
    begin_interaction(start)
    end_interaction(start.id, answered())
    # The question itself is the third.
    assert commands() - before == 3


def test_killed_redis_has_lost_nothing(own_redis: EmbeddedRedis) -> None:
    for _ in range(50):
        start = said()
        begin_interaction(start)
        end_interaction(start.id, answered())
    before = entries()
    own_redis.stop(signal.SIGKILL)
    own_redis.start()
    assert entries() == before
    assert len(before) == 100


@pytest.mark.parametrize("call", [lambda: begin_interaction(said()), lambda: end_interaction(said().id, answered())])
def test_call_is_refused_while_redis_is_away(own_redis: EmbeddedRedis, call: Callable[[], None]) -> None:
    own_redis.stop()
    with pytest.raises(AuditDown) as caught:
        call()
    problem = as_domain_error(caught.value)
    assert problem is not None
    assert (problem.status_code, problem.code, problem.headers["Retry-After"]) == (503, "audit_unavailable", "5")


@pytest.mark.parametrize("call", [lambda: abegin_interaction(said()), lambda: aend_interaction(said().id, answered())])
async def test_asynchronous_call_is_refused_while_redis_is_away(
    own_redis: EmbeddedRedis, call: Callable[[], Awaitable[None]]
) -> None:
    own_redis.stop()
    with pytest.raises(AuditDown):
        await call()


def test_call_is_refused_when_redis_is_full(own_redis: EmbeddedRedis) -> None:
    redis_client().config_set("maxmemory", 1)
    with pytest.raises(AuditDown) as caught:
        begin_interaction(said())
    assert isinstance(caught.value.__cause__, redis.exceptions.ResponseError)
    assert entries() == []
