"""Bodies of the gateway at their limits: what is lifted out, counted, reserved and sent on."""

import base64
import json
from collections.abc import Mapping
from typing import Any

from chatbot.gateway.bodies import (
    MAX_RESERVED_TOKENS,
    InvalidRequest,
    OwnBody,
    check_chat,
    count_prompt,
    files_in_words,
    for_engine,
    prompt_and_system,
    reserve_for,
    texts_of,
    wants_usage,
)
from chatbot.gateway.lifting import MIN_LIFTED_BYTES, describe, is_mark, lift, put_back, without_bytes
from chatbot.gateway.responses.assembling import usage_of
from chatbot.gateway.responses.checks import check_choice, check_metadata, check_numbers
from chatbot.gateway.responses.writing import Call, Message
from tasks.models import Engine


def test_strings_are_lifted_from_their_exact_length_on() -> None:
    for size, count in ((MIN_LIFTED_BYTES - 1, 0), (MIN_LIFTED_BYTES, 1)):
        raw = b'{"url": "data:image/png;base64,%s"}' % (b"A" * size)
        document, lifted = lift(raw)
        assert (len(lifted), put_back(document, lifted)) == (count, raw)


def test_slashes_that_php_escapes_come_back_plain() -> None:
    data = b"A" * MIN_LIFTED_BYTES
    document, lifted = lift(b'{"data": "%s\\/+="}' % data)
    assert [*lifted.values()] == [data + b"/+="]
    assert json.loads(put_back(document, lifted)) == {"data": (data + b"/+=").decode()}


def test_sizes_are_told_without_what_fills_base64_up() -> None:
    for size in (0, 1, 2, 3, 4, 5_000):
        data = base64.b64encode(bytes(size)).decode()
        assert describe("image/png", data) == f"[image/png, {size} bytes]"
    document, lifted = lift(b'"data:image/png;base64,%s"' % base64.b64encode(bytes(5_000)))
    assert without_bytes(json.loads(document)) == "[image/png, 5000 bytes]"
    assert is_mark(next(iter(lifted)).decode()) is True


def test_data_addresses_in_words_become_their_size() -> None:
    cases = {
        "plain": "plain", "a data:image/png;base64,AAAA b": "a [image/png, 3 bytes] b",
        "data:;base64,AAA=": "[application/octet-stream, 2 bytes]", "data:text/plain,AAAA": "data:text/plain,AAAA",
        "data:a/b;charset=x;base64,": "[a/b, 0 bytes]", ";base64,": ";base64,",
    }  # fmt: skip
    assert {text: without_bytes(text) for text in cases} == cases


def refused(body: dict[str, Any]) -> list[str]:
    try:
        check_chat(body)
    except InvalidRequest as error:
        return [*error.errors]
    return []


def test_a_chat_is_refused_by_the_name_of_its_field() -> None:
    user = {"role": "user", "content": "a"}
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"model": "m", "messages": [user]}, []),
        ({"model": "", "messages": [user], "stream": None}, []),
        ({"model": 1, "messages": [user]}, ["model"]),
        ({"model": "m", "messages": []}, ["messages"]),
        ({"model": "m", "messages": {"0": user}}, ["messages"]),
        ({"model": "m", "messages": [user, "x"]}, ["messages[1].role"]),
        ({"model": "m", "messages": [{"role": ["user"]}]}, ["messages[0].role"]),
        ({"model": "m", "messages": [{"role": "User"}]}, ["messages[0].role"]),
        ({"model": "m", "messages": [{"role": "user", "content": 5}]}, ["messages[0].content"]),
        ({"model": "m", "messages": [{"role": "user", "content": None}, user]}, []),
        ({"model": "m", "messages": [user], "stream": 1}, ["stream"]),
    ]
    assert [(body, refused(body)) for body, _names in cases] == cases


def test_texts_files_and_pictures_of_messages_are_told_apart() -> None:
    parts: list[Any] = [
        {"type": "text", "text": "Nhìn"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": "data:image/gif;base64,AA=="}, {"text": 5}, "odd",
        {"type": "input_audio", "input_audio": {"data": "AAAAAAAA", "format": "wav"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}},
        {"type": "image_url", "image_url": {"url": "https://x.org/a.png"}},
    ]  # fmt: skip
    said: Mapping[str, Any] = {"role": "user", "content": parts}
    messages = [said, {"role": "assistant", "content": None}]
    assert [*texts_of(messages[0])] == ["Nhìn"]
    assert prompt_and_system(messages) == ("Nhìn", "")
    assert files_in_words(messages).split("\n") == [
        "[image/png, 3 bytes]", "[image/gif, 1 bytes]", "[audio/wav, 6 bytes]", "[application/pdf, 3 bytes]",
    ]  # fmt: skip
    assert count_prompt(messages) - count_prompt([{"role": "user", "content": "Nhìn"}]) == 3 * (
        count_prompt([{"role": "user", "content": [{"image_url": "x"}]}])
    )


def test_reserved_tokens_follow_the_limit_that_was_given() -> None:
    cases: list[tuple[dict[str, Any], int]] = [
        ({"max_tokens": 1}, 6), ({"max_completion_tokens": 0, "max_tokens": 9}, 14), ({"max_tokens": 9,
        "n": 128}, 1_157),
        ({"max_tokens": 9, "n": 129}, 14), ({"max_tokens": 9, "n": -1}, 14), ({"max_tokens": 9, "n": 2.0}, 14),
        ({"max_tokens": MAX_RESERVED_TOKENS - 5}, MAX_RESERVED_TOKENS), ({"max_tokens": 10**40}, MAX_RESERVED_TOKENS),
    ]  # fmt: skip
    assert [(body, reserve_for(body, 5)) for body, _tokens in cases] == cases


def test_a_body_is_sent_on_with_the_options_of_its_row() -> None:
    row, plain = Engine(model="real"), Engine(model="", options={"include_usage": False, "max_tokens_field": "most"})
    asked = {"model": "alias", "stream": True, "store": True, "metadata": {"a": "b"}, "stream_options": {"x": 1}}
    assert json.loads(for_engine(asked, row)) == {
        "model": "real", "stream": True, "stream_options": {"x": 1, "include_usage": True},
    }  # fmt: skip
    assert json.loads(for_engine({"model": "a", "stream": True, "stream_options": 5}, row))["stream_options"] == {
        "include_usage": True
    }
    own = OwnBody(model="a", stream=True, stream_options={"include_usage": True}, max_tokens=5)
    assert json.loads(for_engine(own, plain)) == {"model": "a", "stream": True, "most": 5}
    assert json.loads(for_engine({"model": "a", "max_tokens": 5}, plain)) == {"model": "a", "max_tokens": 5}


def test_only_a_true_wish_asks_for_usage() -> None:
    cases: list[tuple[Any, bool]] = [
        ({"include_usage": True}, True), ({"include_usage": False}, False), ({}, False), (None, False), ("x", False),
    ]  # fmt: skip
    assert [(options, wants_usage({"stream_options": options})) for options, _wish in cases] == cases


def names(check: Any, *given: Any) -> list[str]:
    try:
        check(*given)
    except InvalidRequest as error:
        return [*error.errors]
    return []


def test_fields_of_a_response_are_checked_at_their_limits() -> None:
    metadata: list[tuple[Any, list[str]]] = [
        ({str(number): "" for number in range(16)}, []), ({str(number): "" for number in range(17)}, ["metadata"]),
        ({"x" * 64: "y" * 512}, []), ({"x" * 65: ""}, ["metadata"]), ({"x": "y" * 513}, ["metadata"]),
        ({"x": 1}, ["metadata"]), ([], ["metadata"]), (None, []),
    ]  # fmt: skip
    assert [(given, names(check_metadata, {"metadata": given})) for given, _names in metadata] == metadata
    numbers: list[tuple[dict[str, Any], list[str]]] = [
        ({"temperature": 0, "top_p": 1.0, "max_output_tokens": 1}, []), ({"temperature": True}, ["temperature"]),
        ({"top_p": "1"}, ["top_p"]), ({"max_output_tokens": 0}, ["max_output_tokens"]),
        ({"max_output_tokens": 1.0}, ["max_output_tokens"]), ({"max_output_tokens": True}, ["max_output_tokens"]),
    ]  # fmt: skip
    assert [(body, names(check_numbers, body)) for body, _names in numbers] == numbers
    assert names(check_choice, {"a": ["x"]}, "a", ("x",), "b.") == ["b.a"]
    assert [names(check_choice, {"a": value}, "a", ("x",)) for value in (None, "x", "X")] == [[], [], ["a"]]


def test_items_end_once_and_a_call_without_arguments_is_json() -> None:
    message = Message("m", 0)
    told = [
        event["type"].removeprefix("response.")
        for event in [*message.take("output_text", "a"), *message.take("refusal", "b")]
    ]
    assert told == [
        "content_part.added", "output_text.delta", "output_text.done", "content_part.done", "content_part.added",
        "refusal.delta",
    ]  # fmt: skip
    assert len([*message.finish("completed")]) == 3
    assert ([*message.finish("failed")], message.status) == ([], "completed")
    call = Call("c", 1, name="say")
    assert [event.get("arguments") for event in call.finish("completed")] == ["{}", None]
    assert call.document()["call_id"] == "call_c"


def test_usage_of_a_response_holds_whole_numbers() -> None:
    counts = '"prompt_tokens": 1e999, "completion_tokens": 2.9, "total_tokens": NaN'
    found = usage_of(json.loads(f"{{{counts}}}") | {"prompt_tokens_details": []})
    assert [found[name] for name in ("input_tokens", "output_tokens", "total_tokens")] == [0, 2, 2]
    assert found["input_tokens_details"] == {"cached_tokens": 0, "cache_write_tokens": 0}
