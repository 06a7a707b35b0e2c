"""Requests as the other side gets them."""

import json
from types import MappingProxyType
from typing import Any

import pytest

from chatbot.engines.base import ChatRequest, Image, Target, Tool, ToolCall, Turn
from chatbot.engines.openai_wire.body import build_body
from chatbot.tests.engines.listening import ask
from tasks.engines.errors import EngineInputError

TARGET = Target(model="mock-1")


def body_of(request: ChatRequest, **options: Any) -> dict[str, Any]:
    document = json.loads(build_body(request, Target(model="mock-1", options=options)))
    assert isinstance(document, dict)
    return document


def message_of(turn: Turn) -> Any:
    return body_of(ask("", turns=(turn,)))["messages"][0]


def test_a_plain_question_asks_for_a_stream_with_usage_and_nothing_else() -> None:
    assert body_of(ask("Hello")) == {
        "model": "mock-1",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_what_was_chosen_is_said() -> None:
    body = body_of(ask("Hello", temperature=0.0, max_tokens=5, stop=("END", "\n")))
    assert (body["temperature"], body["max_tokens"], body["stop"]) == (0.0, 5, ["END", "\n"])


def test_options_help_with_servers_that_differ() -> None:
    body = body_of(ask("Hello", max_tokens=5), max_tokens_field="max_completion_tokens", include_usage=False)
    assert body["max_completion_tokens"] == 5
    assert {"max_tokens", "stream_options"} & set(body) == set()


def test_extra_is_passed_on_but_changes_nothing_that_was_said() -> None:
    extra = {"seed": 7, "reasoning": {"effort": "low"}, "temperature": 1.5, "model": "dearer", "stream": False}
    body = body_of(ask("Hello", temperature=0.5, extra=extra))
    assert (body["seed"], body["reasoning"]) == (7, {"effort": "low"})
    assert (body["temperature"], body["model"], body["stream"]) == (0.5, "mock-1", True)


def test_extra_may_say_what_the_request_leaves_open() -> None:
    assert body_of(ask("Hello", extra={"temperature": 1.5}))["temperature"] == 1.5


@pytest.mark.parametrize("value", [float("nan"), object(), {1, 2}])
def test_extra_that_is_no_json_is_refused(value: object) -> None:
    with pytest.raises(EngineInputError) as caught:
        build_body(ask("Hello", extra={"odd": value}), TARGET)
    assert caught.value.code == "invalid_extra"


def test_pictures_stand_behind_their_text() -> None:
    pictures = (Image("image/png", b"\x89PNG"), Image(url="https://example.org/cat.jpg"))
    assert message_of(Turn("user", "What is it?", images=pictures))["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
        {"type": "image_url", "image_url": {"url": "https://example.org/cat.jpg"}},
    ]


def test_a_picture_needs_no_text() -> None:
    content = message_of(Turn("user", "", images=(Image(url="https://example.org/cat.jpg"),)))["content"]
    assert [part["type"] for part in content] == ["image_url"]


def test_an_engine_that_asked_for_a_tool_is_reminded_of_it() -> None:
    turn = Turn("assistant", "", tool_calls=(ToolCall("call_1", "ask", '{"a": 1}'),))
    assert message_of(turn) == {
        "role": "assistant",
        "content": None,
        "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "ask", "arguments": '{"a": 1}'}}],
    }


def test_the_answer_of_a_tool_names_its_call() -> None:
    message = message_of(Turn("tool", "42", tool_call_id="call_1"))
    assert message == {"role": "tool", "content": "42", "tool_call_id": "call_1"}


def test_tools_are_described_by_their_schema() -> None:
    schema = MappingProxyType({"type": "object", "properties": MappingProxyType({"q": {"type": "string"}})})
    assert body_of(ask("Hello", tools=(Tool("ask", "Asks.", schema),)))["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "ask",
                "description": "Asks.",
                "parameters": {"type": "object", "properties": {"q": {"type": "string"}}},
            },
        }
    ]


def test_text_is_sent_as_utf_8_and_lone_surrogates_do_no_harm() -> None:
    assert '"content":"Xin chào ?"'.encode() in build_body(ask("Xin chào \ud800"), TARGET)
