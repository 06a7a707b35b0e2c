"""Streams that go wrong in their middle: what was shown is kept and paid, and the program is told."""

from typing import Any

import pytest
from pytest_django.fixtures import Settings

from chatbot.gateway.routes import Breaker, breaker_of
from chatbot.selectors.chatters import chatter_for
from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import Program, Reply
from chatbot.tests.upstream import (
    USAGE,
    Behaviour,
    Upstream,
    chunk,
    encode,
    event,
    pieces,
    reply,
    stream,
    then_cut,
    then_hang,
    words,
)
from tasks.models import Engine

pytestmark = pytest.mark.django_db

TEN = words(*(f"word{number} " for number in range(10)), finish_reason=None)
SHOWN = "".join(f"word{number} " for number in range(10))
FAILED = {"error": {"message": "Out of memory at secret-of-house", "type": "server_error", "code": None}}


def ended(answer: Reply) -> tuple[str, int, str]:
    """Code of the last event, which is an error object, how many [DONE] there were, and the text before."""
    assert answer.status == 200
    chunks = answer.chunks
    assert set(chunks[-1]) == {"error"}
    return chunks[-1]["error"]["code"], answer.payloads.count(b"[DONE]"), answer.text


def breaker(engine: Engine) -> Breaker:
    return breaker_of(chatter_for(engine))


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (stream(*TEN, FAILED), "upstream_failed"),
        (then_cut(*TEN), "upstream_cut"),
        (then_cut(*TEN, half=b'data: {"choices":[{"delta":{"content":"wo'), "upstream_cut"),
        (pieces(encode(TEN)), "upstream_cut"),
        (pieces(encode(TEN), b"data: <html>Bad Gateway</html>\n\n"), "upstream_garbage"),
        (pieces(encode(TEN), b"data: 5\n\n"), "upstream_garbage"),
        (pieces(encode(TEN), b"data: " + b"x" * (5 << 20)), "upstream_garbage"),
    ],
    ids=["error", "cut", "half", "no-end", "html", "number", "endless"],
)
def test_failure_after_ten_words(
    behave: Behaviour, code: str, program: Program, engine: Engine, upstream: Upstream, books: Books
) -> None:
    upstream.behave = behave
    assert ended(program.chat("x" * 40, stream=True)) == (code, 0, SHOWN)
    call = books()[0]
    assert (call.status, call.error_code, call.response, call.is_partial) == ("error", code, SHOWN, True)
    assert (call.prompt_tokens, call.completion_tokens) == (10, 15)
    assert (call.usage, breaker(engine).failures) == ({"requests": 1, "tokens": 25}, 1)


def test_words_of_the_upstream_do_not_show_the_credential(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = stream(*TEN, FAILED)
    assert b"secret-of-house" not in program.chat(stream=True).content
    assert "secret-of-house" not in books()[0].error_message


def test_error_as_the_first_event_costs_nothing(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = pieces(event(FAILED))
    assert ended(program.chat(stream=True)) == ("upstream_failed", 0, "")
    assert books()[0].usage == {"requests": 0, "tokens": 0}


def test_limit_of_the_upstream_in_the_middle_is_no_illness(
    program: Program, engine: Engine, upstream: Upstream
) -> None:
    limited: dict[str, Any] = {"error": {"message": "Slow down", "code": 429}}
    upstream.behave = stream(*TEN, limited)
    assert ended(program.chat(stream=True))[0] == "rate_limit_exceeded"
    assert breaker(engine).failures == 0


def test_error_object_with_choices_beside_it_is_an_error(program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(*TEN, chunk({"content": ""}, "error") | FAILED)
    assert ended(program.chat(stream=True)) == ("upstream_failed", 0, SHOWN)


@pytest.mark.parametrize(
    ("body", "code"), [("<html>", "upstream_cut"), (["?"], "upstream_garbage"), (FAILED, "upstream_failed")]
)
def test_whole_answer_that_is_none(body: Any, code: str, program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = reply(200, body)
    assert ended(program.chat(stream=True)) == (code, 0, "")
    assert (books()[0].error_code, books()[0].usage["tokens"]) == (code, 0)


def test_silence_in_the_middle_ends_the_stream(
    program: Program, engine: Engine, upstream: Upstream, books: Books
) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"timeout_seconds": 0.3})
    upstream.behave = then_hang(*TEN)
    assert ended(program.chat(stream=True)) == ("upstream_timeout", 0, SHOWN)
    assert (books()[0].error_code, upstream.disconnected.is_set()) == ("upstream_timeout", True)


def test_stream_without_end_is_ended(program: Program, upstream: Upstream, settings: Settings) -> None:
    settings.GATEWAY_HOLD_SECONDS = -1
    upstream.behave = pieces(*(encode([entry]) for entry in TEN), encode(words()))
    code, _done, text = ended(program.chat(stream=True))
    assert (code, SHOWN.startswith(text)) == ("upstream_timeout", True)


def test_usage_that_came_before_the_failure_counts(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = pieces(encode([*TEN, USAGE]), event(FAILED))
    program.chat(stream=True)
    assert (books()[0].prompt_tokens, books()[0].completion_tokens) == (20, 7)


def test_broken_answer_as_a_whole_is_no_answer(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = then_cut(half=b'{"choices": [')
    assert program.chat().refusal == (502, "upstream_cut", None)
    assert (books()[0].status, books()[0].usage) == ("error", {"requests": 0, "tokens": 0})
    assert books()[0].response == ""
