"""`Engine.concurrency`: so many calls at once, counted for the whole house."""

import asyncio
import time
from typing import Any

import pytest

from chatbot.gateway import leases, slots
from chatbot.gateway.slots import EngineBusy, slots_key, take_slot
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import CHAT, Program, in_loop, question
from chatbot.tests.upstream import Upstream, hang, reply, stream, then_cut, words
from config.common.redis import redis_client
from tasks.models import Engine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_places(engine: Engine) -> None:
    Engine.objects.filter(pk=engine.pk).update(concurrency=2)
    engine.refresh_from_db()


def under_way(engine: Engine) -> int:
    return int(redis_client().zcard(slots_key(engine.pk)))


async def renewed(engine: Engine, times: int) -> None:
    """Wait until the places have been renewed so often."""
    deadline = time.monotonic() + 20
    for _ in range(times):
        before = redis_client().zrange(slots_key(engine.pk), 0, -1, withscores=True)
        while redis_client().zrange(slots_key(engine.pk), 0, -1, withscores=True) == before:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)


class Busy:
    """Answers after a moment and counts how many wait at once."""

    def __init__(self) -> None:
        self.now = self.most = 0

    async def __call__(self, request: Any) -> Any:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0.05)
        self.now -= 1
        return await reply(200, ANSWER)(request)


def test_no_more_calls_are_under_way_than_the_row_allows(
    program: Program, engine: Engine, upstream: Upstream, books: Books
) -> None:
    upstream.behave = busy = Busy()
    answers = program.at_once([question()] * 8)
    assert ([answer.status for answer in answers], busy.most) == ([200] * 8, 2)
    assert (under_way(engine), len(books())) == (0, 8)


def test_call_that_finds_no_place_in_time_is_told_to_come_back(
    program: Program, upstream: Upstream, engine: Engine, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.gateway.forwarding.WAIT_SECONDS", 0.2)
    redis_client().zadd(slots_key(engine.pk), {"a": 9e15, "b": 9e15})
    answer = program.chat()
    assert (answer.refusal, answer.headers["Retry-After"]) == ((429, "engine_busy", None), "1")
    assert (upstream.requests, books()[0].usage) == ([], {"requests": 0, "tokens": 0})


def test_full_engine_lets_the_next_one_answer_at_once(program: Program, engine: Engine, upstream: Upstream) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"alias": "both", "order": 1})
    Engine.objects.create(
        domain="chat", name="spare", adapter="openai_compatible", model="spare", base_url=upstream.base_url,
        options={"alias": "both", "order": 2},
    )  # fmt: skip
    redis_client().zadd(slots_key(engine.pk), {"a": 9e15, "b": 9e15})
    began = time.monotonic()
    assert program.chat(model="both").status == 200
    assert (upstream.requests[0].json["model"], time.monotonic() - began < slots.WAIT_SECONDS) == ("spare", True)


def test_place_of_a_dead_process_is_free_after_its_lease(program: Program, engine: Engine) -> None:
    redis_client().zadd(slots_key(engine.pk), {"dead": 1, "gone": 2})
    assert program.chat().status == 200
    assert under_way(engine) == 0


def test_stream_keeps_its_place_to_the_end(program: Program, engine: Engine, upstream: Upstream) -> None:
    seen: list[int] = []

    async def watch(request: Any) -> Any:
        seen.append(under_way(engine))
        return await stream(*words("Hello"))(request)

    upstream.behave = watch
    assert program.chat(stream=True).text == "Hello"
    assert (seen, under_way(engine)) == ([1], 0)


@pytest.mark.parametrize("failure", [then_cut(), reply(500, {}), reply(400, {}), reply(200, "<html>")])
@pytest.mark.parametrize("is_stream", [True, False])
def test_failure_frees_the_place(
    failure: Any, is_stream: bool, program: Program, engine: Engine, upstream: Upstream
) -> None:
    upstream.behave = failure
    program.chat(stream=is_stream)
    assert under_way(engine) == 0


def test_caller_who_leaves_frees_the_place(program: Program, engine: Engine, upstream: Upstream) -> None:
    async def leave() -> None:
        call = asyncio.create_task(program.send(CHAT, question()))
        while not under_way(engine):
            await asyncio.wait([call], timeout=0.01)
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)

    upstream.behave = hang
    in_loop(leave)
    assert under_way(engine) == 0


def test_place_is_renewed_while_the_call_lives(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 0.3)
    monkeypatch.setattr(slots, "LEASE_SECONDS", 0.3)

    async def hold() -> int:
        one, two = await take_slot(engine), await take_slot(engine)
        assert one is not None
        assert two is not None
        await renewed(engine, times=3)
        with pytest.raises(EngineBusy):
            await take_slot(engine)
        one.end()
        two.end()
        two.end()
        return under_way(engine)

    assert in_loop(hold) == 2
    assert under_way(engine) == 0


def test_row_without_a_limit_counts_nothing(program: Program, engine: Engine) -> None:
    Engine.objects.filter(pk=engine.pk).update(concurrency=None)
    assert {answer.status for answer in program.at_once([question()] * 5)} == {200}
    assert not redis_client().exists(slots_key(engine.pk))


def test_zero_closes_the_engine(program: Program, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.gateway.forwarding.WAIT_SECONDS", 0.0)
    Engine.objects.filter(pk=engine.pk).update(concurrency=0)
    assert program.chat().refusal == (429, "engine_busy", None)
