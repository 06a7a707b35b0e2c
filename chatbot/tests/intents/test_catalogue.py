"""The catalogue's file."""

from collections import Counter
from pathlib import Path

import pytest

from chatbot.intents import UNKNOWN, catalogue, read_catalogue

LABELLED = Path(__file__).resolve().parents[3] / "bench" / "intents_labelled.tsv"


def labelled() -> list[list[str]]:
    """split, language, intent, prompt."""
    return [line.split("\t") for line in LABELLED.read_text("utf-8").splitlines()[1:]]


def test_catalogue_holds_the_common_intents_with_enough_examples() -> None:
    intents = read_catalogue()
    assert len(intents) == 25
    assert min(len(intent.examples) for intent in intents.values()) >= 17
    assert UNKNOWN not in intents


def test_only_small_talk_is_free() -> None:
    assert [intent.name for intent in read_catalogue().values() if intent.is_free] == ["small_talk"]


def test_no_sentence_stands_for_two_intents() -> None:
    texts = [text for intent in read_catalogue().values() for text in (intent.description, *intent.examples)]
    assert [text for text, count in Counter(texts).items() if count > 1] == []


@pytest.mark.parametrize(
    "text", ['[x]\ndescription = ""\nexamples = ["a"]', '[unknown]\ndescription = "a"\nexamples = ["a"]']
)
def test_intent_without_words_is_refused(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "intents.toml"
    file.write_text(text, "utf-8")
    monkeypatch.setattr(catalogue, "_FILE", file)
    with pytest.raises(ValueError, match=r"intents\.toml"):
        read_catalogue.__wrapped__()


def test_labelled_set_is_large_and_knows_the_catalogue_only() -> None:
    rows = labelled()
    assert len(rows) == 330
    assert Counter((row[0], row[1]) for row in rows) == {
        ("dev", "en"): 110, ("test", "en"): 110, ("dev", "vi"): 55, ("test", "vi"): 55,
    }  # fmt: skip
    assert {row[2] for row in rows} == {*read_catalogue(), UNKNOWN}


def test_no_labelled_prompt_is_an_example() -> None:
    examples = {text.lower() for intent in read_catalogue().values() for text in intent.examples}
    assert [row[3] for row in labelled() if row[3].lower() in examples] == []
