"""The limits of a request, which serializers and engines share."""

from typing import Any

import pytest

from chatbot.engines.base import Image, Target, ToolCall, Turn, check_request
from chatbot.tests.engines.listening import ask
from tasks.engines.errors import EngineInputError


@pytest.mark.parametrize(
    "fields",
    [
        {"temperature": 0},
        {"temperature": 2.0},
        {"max_tokens": 1},
        {"turns": (Turn("user", "", images=(Image("image/png", b"x"),)),)},
        {"turns": (Turn("assistant", "", tool_calls=(ToolCall("1", "a", "{}"),)), Turn("tool", "", tool_call_id="1"))},
        {"turns": (Turn("user", "Count"), Turn("assistant", "One, two"))},
    ],
)
def test_the_ends_of_the_ranges_are_allowed(fields: dict[str, Any]) -> None:
    check_request(ask("Hello", **fields))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"turns": ()}, "There is nothing to answer."),
        ({"turns": (Turn("user", "Hi"), Turn("system", "x"))}, "There is nothing to answer."),
        ({"turns": (Turn("user", "  "),)}, "The message is empty."),
        ({"temperature": 3}, "The temperature must be 0 to 2."),
        ({"max_tokens": 0}, "At least one token must be allowed."),
    ],
)
def test_a_refusal_says_what_is_wrong(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineInputError) as caught:
        check_request(ask("Hello", **fields))
    assert str(caught.value) == message


def test_a_credential_is_not_in_the_representation_of_its_target() -> None:
    assert "secret" not in repr(Target(model="m", credential="secret"))
