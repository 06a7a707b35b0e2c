"""What every embedding engine must do: a test class that runs once per engine."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from chatbot.engines.embedding import EmbeddingEngine, as_embedding_engine

TEXTS = [
    "The roundhouse keeps its engines around one turntable.",
    "",
    "Mỗi đầu máy chờ đến lượt mình trên bàn xoay.",
    "How do I reset my password?",
    "😀 🚂 👨‍👩‍👧",
    "Every engine waits for its turn on the turntable. " * 30,
    "x",
]


def likeness(engine: EmbeddingEngine, one: str, other: str) -> float:
    """The cosine of the angle between two texts."""
    first, second = engine.embed([one, other])
    return float(first @ second)


class EmbeddingEngineContract:
    """Derive from it, give the fixture `engine`, and the contract is tested."""

    def test_it_is_recognised_as_an_embedding_engine(self, engine: EmbeddingEngine) -> None:
        assert as_embedding_engine(engine) is engine
        assert as_embedding_engine(object()) is None

    def test_its_card_is_complete(self, engine: EmbeddingEngine) -> None:
        card = engine.card
        assert card.domain == "embeddings"
        assert all((card.name, card.version, card.title))
        assert card.limits["dimensions"] >= 64
        assert card.limits["max_tokens"] >= 64
        assert card.missing_needs(has_setting=lambda name: False) == ()

    def test_vectors_have_their_shape_type_and_length(self, engine: EmbeddingEngine) -> None:
        vectors = engine.embed(TEXTS)
        assert vectors.shape == (len(TEXTS), engine.card.limits["dimensions"])
        assert vectors.dtype.name == "float32"
        assert np.abs(np.linalg.norm(vectors, axis=1) - 1).max() < 1e-6

    def test_no_text_gives_no_vector(self, engine: EmbeddingEngine) -> None:
        assert engine.embed([]).shape == (0, engine.card.limits["dimensions"])
        assert engine.count_tokens([]) == 0

    def test_same_call_gives_the_same_bits(self, engine: EmbeddingEngine) -> None:
        assert np.array_equal(engine.embed(TEXTS), engine.embed(TEXTS))

    def test_text_alone_gives_what_it_gives_among_others(self, engine: EmbeddingEngine) -> None:
        alone = np.vstack([engine.embed([text]) for text in TEXTS])
        assert np.abs(alone - engine.embed(TEXTS)).max() < 1e-5

    def test_order_of_the_texts_does_not_matter(self, engine: EmbeddingEngine) -> None:
        assert np.abs(engine.embed(TEXTS) - engine.embed(TEXTS[::-1])[::-1]).max() < 1e-5

    def test_texts_may_come_in_any_sequence(self, engine: EmbeddingEngine) -> None:
        assert np.array_equal(engine.embed(tuple(TEXTS)), engine.embed(TEXTS))

    def test_what_is_given_back_is_the_callers_own(self, engine: EmbeddingEngine) -> None:
        before = engine.embed(TEXTS[:1])
        engine.embed(TEXTS[:1])[:] = 0
        assert np.array_equal(engine.embed(TEXTS[:1]), before)

    @pytest.mark.parametrize(
        ("question", "near", "far"),
        [
            ("A cat sits on the mat.", "A kitten is resting on the rug.", "The stock market fell sharply."),
            ("How do I reset my password?", "Choose Security to change your password.", "Invoices are due in May."),
            ("Hà Nội là thủ đô của Việt Nam", "Thủ đô Việt Nam là Hà Nội", "Hóa đơn phải thanh toán sớm"),
            ("When must I pay the bill?", "Invoices are due 30 days after delivery.", "The kitten sleeps."),
            ("🚂 train", "A railway engine", "Chocolate cake recipe"),
        ],
    )
    def test_related_sentences_are_nearer_than_unrelated_ones(
        self, engine: EmbeddingEngine, question: str, near: str, far: str
    ) -> None:
        assert likeness(engine, question, near) > likeness(engine, question, far) + 0.15

    @pytest.mark.parametrize(
        "text", ["\ud800", "a\x00b", "\x07\x1b[0m", "\u200b" * 50, "\U000e0041", "a" * 5000, "\ufffe", " \n\t "]
    )
    def test_strange_text_has_a_vector_like_any_other(self, engine: EmbeddingEngine, text: str) -> None:
        assert np.linalg.norm(engine.embed([text])[0]) == pytest.approx(1, abs=1e-5)

    def test_text_behind_the_last_token_does_not_count(self, engine: EmbeddingEngine) -> None:
        text = "turntable " * 10_000
        most = int(engine.card.limits["max_tokens"])
        assert engine.count_tokens([text]) == most
        assert likeness(engine, text, text + "something else") == pytest.approx(1, abs=1e-5)

    def test_tokens_of_several_texts_add_up(self, engine: EmbeddingEngine) -> None:
        assert engine.count_tokens(TEXTS) == sum(engine.count_tokens([text]) for text in TEXTS) > len(TEXTS)

    def test_four_threads_get_what_one_gets(self, engine: EmbeddingEngine) -> None:
        alone = engine.embed(TEXTS)
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda _: engine.embed(TEXTS), range(8)))
        assert all(np.array_equal(alone, vectors) for vectors in together)

    def test_it_works_again_after_closing(self, engine: EmbeddingEngine) -> None:
        before = engine.embed(TEXTS)
        engine.close()
        engine.close()
        engine.load()
        assert np.array_equal(engine.embed(TEXTS), before)

    def test_its_probe_measures_an_embedding(self, engine: EmbeddingEngine) -> None:
        engine.close()
        facts = engine.probe()
        assert facts["dimensions"] == engine.card.limits["dimensions"]
        assert 0 < float(facts["load_ms"]) < float(facts["total_ms"])
