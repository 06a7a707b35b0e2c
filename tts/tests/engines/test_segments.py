"""Cutting text into pieces whose offsets stay true."""

import pytest

from tasks.engines.errors import EngineInputError
from tts.engines.segments import Segment, split_segments


def test_a_short_text_is_one_piece() -> None:
    assert split_segments("Hello. World!") == (Segment(0, "Hello. World!", 0.0, False),)


def test_a_pause_cuts_the_text_and_belongs_to_what_follows() -> None:
    assert split_segments("one [pause 500ms] two") == (
        Segment(0, "one ", 0.0, False),
        Segment(17, " two", 0.5, False),
    )


def test_a_last_pause_gets_an_empty_piece() -> None:
    assert split_segments("one[pause 2s]") == (Segment(0, "one", 0.0, False), Segment(13, "", 2.0, False))


def test_pauses_beside_each_other_add_up() -> None:
    assert split_segments("[pause 1s] [PAUSE 0.5 S]x") == (Segment(24, "x", 1.5, False),)


@pytest.mark.parametrize("text", ["[pause]", "[pause 5]", "[pause -1s]", "[pause 1h]", "pause 1s", "[pause1s]"])
def test_what_only_resembles_a_pause_is_text(text: str) -> None:
    assert split_segments(text) == (Segment(0, text, 0.0, False),)


@pytest.mark.parametrize("text", ["[pause 10.5s]", "[pause 10001ms]", "[pause 10s]" * 31, "[pause 999999s]"])
def test_too_much_silence_is_refused(text: str) -> None:
    with pytest.raises(EngineInputError) as caught:
        split_segments(text)
    assert caught.value.code == "pause_too_long"


def test_a_long_text_is_cut_between_sentences() -> None:
    pieces = split_segments("First one here. Second one there. Third.", max_characters=35)
    assert [(piece.text, piece.ends_sentence) for piece in pieces] == [
        ("First one here. Second one there. ", True),
        ("Third.", False),
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Good day. Mr. Smith is here", "Good day. "),
        ("One two. The U.S. army won", "One two. "),
        ("今天天气很好。我们去公园吧走", "今天天气很好。"),
        ("नमस्ते दुनिया। फिर मिलेंगे", "नमस्ते दुनिया। "),
        ('He said "stop!" Then he went', 'He said "stop!" '),
        ("A title\nand the text below it", "A title\n"),
    ],
)
def test_the_cut_finds_the_end_of_a_sentence(text: str, first: str) -> None:
    piece = split_segments(text, max_characters=len(text) - 4)[0]
    assert (piece.text, piece.ends_sentence) == (first, True)


def test_without_a_sentence_the_cut_is_at_a_space() -> None:
    pieces = split_segments("alpha beta gamma delta", max_characters=12)
    assert [piece.text for piece in pieces] == ["alpha beta ", "gamma delta"]
    assert not any(piece.ends_sentence for piece in pieces)


def test_without_a_space_the_cut_keeps_accents_with_their_letters() -> None:
    pieces = split_segments("e\u0301" * 6, max_characters=5)
    assert [piece.text for piece in pieces] == ["e\u0301" * 2] * 3


def test_pieces_put_together_are_the_text() -> None:
    text = "Ünïcode 😀 text, with (many) words. " * 200
    pieces = split_segments(text, max_characters=50)
    assert "".join(piece.text for piece in pieces) == text
    assert all(text[piece.start : piece.start + len(piece.text)] == piece.text for piece in pieces)
    assert max(len(piece.text) for piece in pieces) <= 50


def test_characters_nobody_can_read_become_spaces_in_place() -> None:
    assert split_segments("a\x00b\ud800c\ue000d\n")[0].text == "a b c d\n"


def test_blank_text_has_no_pieces() -> None:
    assert split_segments(" \x00 ") == ()
