"""Any one process dies with kill -9: no call is lost, none is paid twice, and what was reserved is free again."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Account, UsageQuota
from accounts.services import set_quota
from chatbot.tests.gateway.conftest import ANSWER
from chatbot.tests.gateway.faults.conftest import Web, reading, recorded
from chatbot.tests.gateway.program import question
from chatbot.tests.upstream import Upstream, reply, then_hang, words
from config.common.redis import redis_client
from monitoring.models import Interaction
from monitoring.services import complete_abandoned
from monitoring.tests.calls import drain_all, waiting
from tasks.tests import forks
from tasks.tests.conftest import child_environment, eventually, kill_group, redis_server
from tasks.tests.forks import Forked

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

CALLS = 200


@pytest.fixture
def start_drainer() -> Iterator[Callable[[], Forked]]:
    """Real `manage.py audit_drainer` processes; whatever is left is killed afterwards."""
    started: list[Forked] = []

    def start() -> Forked:
        environment = child_environment(INTERACTION_DRAIN_SECONDS="0.01", DJANGO_SETTINGS_MODULE="config.settings.test")
        started.append(forks.start(["audit_drainer"], environment))
        return started[-1]

    yield start
    for process in started:
        kill_group(process)


def used(owner: Account, kind: str = "tokens") -> int:
    return UsageQuota.objects.get(user=owner, quota_type=kind, period="daily").current_usage


def many_or_done(done: threading.Event, many: int) -> bool:
    return done.is_set() or Interaction.objects.count() > many


def ask(web: Web, client: httpx.Client | None = None, **fields: Any) -> httpx.Response:
    send = client.post if client else httpx.post
    return send(f"{web.url}/chat/completions", json=question(**fields), headers=web.headers, timeout=60)


def test_drainer_that_is_killed_again_and_again_books_every_call_once(
    web: Web, owner: Account, start_drainer: Callable[[], Forked]
) -> None:
    done = threading.Event()

    def kill_drainers() -> int:
        killed = 0
        while not done.is_set():
            process = start_drainer()
            eventually(partial(many_or_done, done, 10 * (killed + 1)), sweeping=False)
            kill_group(process)
            killed += 1
        connection.close()
        return killed

    with ThreadPoolExecutor(9) as pool, httpx.Client() as client:
        killing = pool.submit(kill_drainers)
        statuses = list(pool.map(lambda _number: ask(web, client).status_code, range(CALLS)))
        done.set()
        assert killing.result() >= 1
    start_drainer()
    eventually(lambda: waiting() == 0 and used(owner, "requests") == CALLS, sweeping=False)
    assert statuses == [200] * CALLS
    assert (Interaction.objects.filter(status="success").count(), used(owner)) == (CALLS, CALLS * 27)


def test_web_process_that_dies_leaves_a_record_and_a_reservation_that_lapses(
    web: Web, upstream: Upstream, owner: Account, settings: Settings
) -> None:
    upstream.behave = then_hang(*words("Hello", finish_reason=None))
    with reading(web):
        kill_group(web.process)
    eventually(upstream.disconnected.is_set, within_seconds=5, sweeping=False)
    drain_all()
    assert (Interaction.objects.get().status, Interaction.objects.get().prompt) == ("started", "Hello there")
    settings.INTERACTION_ABANDONED_SECONDS = 0
    assert complete_abandoned() == 1
    call = Interaction.objects.get()
    assert (call.status, call.error_code, used(owner)) == ("error", "abandoned", 0)
    lapses = redis_client().zscore(f"quota_expiry:{owner.pk}", str(call.pk))
    assert lapses is not None
    assert 0 < lapses / 1e6 - redis_client().time()[0] <= settings.GATEWAY_HOLD_SECONDS + 1


def test_redis_that_is_killed_during_a_call_loses_neither_its_begin_nor_its_end(
    web: Web, upstream: Upstream, owner: Account
) -> None:
    go_on: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def wait(request: Any) -> Any:
        event = asyncio.Event()
        go_on.append((asyncio.get_running_loop(), event))
        await event.wait()
        return await reply(200, ANSWER)(request)

    upstream.behave = wait
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask, web)
        eventually(lambda: go_on, sweeping=False)
        redis_server().stop(signal.SIGKILL)
        loop, event = go_on[0]
        loop.call_soon_threadsafe(event.set)
        assert asked.result().json() == ANSWER
    redis_server().start()
    call = recorded()[0]
    assert (call.status, call.prompt, call.response, used(owner)) == ("success", "Hello there", "Hello world", 27)


def test_web_process_that_is_told_to_stop_ends_its_calls(web: Web, upstream: Upstream, owner: Account) -> None:
    upstream.behave = then_hang(*words("Hello", finish_reason=None))
    with reading(web):
        web.process.send_signal(signal.SIGTERM)
        web.process.send_signal(signal.SIGTERM)
    web.process.wait(30)
    call = recorded()[0]
    assert (call.status, call.is_partial, call.response) == ("success", True, "Hello")
    assert (used(owner), call.total_tokens) == (5, 5)


def test_fifty_programs_at_two_web_processes_share_one_quota(web: Web, upstream: Upstream, owner: Account) -> None:
    set_quota(account=owner, quota_type="requests", period="daily", limit=10, actor=None)
    with ThreadPoolExecutor(50) as pool:
        statuses = list(pool.map(lambda _number: ask(web).status_code, range(50)))
    assert sorted(statuses) == [200] * 10 + [429] * 40
    assert (len(upstream.requests), len(recorded(10))) == (10, 10)
    assert used(owner, "requests") == 10
