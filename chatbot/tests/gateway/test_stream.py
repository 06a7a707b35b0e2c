"""POST /v1/chat/completions with `stream`, answered by a remote engine."""

import json
from decimal import Decimal
from typing import Any

import pytest

from chatbot.tests.gateway.conftest import ANSWER, Books
from chatbot.tests.gateway.program import Program
from chatbot.tests.upstream import DONE, USAGE, Upstream, chunk, encode, event, pieces, reply, stream, words
from projects.models import Project
from tasks.models import Engine

pytestmark = pytest.mark.django_db

HELLO = words("Hello", " world")


def test_stream_is_passed_on_chunk_by_chunk(program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = stream(*HELLO, USAGE)
    answer = program.chat(stream=True)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert (answer.headers["Cache-Control"], answer.headers["X-Accel-Buffering"]) == ("no-cache", "no")
    assert (answer.chunks, answer.payloads[-1]) == (HELLO, b"[DONE]")
    call = books()[0]
    assert (call.status, call.response, call.is_streaming, call.is_partial) == ("success", "Hello world", True, False)
    assert (call.prompt_tokens, call.completion_tokens, call.usage["tokens"]) == (20, 7, 27)
    assert 0 <= (call.first_token_ms or 0) <= (call.response_time_ms or -1)


def test_usage_is_always_asked_for_and_shown_only_to_who_asked(program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(*HELLO, USAGE)
    program.chat(stream=True, stream_options={"include_obfuscation": False})
    asked = upstream.requests[0].json["stream_options"]
    assert asked == {"include_obfuscation": False, "include_usage": True}
    answer = program.chat(stream=True, stream_options={"include_usage": True})
    assert (answer.chunks[:-1], answer.chunks[-1]["usage"], answer.chunks[-1]["choices"]) == (HELLO, USAGE, [])


@pytest.mark.parametrize("options", [None, "x", []])
def test_nonsense_stream_options_are_replaced(options: Any, program: Program, upstream: Upstream) -> None:
    upstream.behave = stream(*HELLO, USAGE)
    assert program.chat(stream=True, stream_options=options).text == "Hello world"
    assert upstream.requests[0].json["stream_options"] == {"include_usage": True}


def test_server_that_refuses_stream_options_is_not_sent_any(
    program: Program, engine: Engine, upstream: Upstream, books: Books
) -> None:
    Engine.objects.filter(pk=engine.pk).update(options={"include_usage": False})
    upstream.behave = stream(*HELLO)
    assert program.chat("x" * 40, stream=True).text == "Hello world"
    assert "stream_options" not in upstream.requests[0].json
    assert (books()[0].prompt_tokens, books()[0].completion_tokens) == (10, 3)


@pytest.mark.parametrize("end", [b"", DONE, DONE + DONE, b"data:[DONE]\n\n", b"data: [DONE]", DONE + event(chunk({}))])
def test_stream_ends_with_exactly_one_done(end: bytes, program: Program, upstream: Upstream, books: Books) -> None:
    upstream.behave = stream(*HELLO, USAGE, end=end)
    answer = program.chat(stream=True)
    assert (answer.payloads.count(b"[DONE]"), answer.payloads[-1], answer.chunks) == (1, b"[DONE]", HELLO)
    assert books()[0].status == "success"


@pytest.mark.parametrize("size", [1, 7, 64])
def test_pieces_of_any_size_give_the_same_stream(size: int, program: Program, upstream: Upstream) -> None:
    raw = encode([*words("Được", " 🚂 rồi"), USAGE]) + DONE
    upstream.behave = pieces(*(raw[at : at + size] for at in range(0, len(raw), size)))
    answer = program.chat(stream=True)
    assert (answer.chunks, answer.text) == (words("Được", " 🚂 rồi"), "Được 🚂 rồi")


def test_comments_other_fields_and_pretty_json_are_put_into_plain_events(program: Program, upstream: Upstream) -> None:
    pretty = json.dumps(HELLO[1], indent=1).replace("\n", "\r\ndata: ").encode()
    raw = b": ping\n\nevent: message\nid: 5\ndata: " + pretty + b"\r\n\r\n" + encode(HELLO[2:]) + DONE
    upstream.behave = pieces(raw)
    assert program.chat(stream=True).chunks == HELLO[1:]


def test_tool_calls_logprobs_and_several_choices_are_passed_on(
    program: Program, upstream: Upstream, books: Books
) -> None:
    call = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": '{"error": 1}'}}
    chunks = [
        chunk({"tool_calls": [call]}),
        {**chunk({"content": '"error"'}), "system_fingerprint": "fp"},
        {**chunk({}), "choices": [{"index": 1, "delta": {"content": "B"}, "logprobs": {"content": []}}]},
        chunk({}, "tool_calls"),
    ]
    upstream.behave = stream(*chunks, USAGE)
    assert program.chat(stream=True, n=2).chunks == chunks
    assert books()[0].response == '"error"B'


def test_server_that_knows_no_streams_is_made_one(program: Program, upstream: Upstream, books: Books) -> None:
    tool = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": "Hello world", "tool_calls": [tool]}
    upstream.behave = reply(200, ANSWER | {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]})
    answer = program.chat(stream=True, stream_options={"include_usage": True})
    first, last = answer.chunks
    assert first["choices"] == [
        {"index": 0, "finish_reason": "stop", "delta": message | {"tool_calls": [tool | {"index": 0}]}}
    ]
    assert (first["object"], last["usage"], answer.payloads[-1]) == ("chat.completion.chunk", USAGE, b"[DONE]")
    assert (books()[0].response, books()[0].usage["tokens"]) == ("Hello world", 27)
    assert len(program.chat(stream=True).chunks) == 1


def test_price_and_contents_of_a_stream(program: Program, upstream: Upstream, books: Books, project: Project) -> None:
    Engine.objects.update(prices={"tokens": "2"})
    Project.objects.update(settings={"store_content": False})
    upstream.behave = stream(*HELLO, USAGE)
    assert program.chat(stream=True).text == "Hello world"
    assert (books()[0].cost, books()[0].prompt, books()[0].response) == (Decimal(54), "", "")
