"""Limits of every call: exact windows and quotas, reserved before and settled after, whatever happens between."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from accounts.models import Account, ApiKey, UsageQuota
from accounts.services import set_quota, usage
from accounts.services.usage import give_back
from chatbot.gateway.calls import ModelCall
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import CHAT, EMBEDDINGS, Program, in_loop, question
from chatbot.tests.upstream import Upstream, hang, reply
from config.common.redis import redis_client
from monitoring.audit.stream import STREAM
from projects.models import Project
from tasks.models import Engine

pytestmark = pytest.mark.django_db


def limit(kind: str, amount: int, **scope: Any) -> None:
    set_quota(quota_type=kind, period="daily", limit=amount, actor=None, **scope)


def used(kind: str, **scope: Any) -> int:
    return UsageQuota.objects.get(quota_type=kind, period="daily", **scope).current_usage


def reserved(scope_id: Any) -> int:
    """Tokens that are reserved now."""
    return int(redis_client().hget(f"quota:{scope_id}", "res|tokens") or 0)


def test_fifty_calls_at_once_send_exactly_the_ten_that_the_quota_has(
    program: Program, upstream: Upstream, owner: Account, books: Books
) -> None:
    limit("requests", 10, account=owner)
    statuses = [answer.status for answer in program.at_once([question()] * 50)]
    assert sorted(statuses) == [200] * 10 + [429] * 40
    assert (len(upstream.requests), len(books())) == (10, 10)
    assert (used("requests", user=owner), used("tokens", user=owner)) == (10, 270)


def test_tokens_are_reserved_for_the_most_that_may_be_answered(
    program: Program, upstream: Upstream, owner: Account, books: Books
) -> None:
    limit("tokens", 1_000, account=owner)
    statuses = [answer.status for answer in program.at_once([question("x" * 40, max_tokens=90)] * 20)]
    assert (statuses.count(200), len(upstream.requests)) == (10, 10)
    books()
    assert (used("tokens", user=owner), reserved(owner.pk)) == (270, 0)
    assert program.chat("x" * 40, max_tokens=720).status == 200
    assert program.chat("x" * 40, max_tokens=720).refusal == (429, "insufficient_quota", None)


@pytest.mark.parametrize("scope", ["account", "key", "project"])
def test_quota_of_each_scope_holds_and_is_booked(
    scope: str, program: Program, upstream: Upstream, owner: Account, project: Project, books: Books
) -> None:
    key = ApiKey.objects.get(name="program")
    scopes: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "account": ({"account": owner}, {"user": owner}),
        "key": ({"key": key}, {"api_key": key}),
        "project": ({"project_id": project.pk}, {"project_id": project.pk}),
    }
    given, stored = scopes[scope]
    limit("requests", 2, **given)
    assert [program.chat().status for _ in range(3)] == [200, 200, 429]
    books()
    assert (used("requests", **stored), len(upstream.requests)) == (2, 2)
    param = {"account": None, "key": "api_key", "project": "project_id"}[scope]
    answer = program.chat()
    assert answer.refusal == (429, "insufficient_quota", param)
    assert 0 < int(answer.headers["Retry-After"]) <= 86_400


def test_monthly_quota_holds_as_well(program: Program, upstream: Upstream, owner: Account) -> None:
    set_quota(account=owner, quota_type="tokens", period="monthly", limit=3, actor=None)
    assert program.chat(max_tokens=1).refusal == (429, "insufficient_quota", None)
    assert upstream.requests == []


def test_window_holds_for_calls_at_once(program: Program, upstream: Upstream, owner: Account) -> None:
    Account.objects.update(requests_per_hour=7)
    statuses = [answer.status for answer in program.at_once([question()] * 20)]
    assert (statuses.count(200), statuses.count(429), len(upstream.requests)) == (7, 13, 7)
    answer = program.post(EMBEDDINGS, {"model": "minilm", "input": "Hello"})
    assert answer.refusal == (429, "rate_limit_exceeded", None)
    assert 0 < int(answer.headers["Retry-After"]) <= 3_600


def test_window_of_the_endpoint_holds(program: Program, upstream: Upstream, settings: Settings) -> None:
    settings.ENDPOINT_RATE_LIMITS = {CHAT: (1, 60)}
    assert [program.chat().status for _ in range(2)] == [200, 429]
    assert len(upstream.requests) == 1


def test_more_than_was_reserved_is_booked_in_full(
    program: Program, upstream: Upstream, owner: Account, books: Books
) -> None:
    limit("tokens", 100, account=owner)
    upstream.behave = reply(200, ANSWER | {"usage": {"prompt_tokens": 900, "completion_tokens": 100}})
    assert program.chat(max_tokens=1).status == 200
    books()
    assert used("tokens", user=owner) == 1_000
    assert program.chat(max_tokens=1).status == 429


def test_reservation_of_a_call_whose_process_died_lapses(
    program: Program, owner: Account, settings: Settings, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GATEWAY_HOLD_SECONDS = 4
    limit("requests", 1, account=owner)
    monkeypatch.setattr(ModelCall, "end_soon", lambda *_args, **_facts: None)  # as after kill -9
    assert [program.chat().status for _ in range(2)] == [200, 429]
    deadline = time.monotonic() + 20
    while program.chat().status == 429:
        assert time.monotonic() < deadline
    assert len(upstream.requests) == 2


def test_process_remembers_no_reservation_of_recorded_calls(program: Program) -> None:
    before = dict(vars(usage)["_open"])
    program.at_once([question()] * 3)
    assert vars(usage)["_open"] == before


def test_without_redis_nothing_is_asked(
    program: Program, upstream: Upstream, settings: Settings, tmp_path: Path
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
    redis_client.cache_clear()
    try:
        answers = [program.chat(), program.chat(stream=True), program.embed("Hello")]
    finally:
        redis_client.cache_clear()
    assert [answer.refusal for answer in answers] == [(503, "unavailable", None)] * 3
    assert {int(answer.headers["Retry-After"]) for answer in answers} == {5}
    assert upstream.requests == []


def test_audit_that_cannot_be_written_stops_the_call_and_frees_its_reservation(
    program: Program, upstream: Upstream, owner: Account
) -> None:
    redis_client().set(STREAM, "no stream")
    assert program.chat().refusal == (503, "audit_unavailable", None)
    assert (upstream.requests, reserved(owner.pk)) == ([], 0)


def test_end_that_cannot_be_written_is_written_later(
    program: Program, upstream: Upstream, owner: Account, books: Books
) -> None:
    async def lose_the_stream() -> Any:
        call = asyncio.create_task(program.send(CHAT, question()))
        await upstream_was_asked(upstream)
        redis_client().rename(STREAM, "kept")
        redis_client().set(STREAM, "no stream")
        loop = upstream_loop(upstream)
        loop.call_soon_threadsafe(go_on.set)
        answer = await call
        redis_client().rename("kept", STREAM)
        return answer

    go_on = asyncio.Event()

    async def wait(request: Any) -> Any:
        await go_on.wait()
        return await reply(200, ANSWER)(request)

    upstream.behave = wait
    assert in_loop(lose_the_stream).status == 200
    assert (books()[0].status, used("tokens", user=owner)) == ("success", 27)


async def upstream_was_asked(upstream: Upstream) -> None:
    deadline = time.monotonic() + 10
    while not upstream.requests:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def upstream_loop(upstream: Upstream) -> asyncio.AbstractEventLoop:
    """The loop of the thread in which it runs."""
    loop: asyncio.AbstractEventLoop = next(iter(upstream.connections))._loop  # type: ignore[attr-defined]
    return loop


def test_caller_who_leaves_before_the_answer_pays_nothing(
    program: Program, upstream: Upstream, owner: Account, books: Books
) -> None:
    async def leave() -> None:
        call = asyncio.create_task(program.send(CHAT, question()))
        await upstream_was_asked(upstream)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    upstream.behave = hang
    in_loop(leave)
    call = books()[0]
    assert (call.status, call.error_code, call.is_partial) == ("error", "cancelled", True)
    assert (call.usage, reserved(owner.pk)) == ({"requests": 0, "tokens": 0}, 0)


def test_given_back_reservation_may_be_unknown(owner: Account, engine: Engine) -> None:
    give_back(reservation_id=engine.pk, scope_ids=[owner.pk])
    assert reserved(owner.pk) == 0
