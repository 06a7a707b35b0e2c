"""The input of a Responses request as messages of a chat."""

from typing import Any

import pytest

from chatbot.gateway.bodies import InvalidRequest
from chatbot.gateway.responses.items import messages_of

LOOK = {
    "type": "function_call",
    "call_id": "c1",
    "name": "look",
    "arguments": "{}",
    "id": "fc_1",
    "status": "completed",
}
FOUND = {"type": "function_call_output", "call_id": "c1", "output": "A cat"}
URL = "data:image/png;base64,AAAA"
PICTURE = {"type": "input_image", "image_url": URL}
NOT_TAKEN = "unsupported_parameter"


def called(call_id: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": "look", "arguments": "{}"}}


def said(role: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": list(parts)}


def refusal_of(item: Any) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as refused:
        messages_of({"input": item if isinstance(item, str) else [item]})
    return next(iter(refused.value.errors)), refused.value.code


def test_text_is_said_by_the_user_after_the_instructions() -> None:
    assert messages_of({"input": "Hello"}) == [{"role": "user", "content": "Hello"}]
    assert messages_of({"input": "Hello", "instructions": "Be kind."}) == [
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Hello"},
    ]


@pytest.mark.parametrize("role", ["user", "assistant", "system", "developer"])
def test_message_needs_no_type(role: str) -> None:
    assert messages_of({"input": [{"role": role, "content": "Hello"}]}) == [{"role": role, "content": "Hello"}]


def test_single_text_part_is_a_text() -> None:
    item = said("user", {"type": "input_text", "text": "Hello"})
    assert messages_of({"input": [item]}) == [{"role": "user", "content": "Hello"}]


def test_pictures_sounds_and_files_keep_their_places() -> None:
    sound = {"data": "AAAA", "format": "wav"}
    item = said(
        "user",
        {"type": "input_text", "text": "What is this?"},
        {"type": "input_image", "image_url": URL, "detail": "high"},
        {"type": "input_image", "image_url": URL, "detail": None, "file_id": None},
        {"type": "input_file", "file_data": "data:application/pdf;base64,AAAA", "filename": "a.pdf"},
        {"type": "input_audio", "input_audio": sound},
    )
    assert messages_of({"input": [item]})[0]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": URL, "detail": "high"}},
        {"type": "image_url", "image_url": {"url": URL}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"}},
        {"type": "input_audio", "input_audio": sound},
    ]


def test_earlier_answer_is_one_text() -> None:
    parts: list[dict[str, Any]] = [
        {"type": "output_text", "text": text, "annotations": []} for text in ("Hello", " world")
    ]
    assert messages_of({"input": [said("assistant", *parts)]}) == [{"role": "assistant", "content": "Hello world"}]


def test_earlier_refusal_stays_one() -> None:
    item = said("assistant", {"type": "refusal", "refusal": "No."})
    assert messages_of({"input": [item]}) == [{"role": "assistant", "content": None, "refusal": "No."}]


def test_calls_of_one_turn_share_its_message_and_outputs_follow() -> None:
    thought = {"type": "reasoning", "id": "rs_1", "summary": []}
    begun = said("assistant", {"type": "output_text", "text": "Let me look."})
    items = [begun, thought, LOOK, LOOK | {"call_id": "c2"}, FOUND, FOUND | {"call_id": "c2", "output": "A dog"}]
    assert messages_of({"input": items}) == [
        {"role": "assistant", "content": "Let me look.", "tool_calls": [called("c1"), called("c2")]},
        {"role": "tool", "tool_call_id": "c1", "content": "A cat"},
        {"role": "tool", "tool_call_id": "c2", "content": "A dog"},
    ]


def test_calls_of_two_turns_have_messages_of_their_own() -> None:
    messages = messages_of({"input": [LOOK, FOUND, LOOK | {"call_id": "c2"}, FOUND | {"call_id": "c2"}]})
    assert [message["role"] for message in messages] == ["assistant", "tool", "assistant", "tool"]
    assert messages[2] == {"role": "assistant", "content": None, "tool_calls": [called("c2")]}


def test_output_of_a_function_may_come_in_parts() -> None:
    parts = [{"type": "input_text", "text": text} for text in ("A cat", "A dog")]
    output = messages_of({"input": [LOOK, FOUND | {"output": parts}]})[1]
    assert output["content"] == [{"type": "text", "text": "A cat"}, {"type": "text", "text": "A dog"}]


@pytest.mark.parametrize("given", [None, "", [], 5, {}, [{"type": "reasoning", "summary": []}]])
def test_nothing_said_is_refused(given: Any) -> None:
    with pytest.raises(InvalidRequest) as refused:
        messages_of({"input": given, "instructions": "Be kind."})
    assert (list(refused.value.errors), refused.value.code) == (["input"], "missing_required_parameter")


@pytest.mark.parametrize(
    ("item", "param", "code"),
    [
        (5, "input[0]", "invalid_value"),
        ({"text": "x"}, "input[0].type", "unsupported_value"),
        ({"type": ["message"]}, "input[0].type", "unsupported_value"),
        ({"type": "web_search_call", "id": "ws_1"}, "input[0].type", "unsupported_value"),
        ({"type": "item_reference", "id": "msg_1"}, "input[0]", "unsupported_value"),
        ({"role": "king", "content": "x"}, "input[0].role", "unsupported_value"),
        ({"type": "message", "content": "x"}, "input[0].role", "invalid_value"),
        ({"role": "user"}, "input[0].content", "invalid_value"),
        ({"role": "assistant", "content": None}, "input[0].content", "invalid_value"),
        (said("user", {"type": "text", "text": "x"}), "input[0].content[0].type", "unsupported_value"),
        ({"role": "user", "content": ["x"]}, "input[0].content[0]", "invalid_value"),
        (said("user", {"type": "input_text"}), "input[0].content[0].text", "invalid_value"),
        (said("assistant", {"type": "input_image", "image_url": URL}), "input[0].content[0].type", "unsupported_value"),
        (said("user", {"type": "input_image"}), "input[0].content[0].image_url", "invalid_value"),
        (said("user", {"type": "input_image", "file_id": "f"}), "input[0].content[0].file_id", NOT_TAKEN),
        (said("user", {"type": "input_file", "file_url": URL}), "input[0].content[0].file_url", NOT_TAKEN),
        ({"type": "function_call", "name": "look", "arguments": "{}"}, "input[0].call_id", "invalid_value"),
        (LOOK | {"arguments": {}}, "input[0].arguments", "invalid_value"),
        (FOUND | {"call_id": None}, "input[0].call_id", "invalid_value"),
        (FOUND | {"output": None}, "input[0].output", "invalid_value"),
        (FOUND | {"output": [PICTURE]}, "input[0].output[0].type", "unsupported_value"),
    ],
)  # fmt: skip
def test_bad_item_is_named(item: Any, param: str, code: str) -> None:
    assert refusal_of(item) == (param, code)
