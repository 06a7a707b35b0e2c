"""Chunks of a stream become the completion that the call would have given as a whole."""

from typing import Any

import pytest

from chatbot.gateway.answers import as_chunks, read_answer
from chatbot.gateway.collecting import Collector
from chatbot.tests.upstream import chunk, encode, words

USAGE = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}


def collected(*chunks: dict[str, Any]) -> dict[str, Any]:
    collector = Collector()
    for one in chunks:
        collector.take(one)
    return collector.document(USAGE)


def messages_of(*chunks: dict[str, Any]) -> list[dict[str, Any]]:
    return [choice["message"] for choice in collected(*chunks)["choices"]]


def said(delta: dict[str, Any], index: int = 0, **fields: Any) -> dict[str, Any]:
    return {"choices": [{"index": index, "delta": delta, "finish_reason": None, **fields}]}


def called(index: int | None, arguments: str, **fields: Any) -> dict[str, Any]:
    call = {"function": {"arguments": arguments, **fields.pop("function", {})}, **fields}
    return said({"tool_calls": [call if index is None else {"index": index, **call}]})


def test_texts_follow_each_other() -> None:
    assert collected(*words("Hel", "", "lo")) == {
        "id": "chatcmpl-1",
        "model": "mock-1-0613",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": "Hello", "refusal": None},
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": USAGE,
    }


def test_nothing_said_is_an_empty_completion() -> None:
    assert collected() == {"choices": [], "usage": USAGE}
    assert messages_of(said({})) == [{"role": "assistant", "content": None, "refusal": None}]


def test_choices_come_mixed_and_stand_in_order() -> None:
    mixed = [said({"content": text}, index) for text, index in (("B", 1), ("a", 0), ("b", 1), ("A", 0))]
    assert [message["content"] for message in messages_of(*mixed)] == ["aA", "Bb"]


def test_tool_calls_grow_side_by_side() -> None:
    parts = [
        called(1, "", id="second", type="function", function={"name": "g"}),
        called(0, '{"a"', id="first", type="function", function={"name": "f"}),
        called(1, "{}"),
        called(0, ": 1}", function={"name": "f"}),  # a name that is said again is not doubled
    ]
    calls = messages_of(*parts)[0]["tool_calls"]
    assert sorted(calls, key=lambda call: str(call["id"])) == [
        {"id": "first", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
        {"id": "second", "type": "function", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_calls_without_a_number_are_calls_of_their_own() -> None:
    calls = messages_of(called(None, "{}", id="a"), called(None, "[]", id="b"))[0]["tool_calls"]
    assert [(call["id"], call["function"]["arguments"]) for call in calls] == [("a", "{}"), ("b", "[]")]


def test_older_function_calls_and_thoughts_grow_too() -> None:
    parts = [{"function_call": {"name": "f", "arguments": "{"}, "reasoning_content": "Well"},
             {"function_call": {"arguments": "}"}, "reasoning_content": ", yes", "refusal": "No"}]  # fmt: skip
    message = messages_of(*map(said, parts))[0]
    assert (message["function_call"], message["reasoning_content"], message["refusal"]) == (
        {"name": "f", "arguments": "{}"}, "Well, yes", "No",
    )  # fmt: skip


def test_log_probabilities_are_put_in_a_row() -> None:
    parts = [said({"content": t}, logprobs={"content": [{"token": t, "logprob": -1}], "refusal": None}) for t in "ab"]
    logprobs = collected(*parts)["choices"][0]["logprobs"]
    assert logprobs == {"content": [{"token": t, "logprob": -1} for t in "ab"], "refusal": None}


def test_last_usage_and_first_name_count() -> None:
    first, last = {**USAGE, "total_tokens": 1}, {**USAGE, "total_tokens": 9}
    chunks = [chunk({}) | {"usage": usage, "id": name} for usage, name in ((first, "a"), (None, "b"), (last, "c"))]
    whole = collected(*chunks, {"choices": [], "system_fingerprint": "fp", "usage": None})
    assert (whole["id"], whole["usage"], whole["system_fingerprint"]) == ("a", last, "fp")


def test_whole_answer_taken_apart_is_the_same_again() -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    message = {"role": "assistant", "content": "Hi", "refusal": None, "tool_calls": [call], "annotations": []}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "tool_calls"}
    whole = {"id": "x", "created": 5, "model": "m", "choices": [choice, {**choice, "index": 1}], "usage": USAGE}
    assert collected(*as_chunks(read_answer(encode([whole]).removeprefix(b"data: ")))) == whole


@pytest.mark.parametrize("strange", [{"choices": None}, {"choices": ["x"]}, {"choices": [{}]}, said({"content": 5})])
def test_strange_chunks_do_no_harm(strange: dict[str, Any]) -> None:
    assert messages_of(*words("Hello"), strange)[0]["content"] in ("Hello", 5)
    assert messages_of(said({"content": {"a": 1}}), said({"content": "b"}))[0]["content"] == "b"


def test_many_words_take_time_in_proportion() -> None:
    collector = Collector()
    for _word in range(20_000):
        collector.take(said({"content": "word "}))
    assert len(collector.document(USAGE)["choices"][0]["message"]["content"]) == 100_000
