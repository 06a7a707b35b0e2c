"""Several engines behind one name: who is asked, who is asked next, and who is left alone."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chatbot.gateway.routes import FAILURES_TO_OPEN, Breaker, breaker_of, in_order, routes
from chatbot.selectors.chatters import Chatter, chatter_for
from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import Program, question
from chatbot.tests.upstream import Behaviour, Upstream, hang, reply, stream, then_cut, upstream_in_thread, words
from tasks.models import Engine

pytestmark = pytest.mark.django_db

BROKEN = reply(500, {"error": {"message": "Broken"}})
LIMITED = reply(429, {"error": {"message": "Slow down"}}, Retry_After="30")


@pytest.fixture
def second() -> Iterator[Upstream]:
    with upstream_in_thread(reply(200, ANSWER | {"id": "second"})) as server:
        yield server


@pytest.fixture
def pair(engine: Engine, second: Upstream) -> tuple[Engine, Engine]:
    """`upstream` first, `second` next, under the name `both`."""
    options = {"alias": "both", "tries": 1, "timeout_seconds": 0.3}
    Engine.objects.filter(pk=engine.pk).update(options=options | {"order": 1})
    other = Engine.objects.create(
        domain="chat", name="second", adapter="openai_compatible", model="m", base_url=second.base_url,
        options=options | {"order": 2},
    )  # fmt: skip
    engine.refresh_from_db()
    return engine, other


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One after the other; the last one stays."""
    left = list(behaviours)

    async def behave(request: Any) -> Any:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return behave


def rows(*options: dict[str, Any]) -> list[Chatter]:
    """Chatters that are not stored."""
    made = [Engine(domain="chat", name=str(n), adapter="openai_compatible", options=o) for n, o in enumerate(options)]
    return [chatter_for(row) for row in made]


@pytest.mark.parametrize("failure", [BROKEN, LIMITED, hang, then_cut(), reply(401, {}), reply(200, "<html>")])
def test_next_engine_answers_when_the_first_fails(
    failure: Behaviour, pair: Any, program: Program, upstream: Upstream, second: Upstream, books: Books
) -> None:
    upstream.behave = failure
    assert program.chat(model="both").json["id"] == "second"
    assert (len(upstream.requests), len(second.requests)) == (1, 1)
    call = books()[0]
    assert (call.status, call.engine_name, call.usage) == ("success", "second", {"requests": 1, "tokens": 27})


def test_next_engine_streams_when_the_first_refuses(
    pair: Any, program: Program, upstream: Upstream, second: Upstream
) -> None:
    upstream.behave, second.behave = BROKEN, stream(*words("Hello"))
    assert program.chat(model="both", stream=True).text == "Hello"


def test_nobody_else_is_asked_after_the_first_word(
    pair: Any, program: Program, upstream: Upstream, second: Upstream
) -> None:
    upstream.behave = then_cut(*words("Hel", finish_reason=None))
    assert program.chat(model="both", stream=True).text == "Hel"
    assert second.requests == []


def test_request_that_is_wrong_is_refused_once(
    pair: Any, program: Program, upstream: Upstream, second: Upstream
) -> None:
    upstream.behave = reply(400, {"error": {"message": "No", "code": "bad"}})
    assert program.chat(model="both").refusal == (400, "bad", None)
    assert second.requests == []


def test_last_failure_is_told_when_all_fail(
    pair: Any, program: Program, upstream: Upstream, second: Upstream, books: Books
) -> None:
    upstream.behave, second.behave = BROKEN, LIMITED
    answer = program.chat(model="both")
    assert (answer.refusal[:2], answer.headers["Retry-After"]) == ((429, "rate_limit_exceeded"), "30")
    assert [call.error_code for call in books()] == ["upstream_rate_limited"]


def test_engine_is_tried_again_as_often_as_its_row_says(
    program: Program, engine: Engine, upstream: Upstream, books: Books
) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"tries": 3})
    upstream.behave = in_turn(BROKEN, BROKEN, reply(200, ANSWER))
    assert program.chat().status == 200
    assert (len(upstream.requests), books()[0].usage["requests"]) == (3, 1)
    assert breaker_of(chatter_for(engine)).failures == 0


@pytest.mark.parametrize(("options", "asked"), [({}, 2), ({"tries": 0}, 1), ({"tries": 99}, 1), ({"tries": "x"}, 1)])
def test_engine_is_tried_twice_unless_its_row_says_otherwise(
    options: dict[str, Any], asked: int, program: Program, engine: Engine, upstream: Upstream
) -> None:
    Engine.objects.filter(pk=engine.pk).update(options=options)
    upstream.behave = BROKEN
    assert program.chat().status == 502
    assert len(upstream.requests) == asked


@pytest.mark.parametrize(("wait", "asked"), [("0.1", 2), ("30", 1)])
def test_limited_engine_is_tried_again_when_the_wait_is_short(
    wait: str, asked: int, program: Program, engine: Engine, upstream: Upstream
) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={})
    upstream.behave = reply(429, {}, Retry_After=wait)
    assert program.chat().status == 429
    assert len(upstream.requests) == asked


def test_engine_that_fails_all_the_time_rests(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = BROKEN
    statuses = [program.chat().status for _ in range(FAILURES_TO_OPEN + 2)]
    assert statuses == [502] * FAILURES_TO_OPEN + [503] * 2
    assert len(upstream.requests) == FAILURES_TO_OPEN
    last = books()[-1]
    assert (last.error_code, last.usage["requests"]) == ("engine_unavailable", 0)


def test_resting_engine_is_passed_over(pair: Any, program: Program, upstream: Upstream, second: Upstream) -> None:
    breaker_of(chatter_for(pair[0])).open_until = time.monotonic() + 60
    assert program.chat(model="both").json["id"] == "second"
    assert upstream.requests == []


def test_after_the_rest_one_call_tries_and_success_opens_the_way(
    program: Program, engine: Engine, upstream: Upstream
) -> None:
    breaker = breaker_of(chatter_for(engine))
    breaker.failures = FAILURES_TO_OPEN

    async def wait(request: Any) -> Any:
        await asyncio.sleep(0.5)
        return await reply(200, ANSWER)(request)

    upstream.behave = wait
    statuses = [answer.status for answer in program.at_once([question()] * 5)]
    assert (sorted(statuses), breaker.failures) == ([200] + [503] * 4, 0)
    assert program.chat().status == 200


def test_after_the_rest_one_failure_is_enough() -> None:
    breaker = Breaker(failures=FAILURES_TO_OPEN)
    assert breaker.enter()
    assert not breaker.enter()
    breaker.note(failed=True)
    assert breaker.rests()
    breaker.note(failed=False)
    assert (breaker.enter(), breaker.enter(), breaker.rests()) == (True, True, False)


def test_limits_of_an_engine_do_not_make_it_rest(program: Program, engine: Engine, upstream: Upstream) -> None:
    upstream.behave = LIMITED
    assert {program.chat().status for _ in range(FAILURES_TO_OPEN + 1)} == {429}
    assert len(upstream.requests) == FAILURES_TO_OPEN + 1


def test_engines_are_drawn_by_weight_within_their_order() -> None:
    chatters = rows({"order": 2}, {"weight": 3}, {"weight": 1}, {"weight": 0, "order": 1})
    drawn = Counter(in_order(chatters)[0].name for _ in range(4_000))
    assert set(drawn) == {"1", "2"}
    assert 2.4 < drawn["1"] / drawn["2"] < 3.8
    assert [chatter.name for chatter in in_order(chatters)[2:]] == ["3", "0"]


def test_nonsense_options_count_as_none() -> None:
    chatters = rows({"weight": "heavy", "order": True}, {"weight": -5, "order": None})
    assert {chatter.name for chatter in in_order(chatters)} == {"0", "1"}


def test_row_whose_adapter_is_not_installed_is_passed_over(
    pair: Any, program: Program, engine: Engine, second: Upstream
) -> None:
    Engine.objects.filter(pk=engine.pk).update(adapter="gone")
    assert program.chat(model="both").json["id"] == "second"


@pytest.mark.parametrize("change", [{"is_enabled": False}, {"name": "renamed"}])
def test_engine_that_is_not_there_any_more(
    change: dict[str, Any],
    program: Program,
) -> None:
    assert program.chat().status == 200
    Engine.objects.filter(name="upstream").update(**change)
    # As after the seconds for which a process trusts what it read.
    routes.clear()
    assert program.chat().refusal == (404, "model_not_found", "model")
