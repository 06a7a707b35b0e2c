"""Tokens become whole letters, and nothing of a stop sequence is shown."""

from collections.abc import Sequence

import pytest

from chatbot.engines.local_model.decoding import StopScanner, TextDecoder


def _bytes(ids: Sequence[int]) -> str:
    return bytes(ids).decode("utf-8", "replace")


def _words(ids: Sequence[int]) -> str:
    """As SentencePiece: the space belongs to the word, and the first one of a text has none."""
    return " ".join(f"word{token}" for token in ids)


@pytest.mark.parametrize("text", ["plain", "日本", "a🚂b", "Tiếng Việt"])
def test_pieces_of_bytes_are_whole_letters_and_join_to_the_text(text: str) -> None:
    decoder = TextDecoder(_bytes)
    pieces = [decoder.add(byte) for byte in text.encode()]
    assert "".join(pieces) + decoder.rest() == text
    assert [piece for piece in pieces if piece] == list(text)


def test_white_space_between_tokens_is_kept() -> None:
    decoder = TextDecoder(_words)
    assert [decoder.add(token) for token in (1, 2, 3)] == ["word1", " word2", " word3"]


def test_half_a_letter_at_the_end_is_left_out() -> None:
    decoder = TextDecoder(_bytes)
    shown = [decoder.add(byte) for byte in "é🚂".encode()[:4]]
    assert ("".join(shown), decoder.rest()) == ("é", "")


def test_token_without_a_text_says_nothing() -> None:
    decoder = TextDecoder(lambda ids: "".join("x" for token in ids if token))
    assert [decoder.add(token) for token in (0, 1, 0, 1)] == ["", "x", "", "x"]


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["one END two"], ["one "]),
        (["one E", "ND two"], ["one ", ""]),
        (["one E", "N", "D"], ["one ", "", ""]),
        (["one E", "lse"], ["one ", "Else"]),
        (["EEN", "D"], ["E", ""]),
        (["x stop y END"], ["x "]),
    ],
)
def test_text_ends_before_the_first_stop_sequence(pieces: list[str], shown: list[str]) -> None:
    scanner = StopScanner(["END", "stop"])
    assert [scanner.add(piece) for piece in pieces] == shown


def test_after_a_stop_sequence_nothing_is_said() -> None:
    scanner = StopScanner(["."])
    assert (scanner.add("Yes. And"), scanner.found) == ("Yes", True)
    assert (scanner.add(" more"), scanner.rest()) == ("", "")


def test_beginning_of_a_stop_sequence_is_said_at_the_end() -> None:
    scanner = StopScanner(["\n\n"])
    assert (scanner.add("line\n"), scanner.rest(), scanner.found) == ("line", "\n", False)


@pytest.mark.parametrize("stops", [(), ("",)])
def test_without_stop_sequences_everything_passes(stops: tuple[str, ...]) -> None:
    scanner = StopScanner(stops)
    assert (scanner.add("any"), scanner.rest(), scanner.found) == ("any", "", False)
