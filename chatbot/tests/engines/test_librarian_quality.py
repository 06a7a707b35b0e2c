"""How often the librarian quotes the right sentence first, over six invented documents in two languages."""

import pytest

from chatbot.engines.librarian.languages import detect_language
from chatbot.tests.engines.librarian_set import ENGLISH, UNANSWERABLE, VIETNAMESE, library
from chatbot.tests.engines.quoting import answer, quotes

WANTED_PRECISION = 0.85


def first_quote(question: str) -> str:
    found = quotes(answer(question, sources=library()))
    return found[0] if found else ""


@pytest.mark.parametrize(("pairs", "count"), [(ENGLISH, 30), (VIETNAMESE, 15)], ids=["english", "vietnamese"])
def test_the_right_sentence_comes_first(pairs: list[tuple[str, str]], count: int) -> None:
    missed = [question for question, words in pairs if words not in first_quote(question)]
    assert len(pairs) == count
    assert len(missed) <= (1 - WANTED_PRECISION) * count, missed


@pytest.mark.parametrize("words", [words for _question, words in ENGLISH + VIETNAMESE])
def test_each_answer_of_the_set_stands_in_one_place(words: str) -> None:
    assert sum(words in source.text for source in library()) == 1


@pytest.mark.parametrize("question", UNANSWERABLE)
def test_what_no_document_says_is_not_answered(question: str) -> None:
    text = answer(question, sources=library())
    assert quotes(text) == []
    assert text.startswith(("I found nothing about that.", "Tôi không tìm thấy gì về điều đó."))


@pytest.mark.parametrize(("pairs", "language"), [(ENGLISH, "en"), (VIETNAMESE, "vi")], ids=["english", "vietnamese"])
def test_the_language_of_each_question_is_recognised(pairs: list[tuple[str, str]], language: str) -> None:
    other = "vi" if language == "en" else "en"
    assert [question for question, _words in pairs if detect_language(question, other) != language] == []
