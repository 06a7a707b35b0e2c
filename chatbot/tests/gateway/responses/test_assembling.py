"""The chunks of a chat as the events of a response; the SDK's own types read each of them."""

from typing import Any

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from chatbot.gateway.responses.asking import read_asked
from chatbot.gateway.responses.assembling import Assembler, usage_of
from chatbot.tests.gateway.responses.told import names_of
from chatbot.tests.upstream import USAGE, chunk, usage_chunk, words

MADE_OF = TypeAdapter[Any](ResponseStreamEvent)
BEGUN = ["created", "in_progress"]
PART = ["output_text.done", "content_part.done", "output_item.done"]


def assembler() -> Assembler:
    return Assembler(read_asked({"model": "m", "input": "Hello"}).echo, key="k", model="m")


def told(*chunks: dict[str, Any]) -> list[dict[str, Any]]:
    """All events, checked against the SDK's types."""
    made = assembler()
    events = [event for entry in chunks for event in made.take(entry)] + list(made.end())
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [MADE_OF.validate_python(event).type for event in events] == [event["type"] for event in events]
    assert events[-1]["response"] == made.response
    Response.model_validate(made.response)
    return events


def call(index: int | None, arguments: str, call_id: str = "", name: str = "") -> dict[str, Any]:
    function = {"arguments": arguments} | ({"name": name} if name else {})
    fragment: dict[str, Any] = {"function": function} | ({"id": call_id, "type": "function"} if call_id else {})
    return chunk({"tool_calls": [fragment if index is None else fragment | {"index": index}]})


def called(events: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    output = events[-1]["response"]["output"]
    return [(item["call_id"], item["name"], item["arguments"]) for item in output if item["type"] == "function_call"]


def test_text_is_told_in_the_documented_order() -> None:
    events = told(*words("Hello", " world"), usage_chunk(USAGE))
    deltas = ["output_text.delta", "output_text.delta"]
    assert names_of(events) == [*BEGUN, "output_item.added", "content_part.added", *deltas, *PART, "completed"]
    assert [event["delta"] for event in events if "delta" in event] == ["Hello", " world"]
    text = {"type": "output_text", "text": "Hello world", "annotations": [], "logprobs": []}
    message = {"id": "msg_k0", "type": "message", "status": "completed", "role": "assistant", "content": [text]}
    assert (events[-2]["item"], events[-1]["response"]["output"]) == (message, [message])
    assert events[3]["part"] == text | {"text": ""}
    assert {name: events[4][name] for name in ("item_id", "output_index", "content_index", "logprobs")} == {
        "item_id": "msg_k0", "output_index": 0, "content_index": 0, "logprobs": [],
    }  # fmt: skip


def test_response_begins_empty_and_ends_with_its_usage() -> None:
    events = told(*words("Hello"), usage_chunk(USAGE))
    first, last = events[0]["response"], events[-1]["response"]
    assert (first["status"], first["output"], first["usage"], first["id"]) == ("in_progress", [], None, "resp_k")
    assert (last["status"], last["error"], last["incomplete_details"]) == ("completed", None, None)
    assert (last["model"], last["created_at"]) == ("mock-1-0613", first["created_at"])
    assert (last["usage"]["input_tokens"], last["usage"]["output_tokens"], last["usage"]["total_tokens"]) == (20, 7, 27)


def test_calls_are_told_one_by_one() -> None:
    events = told(call(0, "", "c1", "look"), call(0, '{"a"'), call(0, ": 1}"), chunk({}, "tool_calls"))
    deltas = ["function_call_arguments.delta", "function_call_arguments.delta"]
    done = ["function_call_arguments.done", "output_item.done", "completed"]
    assert names_of(events) == [*BEGUN, "output_item.added", *deltas, *done]
    item = {"id": "fc_k0", "type": "function_call", "call_id": "c1", "name": "look"}
    assert events[2]["item"] == item | {"status": "in_progress", "arguments": ""}
    assert events[-2]["item"] == item | {"status": "completed", "arguments": '{"a": 1}'}


def test_text_ends_where_a_call_begins() -> None:
    events = told(*words("Wait.", finish_reason=None), call(0, "{}", "c1", "look"), chunk({}, "tool_calls"))
    assert names_of(events)[4:9] == ["output_text.delta", *PART, "output_item.added"]
    assert [item["type"] for item in events[-1]["response"]["output"]] == ["message", "function_call"]
    assert (events[8]["output_index"], events[8]["item"]["id"]) == (1, "fc_k1")


def test_calls_written_by_turns_come_out_whole() -> None:
    chunks = [call(0, "{", "c1", "a"), call(1, "[", "c2", "b"), call(0, "}"), call(1, "]")]
    assert called(told(*chunks)) == [("c1", "a", "{}"), ("c2", "b", "[]")]


@pytest.mark.parametrize("index", [0, None])
def test_new_id_begins_a_call_where_the_index_says_nothing(index: int | None) -> None:
    events = told(call(index, "{}", "c1", "a"), call(index, "{}", "c2", "b"))
    assert called(events) == [("c1", "a", "{}"), ("c2", "b", "{}")]


def test_call_without_id_or_arguments_gets_both() -> None:
    assert called(told(call(0, "", name="look"))) == [("call_fc_k0", "look", "{}")]


def test_refusal_is_a_part_of_its_own() -> None:
    events = told(chunk({"refusal": "No"}), chunk({"refusal": "."}), chunk({}, "stop"))
    assert names_of(events)[3:-2] == [
        "content_part.added", "refusal.delta", "refusal.delta", "refusal.done", "content_part.done",
    ]  # fmt: skip
    assert events[-1]["response"]["output"][0]["content"] == [{"type": "refusal", "refusal": "No."}]


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("length", "max_output_tokens"), ("MAX_TOKENS", "max_output_tokens"), ("content_filter", "content_filter")],
)
def test_answer_that_was_cut_is_incomplete(finish: str, reason: str) -> None:
    last = told(*words("Hello", finish_reason=finish))[-1]
    response = last["response"]
    assert (last["type"], response["status"]) == ("response.incomplete", "incomplete")
    assert (response["incomplete_details"], response["output"][0]["status"]) == ({"reason": reason}, "incomplete")


def test_failure_keeps_what_was_said() -> None:
    made = assembler()
    for entry in words("Hel", finish_reason=None):
        list(made.take(entry))
    (event,) = made.fail({"code": "upstream_cut", "message": "It broke off.", "type": "server_error", "param": None})
    assert (event["type"], event["response"]["status"]) == ("response.failed", "failed")
    assert event["response"]["error"] == {"code": "upstream_cut", "message": "It broke off."}
    assert (event["response"]["output"][0]["status"], event["response"]["usage"]) == ("incomplete", None)
    assert list(made.end()) == []


def test_failure_at_once_begins_first() -> None:
    assert names_of(list(assembler().fail({}))) == [*BEGUN, "failed"]


def test_empty_answer_is_complete() -> None:
    events = told(chunk({}, "stop"))
    assert (names_of(events), events[-1]["response"]["output"]) == ([*BEGUN, "completed"], [])


@pytest.mark.parametrize(
    "odd",
    [
        {"choices": None}, {"choices": [5]}, {"choices": [{"delta": "x"}]}, {"choices": [{"delta": {"content": 5}}]},
        {"choices": [{"delta": {"tool_calls": "x"}}]}, {"choices": [{"index": 1, "delta": {"content": "x"}}]},
        {"usage": "x"}, {"usage": {"prompt_tokens": "x"}}, {"created": "today"}, {},
    ],
)  # fmt: skip
def test_odd_chunk_says_nothing(odd: dict[str, Any]) -> None:
    assert names_of(told(odd)) == [*BEGUN, "completed"]


def test_details_of_the_usage_are_passed_on() -> None:
    details = {"prompt_tokens_details": {"cached_tokens": 4}, "completion_tokens_details": {"reasoning_tokens": 3}}
    assert usage_of(USAGE | details) == {
        "input_tokens": 20, "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
        "output_tokens": 7, "output_tokens_details": {"reasoning_tokens": 3}, "total_tokens": 27,
    }  # fmt: skip


def test_usage_without_details_and_total_is_filled_up() -> None:
    made = usage_of({"prompt_tokens": 2, "completion_tokens": 3, "prompt_tokens_details": None})
    assert (made["total_tokens"], made["output_tokens_details"]) == (5, {"reasoning_tokens": 0})
    assert made["input_tokens_details"] == {"cached_tokens": 0, "cache_write_tokens": 0}
