"""One classifier of the whole catalogue for all tests here: embedding it takes a second."""

from collections.abc import Iterator

import pytest

from chatbot.engines.minilm import MiniLMEngine
from chatbot.intents import Classifier, Example, examples_of, read_catalogue


@pytest.fixture(scope="package")
def engine() -> Iterator[MiniLMEngine]:
    """The real one."""
    engine = MiniLMEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="package")
def examples(engine: MiniLMEngine) -> list[Example]:
    """Of the catalogue."""
    return examples_of(list(read_catalogue().values()), engine.embed)


@pytest.fixture(scope="package")
def classifier(engine: MiniLMEngine, examples: list[Example]) -> Classifier:
    """Without labels."""
    return Classifier(engine, examples)
