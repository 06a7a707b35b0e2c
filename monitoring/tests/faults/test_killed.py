"""Drainers, Redis and PostgreSQL that are killed while calls are moved: none is lost, none is counted twice."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import pytest
from django.db.models import Count, Sum
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import Account, UsageQuota
from config.common.redis import redis_client
from monitoring.audit.entries import encode_end, encode_start
from monitoring.audit.stream import STREAM
from monitoring.models import Interaction, StreamReject
from monitoring.tests.calls import answered, said, waiting
from tasks.queue.connection import forget_connection
from tasks.tests.conftest import ROOT, child_environment, eventually, kill_group, postgres_server, redis_server

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

CALLS = 10_000
ENTRIES = 2 * CALLS
#: Of call number i: i % 7 tokens.
TOKENS = sum(number % 7 for number in range(CALLS))

Process = subprocess.Popen[bytes]


@pytest.fixture
def quota(owner: Account) -> UsageQuota:
    """Where the process books."""
    return UsageQuota.objects.create(
        user=owner, quota_type="tokens", period="daily", limit=10**9, reset_date=timezone.now().date()
    )


@pytest.fixture
def start_drainer(quota: UsageQuota) -> Iterator[Callable[[], Process]]:
    """Real processes that move; whatever is left is killed afterwards."""
    started: list[Process] = []

    def start() -> Process:
        process = subprocess.Popen(
            [sys.executable, "-m", "monitoring.tests.faults.drain_process"],
            cwd=ROOT,
            env=child_environment(INTERACTION_DRAIN_SECONDS="0.02", DJANGO_SETTINGS_MODULE="config.settings.test"),
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        kill_group(process)


def say_all(owner: Account) -> list[UUID]:
    """Ten thousand calls: the first half's ends follow their beginnings at once, the others' come last of all."""
    pipeline = redis_client().pipeline(transaction=False)
    starts = [said(owner, request_id=str(number)) for number in range(CALLS)]
    late = []
    for number, start in enumerate(starts):
        end = encode_end(start.id, answered(total_tokens=number % 7, amounts={"tokens": number % 7}))
        pipeline.xadd(STREAM, {"b": encode_start(start)})
        if number < CALLS // 2:
            pipeline.xadd(STREAM, {"e": end})
        else:
            late.append(end)
    for end in late:
        pipeline.xadd(STREAM, {"e": end})
    pipeline.execute()
    return [start.id for start in starts]


def at_most(entries: int) -> bool:
    """No more than that wait."""
    return waiting() <= entries


def left() -> int:
    """Entries that wait; all of them while Redis is away."""
    try:
        return waiting()
    except RedisError:
        return ENTRIES


def assert_exact(ids: list[UUID], quota: UsageQuota) -> None:
    """Every call is there once, has ended, and was booked once."""
    figures = Interaction.objects.aggregate(rows=Count("pk"), ids=Count("pk", distinct=True), sum=Sum("total_tokens"))
    assert figures == {"rows": CALLS, "ids": CALLS, "sum": TOKENS}
    assert set(Interaction.objects.filter(status="success").values_list("pk", flat=True)) == set(ids)
    quota.refresh_from_db()
    assert (quota.current_usage, StreamReject.objects.count()) == (TOKENS, 0)


def test_drainer_killed_four_times_loses_nothing_and_books_once(
    owner: Account, quota: UsageQuota, start_drainer: Callable[[], Process]
) -> None:
    ids = say_all(owner)
    assert waiting() == ENTRIES
    for part in range(1, 5):
        process = start_drainer()
        eventually(partial(at_most, ENTRIES - part * ENTRIES // 5), within_seconds=120, sweeping=False)
        kill_group(process)
        assert 0 < waiting() < ENTRIES
    start_drainer()
    eventually(lambda: waiting() == 0, within_seconds=120, sweeping=False)
    assert_exact(ids, quota)


def test_standing_by_takes_over_from_the_dead(
    owner: Account, quota: UsageQuota, start_drainer: Callable[[], Process]
) -> None:
    ids = say_all(owner)
    first, _second = start_drainer(), start_drainer()
    eventually(lambda: waiting() <= ENTRIES // 2, within_seconds=120, sweeping=False)
    kill_group(first)
    eventually(lambda: waiting() == 0, within_seconds=120, sweeping=False)
    assert_exact(ids, quota)


def test_redis_and_postgresql_killed_meanwhile_lose_nothing(
    owner: Account, quota: UsageQuota, start_drainer: Callable[[], Process]
) -> None:
    ids = say_all(owner)
    process = start_drainer()
    eventually(lambda: waiting() <= ENTRIES * 3 // 4, within_seconds=120, sweeping=False)
    redis_server().stop(signal.SIGKILL)
    redis_server().start()
    eventually(lambda: left() <= ENTRIES // 2, within_seconds=120, sweeping=False)
    postgres_server().stop(signal.SIGQUIT)
    postgres_server().start()
    forget_connection()
    eventually(lambda: left() == 0, within_seconds=120, sweeping=False)
    assert process.poll() is None
    assert_exact(ids, quota)


def test_drainer_told_to_stop_ends_in_order(start_drainer: Callable[[], Process], owner: Account) -> None:
    ids = say_all(owner)
    process = start_drainer()
    eventually(lambda: waiting() < ENTRIES, within_seconds=120, sweeping=False)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert Interaction.objects.filter(pk__in=ids).count() > 0
