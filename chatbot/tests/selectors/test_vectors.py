"""Vectors that all processes share."""

import numpy as np
import pytest

from chatbot.engines.minilm import MiniLMEngine
from chatbot.selectors.vectors import KEPT_SECONDS, intent_embedder, remembered_vectors, vectors_key
from config.common.redis import redis_client

TEXTS = ["Where is the train?", "Wo ist der Zug?"]


def test_second_process_computes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    first = remembered_vectors(TEXTS)

    def refuse(self: MiniLMEngine, texts: list[str]) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(MiniLMEngine, "embed", refuse)
    assert np.array_equal(first, remembered_vectors(TEXTS))
    assert KEPT_SECONDS - 10 < redis_client().ttl(vectors_key(TEXTS, intent_embedder())) <= KEPT_SECONDS


def test_other_texts_have_another_key() -> None:
    engine = intent_embedder()
    keys = {vectors_key(texts, engine) for texts in (TEXTS, TEXTS[:1], ["".join(TEXTS)], list(reversed(TEXTS)))}
    assert len(keys) == 4


def test_damaged_entry_is_computed_again() -> None:
    key = vectors_key(TEXTS, intent_embedder())
    redis_client().set(key, b"half")
    vectors = remembered_vectors(TEXTS)
    assert vectors.shape == (2, 384)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1.0, 1.0], abs=1e-5)
    assert redis_client().strlen(key) == 2 * 384 * 4
