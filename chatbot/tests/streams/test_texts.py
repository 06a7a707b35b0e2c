"""Texts that engines say and databases cannot hold."""

import json

import pytest

from chatbot.streams.texts import split_whole, storable

HIGH, LOW = json.loads('"\\ud83d"'), json.loads('"\\ude00"')


@pytest.mark.parametrize(
    ("said", "stored"),
    [
        ("Đường 😀", "Đường 😀"),
        ("a\x00b", "ab"),
        (f"a{HIGH}{LOW}b", "a😀b"),
        (f"a{HIGH}b", "a\ufffdb"),
        (f"{LOW}b", "\ufffdb"),
        ("\x00", ""),
    ],
)
def test_text_becomes_storable(said: str, stored: str) -> None:
    assert storable(said) == stored


@pytest.mark.parametrize(
    ("text", "parts"), [("", ("", "")), ("ab", ("ab", "")), (f"a{HIGH}", ("a", HIGH)), (f"a{LOW}", (f"a{LOW}", ""))]
)
def test_half_a_pair_at_the_end_is_held_back(text: str, parts: tuple[str, str]) -> None:
    assert split_whole(text) == parts
