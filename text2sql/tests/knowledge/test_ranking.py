"""How near questions are."""

from text2sql.knowledge.masking import mask_question
from text2sql.knowledge.ranking import Nearness, words_of_mask

ASKED = mask_question("Most expensive orders of 2024")
NEARNESS = Nearness(ASKED)


def test_values_count_as_one_word() -> None:
    assert words_of_mask("top <number> of <value:a b.c|d.e>") == ["top", "<number>", "of", "<value>"]


def test_words_and_meaning_count_alike() -> None:
    assert NEARNESS.of(ASKED.text, 1.0) == 1.0
    assert NEARNESS.of(ASKED.text, None) == 1.0
    assert NEARNESS.of(ASKED.text, 0.5) == 0.75
    assert NEARNESS.of("nothing alike", 0.0) == 0.0
    assert NEARNESS.of("nothing alike", -0.5) == 0.0


def test_other_operators_and_wrong_verdicts_take_rank() -> None:
    least = "least expensive orders of <number>"
    assert NEARNESS.of(least, 1.0) == round((1 + 8 / 12) / 2 * 0.85, 4)
    assert NEARNESS.of(ASKED.text, 1.0, wrong_count=1) == 0.95
    assert NEARNESS.of(ASKED.text, 1.0, wrong_count=2) < NEARNESS.of(ASKED.text, 1.0, wrong_count=1)
    assert NEARNESS.of(ASKED.text, 1.0, wrong_count=10**6) > 0
