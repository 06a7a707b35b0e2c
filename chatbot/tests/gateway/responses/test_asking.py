"""A Responses request as the chat request that is asked of an engine."""

from typing import Any

import pytest

from chatbot.gateway.bodies import InvalidRequest, for_engine
from chatbot.gateway.lifting import LargeBody, lift
from chatbot.gateway.responses.asking import in_its_words, read_asked
from config.common.problems import BodyTooLarge
from config.common.rest import parse_json
from tasks.models import Engine

SCHEMA = {"type": "object", "properties": {}}
LOOK = {"type": "function", "name": "look", "description": "Looks.", "parameters": SCHEMA, "strict": True}
AS_THEY_ARE = {"temperature": 0.2, "top_p": 1, "user": "u", "seed": 7}
NAMED = {"type": "json_schema", "name": "n"}
HELLO = [{"role": "user", "content": "Hello"}]


def chat_of(**fields: Any) -> dict[str, Any]:
    """What is asked beside the model and the messages."""
    chat = dict(read_asked({"model": "m", "input": "Hello"} | fields).chat)
    assert (chat.pop("model"), chat.pop("messages")) == ("m", HELLO)
    return chat


def sent_to(row: Engine, **fields: Any) -> Any:
    sent = parse_json(for_engine(read_asked({"model": "m", "input": "Hello"} | fields).chat, row))
    assert isinstance(sent, dict)
    return {name: value for name, value in sent.items() if name not in ("model", "messages")}


@pytest.mark.parametrize(
    ("asked", "chat"),
    [
        ({}, {}),
        (AS_THEY_ARE, AS_THEY_ARE),
        ({"max_output_tokens": 5}, {"max_tokens": 5}),
        ({"stream": True}, {"stream": True, "stream_options": {"include_usage": True}}),
        ({"reasoning": {"effort": "low", "summary": "auto"}}, {"reasoning_effort": "low"}),
        ({"text": {"format": {"type": "text"}, "verbosity": "low"}}, {"verbosity": "low"}),
        ({"text": {"format": {"type": "json_object"}}}, {"response_format": {"type": "json_object"}}),
        ({"store": False, "background": False, "previous_response_id": None, "conversation": None}, {}),
        ({"truncation": "disabled", "include": ["reasoning.encrypted_content"], "max_tool_calls": 3}, {}),
        ({"tool_choice": "auto", "parallel_tool_calls": True, "tools": []}, {}),
        ({"metadata": {"order": "5"}, "stream_options": {"include_obfuscation": True}, "top_logprobs": 0}, {}),
    ],
)  # fmt: skip
def test_field_is_rewritten_passed_on_or_left_out(asked: dict[str, Any], chat: dict[str, Any]) -> None:
    assert chat_of(**asked) == chat


def test_schema_moves_into_an_object_of_its_own() -> None:
    form = {"type": "json_schema", "name": "n", "schema": SCHEMA, "strict": True, "description": None}
    assert chat_of(text={"format": form}) == {
        "response_format": {"type": "json_schema", "json_schema": {"name": "n", "schema": SCHEMA, "strict": True}}
    }


def test_tools_move_into_objects_of_their_own() -> None:
    choice = {"type": "function", "name": "look"}
    assert chat_of(tools=[LOOK], tool_choice=choice, parallel_tool_calls=False) == {
        "tools": [{"type": "function", "function": {name: value for name, value in LOOK.items() if name != "type"}}],
        "tool_choice": {"type": "function", "function": {"name": "look"}},
        "parallel_tool_calls": False,
    }


def test_tool_says_only_what_it_was_given() -> None:
    tools = [{"type": "function", "name": "look", "parameters": None, "strict": None}]
    assert chat_of(tools=tools, tool_choice="required") == {
        "tools": [{"type": "function", "function": {"name": "look"}}],
        "tool_choice": "required",
    }


def test_limit_of_tokens_is_called_as_the_row_says() -> None:
    assert sent_to(Engine(model="e"), max_output_tokens=5) == {"max_tokens": 5}
    row = Engine(model="e", options={"max_tokens_field": "max_completion_tokens"})
    assert sent_to(row, max_output_tokens=5) == {"max_completion_tokens": 5}


def test_server_that_refuses_stream_options_is_not_sent_any() -> None:
    assert sent_to(Engine(model="e", options={"include_usage": False}), stream=True) == {"stream": True}
    assert sent_to(Engine(model="e"), stream=True)["stream_options"] == {"include_usage": True}


def test_answer_repeats_the_request() -> None:
    fields = {"instructions": "Be kind.", "metadata": {"a": "b"}, "tools": [LOOK], "top_p": 0.5, "max_output_tokens": 9}
    echo = read_asked({"model": "m", "input": "Hello"} | fields).echo
    assert {name: echo[name] for name in fields} == fields
    assert (echo["store"], echo["previous_response_id"], echo["background"]) == (False, None, False)
    assert (echo["tool_choice"], echo["parallel_tool_calls"], echo["text"]) == (
        "auto",
        True,
        {"format": {"type": "text"}},
    )


@pytest.mark.parametrize("name", ["store", "previous_response_id", "conversation", "background", "prompt", "moderation",
    "context_management", "top_logprobs", "messages", "response_format", "max_tokens", "max_completion_tokens",
    "reasoning_effort", "verbosity", "n", "functions", "function_call", "audio", "modalities", "logprobs",
])  # fmt: skip
def test_parameter_that_is_not_taken_is_named(name: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        chat_of(**{name: 5})
    assert (list(refused.value.errors), refused.value.code) == ([name], "unsupported_parameter")


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({"instructions": 5}, "instructions", "invalid_value"),
        ({"temperature": "hot"}, "temperature", "invalid_value"),
        ({"top_p": True}, "top_p", "invalid_value"),
        ({"max_output_tokens": 0}, "max_output_tokens", "invalid_value"),
        ({"max_output_tokens": True}, "max_output_tokens", "invalid_value"),
        ({"max_output_tokens": 1.5}, "max_output_tokens", "invalid_value"),
        ({"metadata": []}, "metadata", "invalid_value"),
        ({"metadata": {"a": 5}}, "metadata", "invalid_value"),
        ({"metadata": {"a": "x" * 513}}, "metadata", "invalid_value"),
        ({"metadata": {"a" * 65: "x"}}, "metadata", "invalid_value"),
        ({"metadata": {str(number): "x" for number in range(17)}}, "metadata", "invalid_value"),
        ({"truncation": "auto"}, "truncation", "unsupported_value"),
        ({"include": "all"}, "include", "invalid_value"),
        ({"include": ["message.output_text.logprobs"]}, "include", "unsupported_value"),
        ({"reasoning": "high"}, "reasoning", "invalid_value"),
        ({"tools": {}}, "tools", "invalid_value"),
        ({"tools": [5]}, "tools[0]", "invalid_value"),
        ({"tools": [LOOK, {"type": "web_search"}]}, "tools[1].type", "unsupported_value"),
        ({"tools": [{"type": "file_search", "vector_store_ids": ["v"]}]}, "tools[0].type", "unsupported_value"),
        ({"tools": [{"type": "custom", "name": "look"}]}, "tools[0].type", "unsupported_value"),
        ({"tools": [{"type": "function"}]}, "tools[0].name", "invalid_value"),
        ({"tools": [LOOK | {"parameters": "none"}]}, "tools[0].parameters", "invalid_value"),
        ({"tool_choice": "look"}, "tool_choice", "unsupported_value"),
        ({"tool_choice": 5}, "tool_choice", "invalid_value"),
        ({"tool_choice": {"type": "web_search"}}, "tool_choice.type", "unsupported_value"),
        ({"tool_choice": {"type": "function"}}, "tool_choice.name", "invalid_value"),
        ({"parallel_tool_calls": "no"}, "parallel_tool_calls", "invalid_value"),
        ({"text": "json"}, "text", "invalid_value"),
        ({"text": {"format": "json"}}, "text.format", "invalid_value"),
        ({"text": {"format": {"type": "grammar"}}}, "text.format.type", "unsupported_value"),
        ({"text": {"format": {"type": "json_schema", "schema": SCHEMA}}}, "text.format.name", "invalid_value"),
        ({"text": {"format": NAMED}}, "text.format.schema", "missing_required_parameter"),
    ],
)  # fmt: skip
def test_bad_field_is_named(fields: dict[str, Any], param: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        chat_of(**fields)
    assert (list(refused.value.errors), refused.value.code) == ([param], code)


@pytest.mark.parametrize(
    ("name", "param"),
    [
        ("messages[3].content", "input"),
        ("messages", "input"),
        ("max_completion_tokens", "max_output_tokens"),
        ("max_tokens", "max_output_tokens"),
        ("response_format.json_schema", "text.format"),
        ("reasoning_effort", "reasoning.effort"),
        ("tools[0].function.parameters", "tools[0].function.parameters"),
        ("model", "model"),
    ],
)
def test_refusal_of_the_chat_names_the_field_of_the_request(name: str, param: str) -> None:
    with pytest.raises(InvalidRequest) as refused, in_its_words():
        raise InvalidRequest.of(name, "No.")
    assert refused.value.errors == {param: ["No."]}


@pytest.mark.parametrize("where", [{"metadata": {"a": "%s"}}, {"user": "%s"}, {"instructions": "%s"}])
def test_mark_of_a_picture_is_never_given_back(where: dict[str, Any]) -> None:
    body = str({"model": "m", "input": "Hello"} | where).replace("'", '"').replace("%s", f"data:;base64,{'A' * 5000}")
    document, lifted = lift(body.encode())
    parsed = parse_json(document)
    assert isinstance(parsed, dict)
    large = LargeBody(parsed)
    large.lifted = lifted
    assert len(lifted) == 1
    with pytest.raises(BodyTooLarge):
        read_asked(large)
