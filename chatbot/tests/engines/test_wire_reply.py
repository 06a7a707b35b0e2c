"""Chunks of different servers become the same events."""

import json
from typing import Any

import pytest

from chatbot.engines.base import Target, ToolCall
from chatbot.engines.openai_wire.reply import ReplyReader, read_usage
from chatbot.tests.engines.listening import Reply, ask, sort_events
from chatbot.tests.upstream import USAGE, chunk, usage_chunk, words
from tasks.engines.errors import EngineCrashed, EngineError
from tasks.engines.usage import Usage

DONE = "[DONE]"


def read(*chunks: Any) -> Reply:
    reader = ReplyReader(ask("12345678"), Target(model="asked-for"))
    payloads = [entry if isinstance(entry, str) else json.dumps(entry) for entry in chunks]
    events = [event for payload in payloads for event in reader.take(payload.encode())]
    return sort_events([*events, *reader.end()])


def test_text_usage_and_model_are_read() -> None:
    reply = read(*words("Xin", " chào"), usage_chunk(USAGE), DONE)
    assert reply.pieces == ["Xin", " chào"]
    assert (reply.done.finish_reason, reply.done.model) == ("stop", "mock-1-0613")
    assert reply.done.usage == Usage(requests=1, input_tokens=20, output_tokens=7)


def test_missing_usage_is_estimated() -> None:
    assert read(*words("12345", "6789")).done.usage == Usage(requests=1, input_tokens=2, output_tokens=3)


def test_tool_calls_count_in_the_estimate() -> None:
    call = {"index": 0, "id": "a", "function": {"name": "four", "arguments": "{123456}"}}
    assert read(chunk({"tool_calls": [call]}, "tool_calls")).done.usage.output_tokens == 3


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("stop", "stop"),
        ("length", "length"),
        ("content_filter", "content_filter"),
        ("function_call", "tool_calls"),
        ("MAX_TOKENS", "length"),
        ("SAFETY", "content_filter"),
        ("eos", "stop"),
        ("end_turn", "stop"),
    ],
)
def test_every_finish_reason_becomes_one_of_four(said: str, reason: str) -> None:
    assert read(*words("x", finish_reason=said)).done.finish_reason == reason


def test_stop_with_tool_calls_means_tool_calls() -> None:
    call = {"index": 0, "id": "a", "function": {"name": "one", "arguments": "{}"}}
    reply = read(chunk({"tool_calls": [call]}), chunk({}, "stop"))
    assert (reply.tool_calls, reply.done.finish_reason) == ([ToolCall("a", "one", "{}")], "tool_calls")


@pytest.mark.parametrize(
    ("delta", "text"),
    [
        ({"content": "x", "reasoning_content": "thinking"}, "x"),
        ({"content": None, "refusal": "I will not."}, "I will not."),
        ({"content": [{"type": "text", "text": "a"}, {"type": "thinking"}, {"type": "text", "text": "b"}]}, "ab"),
        ({"content": 42}, ""),
        ({"content": ""}, ""),
    ],
)
def test_text_comes_in_several_forms(delta: dict[str, Any], text: str) -> None:
    assert read(chunk(delta), chunk({}, "stop")).text == text


@pytest.mark.parametrize("odd", [{"choices": None}, {"choices": [None, 1]}, {"choices": [{"delta": None}]}, {}])
def test_odd_chunks_between_good_ones_are_passed_over(odd: dict[str, Any]) -> None:
    assert read(*words("a", finish_reason=None), odd, *words("b")).text == "ab"


def test_other_choices_are_left_out() -> None:
    other = chunk({"content": "other"}, "stop")
    other["choices"][0]["index"] = 1
    assert read(other, *words("first")).text == "first"


def test_an_answer_that_is_no_stream_is_read_too() -> None:
    message = {"role": "assistant", "content": "Hello", "tool_calls": None}
    reply = read({"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": None}], "usage": USAGE})
    assert (reply.text, reply.done.finish_reason, reply.done.usage.input_tokens) == ("Hello", "stop", 20)


def test_done_without_a_finish_reason_is_an_end() -> None:
    assert read(*words("a", finish_reason=None), DONE).done.finish_reason == "stop"


def test_half_a_chunk_after_the_finish_reason_is_no_loss() -> None:
    assert read(*words("a"), '{"usage": {"prom').text == "a"


@pytest.mark.parametrize(
    ("chunks", "code"),
    [
        ((), "upstream_garbage"),
        ((DONE,), "upstream_garbage"),
        (("<html>",), "upstream_garbage"),
        (("[1]",), "upstream_garbage"),
        (("null",), "upstream_garbage"),
        ((*words("a", finish_reason=None), '{"choices": [{"del'), "upstream_garbage"),
        (tuple(words("a", finish_reason=None)), "upstream_cut"),
        ((chunk({}) | {"error": {"message": "Overloaded", "code": 502}},), "upstream_failed"),
    ],
)
def test_what_is_no_answer_is_an_error(chunks: tuple[Any, ...], code: str) -> None:
    with pytest.raises(EngineError) as caught:
        read(*chunks)
    assert (type(caught.value), caught.value.code) == (EngineCrashed, code)


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 8, "total_tokens": 8}, (8, 0)),
        ({"prompt_tokens": 8.0, "completion_tokens": 2}, (8, 2)),
        ({"prompt_tokens": -8, "completion_tokens": "2"}, None),
        ({"prompt_tokens": 0, "completion_tokens": 0}, None),
        ({}, None),
        (None, None),
        ([], None),
    ],
)
def test_usage_is_read_or_left_out(usage: Any, tokens: tuple[int, int] | None) -> None:
    found = read_usage({"usage": usage})
    assert (found and (found.input_tokens, found.output_tokens)) == tokens
