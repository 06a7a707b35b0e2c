"""POST /v1/chat/completions, answered whole by a remote engine."""

from decimal import Decimal
from typing import Any

import pytest

from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import CHAT, Program, question
from chatbot.tests.upstream import Upstream, reply
from projects.models import Project
from tasks.models import Engine

pytestmark = pytest.mark.django_db


def choice(content: Any, index: int = 0) -> dict[str, Any]:
    return {"index": index, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}


def test_answer_is_passed_on_as_it_came(program: Program, books: Books) -> None:
    answer = program.chat()
    assert (answer.status, answer.headers["Content-Type"], answer.json) == (200, "application/json", ANSWER)
    call = books()[0]
    assert (call.status, call.prompt, call.response) == ("success", "Hello there", "Hello world")
    assert (call.prompt_tokens, call.completion_tokens, call.total_tokens) == (20, 7, 27)
    assert (call.model, call.engine_name, call.is_streaming, call.is_partial) == (
        "mock-1-0613", "upstream", False, False,
    )  # fmt: skip


def test_answer_carries_the_rate_limit_and_a_request_id(program: Program, books: Books) -> None:
    answer = program.chat(headers={"X-Request-ID": "mine-1"})
    limit, left = answer.headers["x-ratelimit-limit-requests"], answer.headers["x-ratelimit-remaining-requests"]
    assert (int(limit) - int(left), answer.headers["X-Request-ID"]) == (1, "mine-1")
    assert books()[0].request_id == "mine-1"


def test_every_parameter_is_sent_on_known_or_not(program: Program, upstream: Upstream) -> None:
    fields: dict[str, Any] = {
        "temperature": 0.2, "top_p": 1, "n": 2, "stop": ["x"], "max_tokens": 5, "max_completion_tokens": 6,
        "presence_penalty": -1, "logit_bias": {"50256": -100}, "logprobs": True, "top_logprobs": 3, "seed": 7,
        "response_format": {"type": "json_object"}, "user": "u", "parallel_tool_calls": False, "tool_choice": "auto",
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        "reasoning_effort": "low", "metadata": {"a": "b"}, "store": False, "service_tier": "auto", "stream": False,
        "made_up": {"deep": [1, 2.5, None, "ế"]},
    }  # fmt: skip
    assert program.chat(**fields).status == 200
    body = question(**fields)
    assert upstream.requests[0].json == body | {"model": "mock-1"}
    assert upstream.requests[0].path == "/v1/chat/completions"


def test_upstream_gets_the_credential_of_the_house_and_nothing_of_the_caller(
    program: Program, upstream: Upstream
) -> None:
    program.chat(headers={"Cookie": "a=b", "X-Api-Key": "k", "OpenAI-Organization": "org", "User-Agent": "sdk"})
    sent = upstream.requests[0].headers
    assert (sent["authorization"], sent["user-agent"]) == ("Bearer secret-of-house", "roundhouse")
    assert {"cookie", "x-api-key", "openai-organization"} & set(sent) == set()
    assert program.token not in str(upstream.requests)


def test_texts_of_all_choices_are_kept(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = reply(200, ANSWER | {"choices": [choice("One"), choice("Two", 1)]})
    assert len(program.chat(n=2).json["choices"]) == 2
    assert books()[0].response == "One\nTwo"


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ([choice(None)], ""),
        ([choice([{"type": "text", "text": "Parts"}])], "Parts"),
        (None, ""),
        ([], ""),
        (["?"], ""),
        ([{"index": 0}], ""),
    ],
)
def test_unusual_answer_is_passed_on_all_the_same(
    choices: Any, text: str, program: Program, upstream: Upstream, books: Books
) -> None:
    upstream.behave = reply(200, ANSWER | {"choices": choices})
    answer = program.chat()
    assert (answer.status, answer.json["choices"]) == (200, choices)
    assert (books()[0].response, books()[0].total_tokens) == (text, 27)


@pytest.mark.parametrize("usage", [None, {}, {"prompt_tokens": None}, {"prompt_tokens": 0, "total_tokens": 0}, 5])
def test_usage_is_estimated_where_the_upstream_gives_none(
    usage: Any, program: Program, upstream: Upstream, books: Books
) -> None:
    upstream.behave = reply(200, ANSWER | {"usage": usage})
    messages = [{"role": "system", "content": "s" * 40}, {"role": "user", "content": "u" * 40}]
    assert program.post(CHAT, {"model": "upstream", "messages": messages}).status == 200
    call = books()[0]
    assert (call.prompt_tokens, call.completion_tokens) == (20, 3)
    assert call.usage == {"requests": 1, "tokens": 23}


def test_price_of_the_engine_becomes_the_cost(program: Program, engine: Engine, books: Books) -> None:
    Engine.objects.update(prices={"input_tokens": "0.001", "output_tokens": "0.01", "requests": "1"}, currency="EUR")
    program.chat()
    call = books()[0]
    assert (call.cost, call.currency) == (Decimal("1.090000"), "EUR")


@pytest.mark.parametrize("prices", [{"tokens": "cheap"}, {"tokens": "NaN"}, {"tokens": "1e30"}, ["1"]])
def test_unreadable_price_costs_nobody_the_answer(prices: Any, program: Program, engine: Engine, books: Books) -> None:
    Engine.objects.update(prices=prices)
    assert program.chat().status == 200
    assert (books()[0].cost, books()[0].total_tokens) == (None, 27)


def test_project_that_keeps_no_contents_keeps_none(program: Program, project: Project, books: Books) -> None:
    Project.objects.update(settings={"store_content": False})
    assert program.chat("Secret").text == "Hello world"
    call = books()[0]
    assert (call.prompt, call.system_message, call.response, call.total_tokens) == ("", "", "", 27)


def test_secret_in_a_prompt_is_not_kept(program: Program, upstream: Upstream, books: Books) -> None:
    program.chat(f"My key is {program.token}")
    assert upstream.requests[0].json["messages"][0]["content"].endswith(program.token)
    assert books()[0].prompt == "My key is [redacted]"


def test_alias_leads_to_its_engine(program: Program, engine: Engine, upstream: Upstream, books: Books) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"alias": "gpt-4o"})
    assert program.chat(model="gpt-4o").status == 200
    assert upstream.requests[0].json["model"] == "mock-1"
    assert (books()[0].engine_name, books()[0].project is not None) == ("upstream", True)


def test_name_of_an_engine_wins_over_an_alias(program: Program, engine: Engine, upstream: Upstream) -> None:
    Engine.objects.create(
        domain="chat", name="other", adapter="openai_compatible", base_url="http://127.0.0.1:9/v1",
        options={"alias": "upstream"},
    )  # fmt: skip
    assert program.chat().status == 200
    assert len(upstream.requests) == 1


def test_row_without_a_model_sends_the_name_that_was_asked_for(
    program: Program, engine: Engine, upstream: Upstream
) -> None:
    Engine.objects.filter(pk=engine.pk).update(model="")
    program.chat()
    assert upstream.requests[0].json["model"] == "upstream"


def test_long_prompt_is_sent_whole_and_kept_in_part(program: Program, upstream: Upstream, books: Books) -> None:
    text = "word " * 300_000
    assert program.chat(text).status == 200
    assert upstream.requests[0].json["messages"][0]["content"] == text
    assert len(books()[0].prompt) == 100_001
