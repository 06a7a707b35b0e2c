"""Words and pairs of prompts, their weights, and judgements that are made of shares."""

import math

import pytest

from chatbot.intents.catalogue import UNKNOWN, read_catalogue
from chatbot.intents.classifier import MIN_OFF_SCOPE, Classification, _nearest, _windows
from chatbot.intents.words import WordIndex, terms_of


def test_terms_are_words_and_neighbours_in_small_letters() -> None:
    cases: dict[str, set[str]] = {
        "": set(),
        "!?": set(),
        "Hi": {"hi"},
        "Nhà ga cũ": {"nhà", "ga", "cũ", "nhà ga", "ga cũ"},
        "a, a": {"a", "a a"},
        "file_1.txt": {"file_1", "txt", "file_1 txt"},
    }
    assert {text: terms_of(text) for text in cases} == cases


def test_equal_texts_are_alike_and_others_are_not() -> None:
    index = WordIndex(["nhà ga", "play music", "play"], ["trains", "music", "music"])
    found = {text: index.likeness(text).tolist() for text in ("NHÀ GA!", "nothing here", "", "play")}
    assert found["NHÀ GA!"] == pytest.approx([1.0, 0.0, 0.0])
    assert found["nothing here"] == found[""] == [0.0, 0.0, 0.0]
    assert found["play"] == pytest.approx([0.0, 1 / math.sqrt(3), 1.0])


def test_a_term_that_all_labels_know_weighs_less_than_one_of_a_single_label() -> None:
    index = WordIndex(["please x", "please y"], ["a", "b"])
    common, rare = math.log(3 / 2.5), math.log(3 / 1.5)
    length = math.sqrt(common**2 + 2 * rare**2)
    assert index.likeness("x").tolist() == pytest.approx([rare / length, 0.0])
    assert index.likeness("please").tolist() == pytest.approx([common / length] * 2)


def test_a_prompt_is_off_scope_only_when_it_is_surely_so() -> None:
    def off(intent: str, **shares: float) -> float:
        return Classification(intent, max(shares.values()), shares).off_scope(["code", "sql"])

    assert off("poem", poem=0.8, code=0.2) == pytest.approx(MIN_OFF_SCOPE)
    assert off("poem", poem=0.5, joke=0.4, sql=0.1) == pytest.approx(0.9)
    assert [off("poem", poem=0.79, code=0.21), off("code", code=0.1, poem=0.9), off(UNKNOWN, poem=1.0)] == [0.0] * 3
    assert Classification().off_scope([]) == 0.0


def test_two_examples_speak_for_an_intent_of_five_and_one_for_fewer() -> None:
    import numpy as np

    cases = {(0.2, 0.8): 0.8, (0.1, 0.2, 0.3, 0.9): 0.9, (0.1, 0.2, 0.3, 0.5, 0.9): 0.7, (0.4,): 0.4}
    assert {values: _nearest(np.array(values)) for values in cases} == pytest.approx(cases)


def test_long_prompts_are_looked_at_in_three_places() -> None:
    text = "first line\n" + "x" * 900 + "\nlast line"
    cases = {
        " \n": [],
        " a ": ["a"],
        "a" * 400: ["a" * 400],
        "a" * 401: ["a" * 401, "a" * 300, "a" * 300],
        text: [text[:800], "first line", "last line"],
    }
    assert {prompt: _windows(prompt) for prompt in cases} == cases


def test_every_intent_of_the_catalogue_has_its_own_examples() -> None:
    catalogue = read_catalogue()
    examples = [example.casefold() for intent in catalogue.values() for example in intent.examples]
    assert sorted({example for example in examples if examples.count(example) > 1}) == []
    assert [name for name in catalogue if name != catalogue[name].name or name == UNKNOWN] == []
    assert any(intent.is_free for intent in catalogue.values())
