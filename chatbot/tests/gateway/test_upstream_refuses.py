"""What an upstream refuses, as the program reads it; nothing is charged for it."""

import socket
from typing import Any

import pytest

from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import Program
from chatbot.tests.upstream import Behaviour, Upstream, hang, redirect, reply
from config.common.redis import redis_client
from tasks.models import Engine

pytestmark = pytest.mark.django_db

NOTHING = {"requests": 0, "tokens": 0}


def said(message: str, code: Any = None, param: Any = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


@pytest.mark.parametrize("is_stream", [False, True])
@pytest.mark.parametrize(
    ("status", "body", "refusal"),
    [
        (400, said("Too long", "context_length_exceeded", "messages"), (400, "context_length_exceeded", "messages")),
        (400, said("No", None, None), (400, "upstream_refused_request", None)),
        (400, said("No", "free text, not a code", "a b"), (400, "upstream_refused_request", None)),
        (400, {"error": "No"}, (400, "upstream_refused_request", None)),
        (400, ["No"], (400, "upstream_refused_request", None)),
        (413, "<html>Too large</html>", (413, "upstream_refused_request", None)),
        (422, {"detail": "No"}, (422, "upstream_refused_request", None)),
        (401, said("Wrong key secret-of-house", "invalid_api_key"), (502, "upstream_refused_credential", None)),
        (403, said("No"), (502, "upstream_refused_credential", None)),
        (402, said("Pay"), (502, "upstream_out_of_credit", None)),
        (429, said("Pay", "insufficient_quota"), (502, "upstream_out_of_credit", None)),
        (404, said("No such model"), (502, "upstream_model_not_found", None)),
        (408, said("Slow"), (504, "upstream_timeout", None)),
        (429, said("Slow down"), (429, "rate_limit_exceeded", None)),
        (500, said("Broken"), (502, "upstream_failed", None)),
        (503, "<html>Busy</html>", (502, "upstream_failed", None)),
    ],
)
def test_refusal_becomes_openais_error_object(
    status: int, body: Any, refusal: Any, is_stream: bool, program: Program, upstream: Upstream, books: Books
) -> None:
    upstream.behave = reply(status, body)
    answer = program.chat(stream=is_stream)
    assert answer.refusal == refusal
    assert b"secret-of-house" not in answer.content
    assert b"<html>" not in answer.content
    call = books()[0]
    assert (call.status, call.usage, call.response) == ("error", NOTHING, "")


@pytest.mark.parametrize(("given", "told"), [("7", "7"), ("0.2", "1"), ("nonsense", "1"), ("-5", "1")])
def test_limited_upstream_says_when_to_come_back(given: str, told: str, program: Program, upstream: Upstream) -> None:
    upstream.behave = reply(429, said("Slow down"), Retry_After=given)
    answer = program.chat()
    assert (answer.status, answer.headers["Retry-After"]) == (429, told)
    assert answer.json["error"]["type"] == "rate_limit_error"


@pytest.mark.parametrize(
    ("behave", "refusal"),
    [
        (hang, (504, "upstream_timeout", None)),
        (redirect("http://127.0.0.1:9/inward"), (502, "upstream_redirected", None)),
        (reply(200, "<html>Sign in</html>"), (502, "upstream_garbage", None)),
        (reply(200, [1]), (502, "upstream_garbage", None)),
        (reply(200, said("Broken")), (502, "upstream_failed", None)),
        (reply(200, {"error": {"message": "x", "code": 429}}), (429, "rate_limit_exceeded", None)),
    ],
    ids=["hang", "redirect", "html", "list", "error", "limited"],
)
def test_strange_answer(
    behave: Behaviour, refusal: Any, program: Program, engine: Engine, upstream: Upstream, books: Books
) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"timeout_seconds": 0.3, "tries": 1})
    upstream.behave = behave
    assert program.chat().refusal == refusal
    assert (len(upstream.requests), books()[0].usage) == (1, NOTHING)


def test_answer_without_end_is_ended(
    program: Program, upstream: Upstream, books: Books, settings: Any, engine: Engine
) -> None:
    settings.GATEWAY_HOLD_SECONDS = 1
    upstream.behave = hang
    assert program.chat().refusal == (504, "upstream_timeout", None)
    assert upstream.disconnected.is_set()


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_upstream_that_is_not_there(program: Program, engine: Engine, closed_port: int, books: Books) -> None:
    Engine.objects.filter(pk=engine.pk).update(base_url=f"http://127.0.0.1:{closed_port}/v1")
    answer = program.chat()
    assert (answer.refusal, answer.headers["Retry-After"]) == ((503, "upstream_unreachable", None), "5")
    assert str(closed_port) not in answer.content.decode()
    assert books()[0].usage == NOTHING


@pytest.mark.parametrize("base_url", ["", "ftp://localhost/v1", "http://user:pw@localhost/v1"])
def test_wrong_address_in_the_catalogue(base_url: str, program: Program, engine: Engine, books: Books) -> None:
    Engine.objects.filter(pk=engine.pk).update(base_url=base_url)
    assert program.chat().refusal == (502, "invalid_target", None)
    assert books()[0].error_code == "invalid_target"


def test_reservation_is_free_again_after_a_refusal(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = reply(500, said("Broken"))
    program.chat()
    books()
    counters = redis_client().hgetall(f"quota:{books()[0].user_id}")
    assert (counters[b"res|tokens"], counters[b"use|tokens|daily"]) == (b"0", b"0")


def test_row_with_options_that_are_none_is_passed_over(program: Program, engine: Engine, books: Books) -> None:
    Engine.objects.filter(pk=engine.pk).update(options=["no object"])
    assert program.chat().refusal == (404, "model_not_found", "model")
    assert program.embed("Hello", model="minilm").status == 200
    assert [call.endpoint for call in books()] == ["embeddings"]


def test_bug_on_the_way_is_in_the_books(program: Program, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("chatbot.gateway.forwarding.wants_usage")
    with pytest.raises(NameError):
        program.chat(stream=True)
    assert (books()[0].error_code, books()[0].usage) == ("internal_error", NOTHING)
