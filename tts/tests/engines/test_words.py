"""Finding words and following an engine through them."""

import pytest

from tts.engines.words import WordFollower, find_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello, (brave) world!", ["Hello", "brave", "world"]),
        ("don't well-known 3.14 $5", ["don't", "well-known", "3.14", "$5"]),
        ("a - b …", ["a", "-", "b", "…"]),
        ("x [pause 1s] y", ["x", "y"]),
        ("«Привет» 'мир'", ["Привет", "мир"]),
        ("   ", []),
    ],
)
def test_words_stand_between_spaces_without_their_punctuation(text: str, words: list[str]) -> None:
    assert [text[word.start : word.end] for word in find_words(text)] == words


@pytest.mark.parametrize(("text", "unspaced"), [("你好", True), ("สวัสดี", True), ("hello", False), ("한국어", False)])
def test_scripts_without_spaces_are_known(text: str, unspaced: bool) -> None:
    assert find_words(text)[0].unspaced is unspaced


def test_each_word_is_told_once() -> None:
    follower = WordFollower("pay $1,234 now")
    told = [follower.follow(position) for position in (0, 4, 5, 6, 7, 11, 12)]
    assert told == [(0, 3), (4, 6), None, None, None, (11, 3), None]


def test_nothing_is_told_twice_when_the_engine_goes_back() -> None:
    follower = WordFollower("one two three")
    assert [follower.follow(position) for position in (4, 0, 8)] == [(4, 3), None, (8, 5)]


def test_a_place_between_words_means_the_next_word() -> None:
    assert WordFollower('say "hello"').follow(4) == (5, 5)


def test_a_place_after_the_last_word_is_no_news() -> None:
    follower = WordFollower("one !")
    assert [follower.follow(position) for position in (0, 4, 5, 99)] == [(0, 3), (4, 1), None, None]


def test_a_text_without_words_has_no_news() -> None:
    assert WordFollower("  ").follow(0) is None


def test_han_is_followed_sign_by_sign() -> None:
    follower = WordFollower("你好, 世界")
    assert [follower.follow(position) for position in (0, 1, 1, 4, 5)] == [(0, 1), (1, 1), None, (4, 1), (5, 1)]
