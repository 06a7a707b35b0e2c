"""The wire at its limits: infinite counts, nesting without end, odd events, refusals in any form."""

import json
from typing import Any

import pytest

from chatbot.engines.base import ChatRequest, Image, Target, Tool, ToolCall, Turn
from chatbot.engines.openai_wire.body import build_body
from chatbot.engines.openai_wire.errors import error_for_status, error_in_reply, read_retry_after, shorten
from chatbot.engines.openai_wire.meter import StreamMeter
from chatbot.engines.openai_wire.reply import ReplyReader, read_usage
from chatbot.engines.openai_wire.sse import MAX_EVENT_BYTES, SseScanner, WholeBody
from chatbot.engines.openai_wire.tool_calls import MAX_CALLS, ToolCallAssembler
from chatbot.tests.engines.listening import ask
from tasks.engines.errors import EngineCrashed
from tasks.engines.usage import Usage

DEEP = b"[" * 100_000
TARGET = Target(model="m", credential="house-secret-7")


def events_of(*pieces: bytes) -> list[bytes]:
    scanner = SseScanner()
    return [payload for piece in pieces for payload in scanner.feed(piece)] + scanner.flush()


def test_events_follow_the_standard_at_its_edges() -> None:
    cases = {
        b"data: a\r\n\r\ndata: b\r\n\r\n": [b"a", b"b"],
        b"data: a\ndata:\ndata: b\n\n": [b"a\n\nb"],
        b":data: a\n\n": [],
        b"DATA: a\n\n": [],
        b" data: a\n\n": [],
        b"data : a\n\n": [],
        b"event: x\nid: 1\ndata: a\nretry: 5\n\n": [b"a"],
        b"data: \xff\x00\n\n": [b"\xff\x00"],
        b"data: a\n\n\n\ndata: b": [b"a", b"b"],
        b"data:data: a\n\n": [b"data: a"],
        b"": [],
    }
    assert {stream: events_of(stream) for stream in cases} == cases


def test_line_ends_may_be_cut_in_two() -> None:
    assert events_of(b"data: a\r", b"\n\r", b"\ndata: b\r\n", b"\r\n") == [b"a", b"b"]
    assert events_of(b"dat", b"", b"a: x", b"y\n", b"\n") == [b"xy"]


def test_an_event_of_exactly_the_limit_passes() -> None:
    event = b"data: " + b"x" * (MAX_EVENT_BYTES - 7) + b"\n"
    assert [len(payload) for payload in events_of(event, b"\n")] == [MAX_EVENT_BYTES - 7]
    assert len(WholeBody().feed(bytes(MAX_EVENT_BYTES))) == 0
    with pytest.raises(EngineCrashed):
        SseScanner().feed(bytes(MAX_EVENT_BYTES + 1))


def test_counts_that_are_no_counts_are_left_out() -> None:
    cases = {
        '{"prompt_tokens": 1e999, "completion_tokens": 2}': (0, 2),
        '{"prompt_tokens": 3, "completion_tokens": -1e999}': (3, 0),
        '{"prompt_tokens": 3, "completion_tokens": NaN}': (3, 0),
        '{"prompt_tokens": 2.9, "completion_tokens": 0.5}': (2, 0),
        '{"prompt_tokens": true, "completion_tokens": null}': (1, 0),
        '{"prompt_tokens": 1e999}': None,
        '{"prompt_tokens": [5], "completion_tokens": {}}': None,
    }
    found = {said: read_usage({"usage": json.loads(said)}) for said in cases}
    assert {said: usage and (usage.input_tokens, usage.output_tokens) for said, usage in found.items()} == cases


def test_the_meter_never_raises() -> None:
    meter = StreamMeter()
    for usage in (b'{"prompt_tokens": 4}', b'{"prompt_tokens": 1e999}', b'{"a":' + DEEP):
        meter.feed(b'data: {"usage": ' + usage + b"}\n\n")
    assert (meter.usage, meter.text, meter.is_finished) == (Usage(requests=1, input_tokens=4), "", False)


def test_the_meter_stops_at_garbage_and_keeps_what_was_said() -> None:
    meter = StreamMeter()
    assert meter.feed(b'data: {"content" : "a\\u00e1"}\n\n') is True
    assert meter.feed(bytes(MAX_EVENT_BYTES + 1)) is False
    assert meter.feed(b'\n\ndata: {"content": "b"}\n\n') is False
    assert meter.text == "aá"


@pytest.mark.parametrize("payload", [DEEP, b'{"a":' + DEEP, b"\xff", b"1", b"null", b"", b"[]"])
def test_what_is_no_chunk_is_garbage(payload: bytes) -> None:
    with pytest.raises(EngineCrashed) as caught:
        list(ReplyReader(ask("x"), TARGET).take(payload))
    assert caught.value.code == "upstream_garbage"


def test_text_is_taken_from_odd_choices_or_left_out() -> None:
    cases: dict[str, list[str]] = {
        '{"choices": [{"delta": {"content": "a"}}, {"index": 1, "delta": {"content": "b"}}]}': ["a"],
        '{"choices": [{"index": null, "delta": {"content": "a"}}]}': ["a"],
        '{"choices": [{"delta": {"content": [{"type": "text", "text": "a"}, {"type": "x", "text": "b"}, 3]}}]}': ["a"],
        '{"choices": [{"delta": {"refusal": "no"}}, {"delta": {"content": ""}}]}': ["no"],
        '{"choices": [null, 7, "x", [], {"delta": 5}, {"delta": []}]}': [],
        '{"choices": {"0": {"delta": {"content": "a"}}}}': [],
        '{"choices": [{"message": {"content": "whole"}}]}': ["whole"],
        '{"error": null, "choices": [{"delta": {"content": "a"}}]}': ["a"],
    }
    texts = {said: [delta.text for delta in ReplyReader(ask("x"), TARGET).take(said.encode())] for said in cases}
    assert texts == cases


def test_fragments_of_calls_are_put_together_or_passed_over() -> None:
    def assemble(*fragments: dict[str, Any]) -> list[ToolCall]:
        made = ToolCallAssembler()
        for fragment in fragments:
            made.take(fragment)
        return list(made.calls())

    named = {"name": "say", "arguments": "{}"}
    assert assemble({"index": "a", "function": named}, {"index": "b", "function": named}) == [
        ToolCall("call_1", "say", "{}"), ToolCall("call_2", "say", "{}"),
    ]  # fmt: skip
    assert assemble({"id": 7, "function": named}) == [ToolCall("7", "say", "{}")]
    late = ({"index": 0, "function": {"name": "say"}}, {"index": 0, "id": "x", "function": {"name": "other"}})
    assert assemble(*late) == [ToolCall("x", "say", "{}")]
    assert len(assemble(*({"index": at, "function": named} for at in range(MAX_CALLS)))) == MAX_CALLS


def test_what_a_refusal_says_is_found_in_any_form() -> None:
    cases = {
        b'{"error": {"message": "a"}}': "a", b'[{"error": {"message": "a"}}]': "a", b'{"detail": "a"}': "a",
        b'{"error": "a"}': "a", b'{"message": {"x": 1}}': '{"x": 1}', b"plain  \n text": "plain text",
        b"<html>a</html>": "HTTP 400", b"  <!doctype html>": "HTTP 400", b"": "HTTP 400", b"[]": "[]", b"null": "None",
        b'{"error": null}': "HTTP 400", b"\xff": "\ufffd", b'{"error": {"message": "house-secret-7"}}': "[credential]",
    }  # fmt: skip
    found = {body: error_for_status(400, {}, body, TARGET).message for body in cases}
    assert found == {body: f"The engine refused the request: {said}" for body, said in cases.items()}
    assert error_for_status(500, {}, DEEP, TARGET).message.startswith("The engine's address failed: [[[")


def test_statuses_of_all_ranges_have_a_code() -> None:
    cases = {
        400: "upstream_refused_request", 401: "upstream_refused_credential", 402: "upstream_out_of_credit",
        403: "upstream_refused_credential", 404: "upstream_model_not_found", 408: "upstream_timeout",
        422: "upstream_refused_request", 429: "upstream_rate_limited", 499: "upstream_refused_request",
        500: "upstream_failed", 503: "upstream_failed", 599: "upstream_failed",
    }  # fmt: skip
    assert {status: error_for_status(status, {}, b"", TARGET).code for status in cases} == cases


def test_an_error_in_a_reply_counts_as_the_status_it_names() -> None:
    cases = {429: "upstream_rate_limited", "401": "upstream_refused_credential", 399: "upstream_failed",
             600: "upstream_failed", "x": "upstream_failed", None: "upstream_failed",
             "insufficient_quota": "upstream_out_of_credit"}  # fmt: skip
    assert {code: error_in_reply({"code": code, "message": "a"}, TARGET).code for code in cases} == cases
    others: list[object] = ["text", 5, [], True]
    assert [error_in_reply(odd, TARGET).code for odd in others] == ["upstream_failed"] * 4


def test_a_wait_is_bounded_and_unreadable_ones_are_none() -> None:
    cases: dict[tuple[str, str], float | None] = {
        ("retry-after", "0"): 0.0, ("retry-after", "-5"): 0.0, ("retry-after", "1.5"): 1.5,
        ("retry-after", "86401"): 86_400.0, ("retry-after", "inf"): 86_400.0, ("retry-after", "nan"): None,
        ("retry-after", "soon"): None, ("retry-after", ""): None, ("retry-after-ms", "250"): 0.25,
        ("retry-after", "Thu, 01 Jan 1970 00:00:00 GMT"): 0.0,
        ("retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"): 86_400.0,
        ("x-other", "5"): None,
    }  # fmt: skip
    assert {case: read_retry_after(dict([case])) for case in cases} == cases


def test_secrets_of_many_makers_are_covered_and_words_are_not() -> None:
    cases = {
        "key sk-abc123456": "key [credential]", "gsk_0123456789": "[credential]", "rh_abcdefgh": "[credential]",
        "AIza0123456789ab": "[credential]", "Bearer a.b.c here": "[credential] here", "BEARER\nx": "[credential]",
        "a risk-averse desk-job": "a risk-averse desk-job", "sk-1": "sk-1", "x" * 300: "x" * 300,
        "x" * 301: "x" * 299 + "…", "a\n\t b": "a b",
    }  # fmt: skip
    assert {text: shorten(text, TARGET) for text in cases} == cases


def test_a_body_says_only_what_was_chosen() -> None:
    picture = Image("image/png", b"\x00\x01")
    request = ChatRequest(
        turns=(
            Turn("user", "", images=(picture, Image(url="https://x.org/a.png"))),
            Turn("assistant", "", tool_calls=(ToolCall("c", "say", "{"),)),
            Turn("tool", "done", tool_call_id="c"),
        ),
        tools=(Tool("say", "Says.", {"type": "object"}),),
        temperature=0.0,
        extra={"model": "evil", "messages": [], "stream": False, "seed": 7},
    )
    body = json.loads(build_body(request, Target(model="m", options={"include_usage": False})))
    assert [body[name] for name in ("model", "stream", "seed", "temperature")] == ["m", True, 7, 0.0]
    assert [entry["content"] for entry in body["messages"][1:]] == [None, "done"]
    assert [part["image_url"]["url"] for part in body["messages"][0]["content"]] == [
        "data:image/png;base64,AAE=", "https://x.org/a.png",
    ]  # fmt: skip
    assert sorted(body.keys() & {"stream_options", "max_tokens", "stop"}) == []
