"""The estimate that stands in for a count."""

import pytest

from chatbot.engines.base import Image, ToolCall, Turn
from chatbot.engines.tokens import estimate_input_tokens, estimate_tokens
from chatbot.tests.engines.listening import ask


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("x" * 400, 100)])
def test_four_characters_are_a_token(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


def test_turns_pictures_and_tool_calls_add_up() -> None:
    turns = (
        Turn("user", "12345678", images=(Image("image/png", b"x"),)),
        Turn("assistant", "", tool_calls=(ToolCall("call_1", "name", "{}"),)),
    )
    assert estimate_input_tokens(ask("", turns=turns)) == 2 + 765 + 2
