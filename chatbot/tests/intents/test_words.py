"""Likeness by words."""

import pytest

from chatbot.intents.words import WordIndex, terms_of


def test_terms_are_words_and_pairs_in_small_letters() -> None:
    assert terms_of("Viết mã Python!") == {"viết", "mã", "python", "viết mã", "mã python"}


def test_the_same_text_is_wholly_alike_and_a_foreign_one_not_at_all() -> None:
    index = WordIndex(["sort a list", "boil an egg"], ["coding", "cooking"])
    assert index.likeness("Sort a list").tolist() == pytest.approx([1.0, 0.0])
    assert index.likeness("completely other").tolist() == [0.0, 0.0]


def test_a_rare_word_says_more_than_a_common_one() -> None:
    index = WordIndex(["the egg", "the list", "the train"], ["cooking", "coding", "travel"])
    egg, the, _train = index.likeness("the egg").tolist()
    assert egg == pytest.approx(1.0)
    assert the < 0.2


@pytest.mark.parametrize("text", ["", "   ", "!?"])
def test_text_without_words_is_like_nothing(text: str) -> None:
    assert WordIndex(["a b"], ["x"]).likeness(text).tolist() == [0.0]
