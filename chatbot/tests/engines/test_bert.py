"""The encoder, held against the same network written down plainly, in double precision, one token after the other."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from chatbot.engines.bert import BertEncoder, Floats, _gelu

WIDTH, INNER, LAYERS, WORDS, HEADS = 24, 48, 2, 50, 12
Doubles = NDArray[np.float64]


@pytest.fixture(scope="module")
def tensors() -> dict[str, Floats]:
    """Random weights of a small network, named as in a file."""
    random = np.random.default_rng(20_260_101)

    def make(*shape: int) -> Floats:
        return random.normal(scale=0.4, size=shape).astype(np.float32)

    made = {
        "embeddings.word_embeddings.weight": make(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": make(32, WIDTH),
        "embeddings.token_type_embeddings.weight": make(2, WIDTH),
    }
    shapes = {
        **{f"attention.self.{part}": (WIDTH, WIDTH) for part in ("query", "key", "value")},
        "attention.output.dense": (WIDTH, WIDTH),
        "intermediate.dense": (INNER, WIDTH),
        "output.dense": (WIDTH, INNER),
    }
    norms = ["embeddings.LayerNorm"]
    for number in range(LAYERS):
        prefix = f"encoder.layer.{number}"
        norms += [f"{prefix}.attention.output.LayerNorm", f"{prefix}.output.LayerNorm"]
        for name, shape in shapes.items():
            made |= {f"{prefix}.{name}.weight": make(*shape), f"{prefix}.{name}.bias": make(shape[0])}
    for name in norms:
        made |= {f"{name}.weight": 1 + make(WIDTH), f"{name}.bias": make(WIDTH)}
    return made


class PlainBert:
    """The definition of BERT, with nothing merged, padded or done in place."""

    def __init__(self, tensors: dict[str, Floats]) -> None:
        self._tensors = {name: tensor.astype(np.float64) for name, tensor in tensors.items()}

    def encode(self, ids: list[int]) -> Doubles:
        get = self._tensors
        states = np.array(
            [
                self._norm(
                    get["embeddings.word_embeddings.weight"][word]
                    + get["embeddings.position_embeddings.weight"][place]
                    + get["embeddings.token_type_embeddings.weight"][0],
                    "embeddings",
                )
                for place, word in enumerate(ids)
            ]
        )
        for number in range(LAYERS):
            states = self._layer(states, f"encoder.layer.{number}")
        pooled: Doubles = states.mean(axis=0)
        return pooled / math.sqrt(float((pooled**2).sum()))

    def _layer(self, states: Doubles, prefix: str) -> Doubles:
        attended = self._attention(states, f"{prefix}.attention.self")
        found = []
        for state, context in zip(states, attended, strict=True):
            middle = self._norm(
                state + self._linear(context, f"{prefix}.attention.output.dense"), f"{prefix}.attention.output"
            )
            inner = np.array([exact_gelu(value) for value in self._linear(middle, f"{prefix}.intermediate.dense")])
            found.append(self._norm(middle + self._linear(inner, f"{prefix}.output.dense"), f"{prefix}.output"))
        return np.array(found)

    def _attention(self, states: Doubles, prefix: str) -> Doubles:
        query, key, value = (
            np.array([self._linear(state, f"{prefix}.{part}") for state in states])
            for part in ("query", "key", "value")
        )
        size = WIDTH // HEADS
        contexts = np.zeros_like(states)
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            for place in range(len(states)):
                weights = np.exp(key[:, part] @ query[place, part] / math.sqrt(size))
                contexts[place, part] = (weights / weights.sum()) @ value[:, part]
        return contexts

    def _linear(self, state: Doubles, name: str) -> Doubles:
        product: Doubles = self._tensors[f"{name}.weight"] @ state + self._tensors[f"{name}.bias"]
        return product

    def _norm(self, state: Doubles, name: str) -> Doubles:
        normal = (state - state.mean()) / math.sqrt(float(state.var()) + 1e-12)
        scaled: Doubles = normal * self._tensors[f"{name}.LayerNorm.weight"] + self._tensors[f"{name}.LayerNorm.bias"]
        return scaled


def exact_gelu(value: float) -> float:
    return value / 2 * (1 + math.erf(value / math.sqrt(2)))


def pad(texts: list[list[int]], *, filler: int = 0) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    lengths = np.array([len(text) for text in texts])
    ids = np.full((len(texts), lengths.max()), filler)
    for row, text in enumerate(texts):
        ids[row, : len(text)] = text
    return ids, lengths


TEXTS = [[1, 2], [7, 3, 3, 49, 0, 21, 4], [5], list(range(30))]


@pytest.mark.parametrize("text", TEXTS, ids=len)
def test_one_text_is_encoded_as_the_definition_says(tensors: dict[str, Floats], text: list[int]) -> None:
    encoded = BertEncoder(tensors).encode(*pad([text]))
    assert np.abs(encoded[0] - PlainBert(tensors).encode(text)).max() < 2e-6


def test_texts_of_different_lengths_do_not_disturb_each_other(tensors: dict[str, Floats]) -> None:
    encoded = BertEncoder(tensors).encode(*pad(TEXTS))
    expected = np.array([PlainBert(tensors).encode(text) for text in TEXTS])
    assert np.abs(encoded - expected).max() < 2e-6


def test_what_fills_the_rest_of_a_row_does_not_matter(tensors: dict[str, Floats]) -> None:
    encoder = BertEncoder(tensors)
    assert np.array_equal(encoder.encode(*pad(TEXTS, filler=0)), encoder.encode(*pad(TEXTS, filler=9)))


def test_order_of_the_words_matters(tensors: dict[str, Floats]) -> None:
    forward, backward = BertEncoder(tensors).encode(*pad([[1, 2, 3], [3, 2, 1]]))
    assert np.abs(forward - backward).max() > 0.01


def test_vectors_have_length_one(tensors: dict[str, Floats]) -> None:
    encoded = BertEncoder(tensors).encode(*pad(TEXTS))
    assert (encoded.shape, encoded.dtype.name) == ((4, WIDTH), "float32")
    assert np.abs(np.linalg.norm(encoded, axis=1) - 1).max() < 1e-6


def test_large_scores_do_not_overflow(tensors: dict[str, Floats]) -> None:
    louder = {name: tensor * (100 if ".self." in name else 1) for name, tensor in tensors.items()}
    assert np.isfinite(BertEncoder(louder).encode(*pad(TEXTS))).all()


def test_weights_stay_as_they_are(tensors: dict[str, Floats]) -> None:
    copies = {name: tensor.copy() for name, tensor in tensors.items()}
    BertEncoder(tensors).encode(*pad(TEXTS))
    assert all(np.array_equal(tensor, copies[name]) for name, tensor in tensors.items())


def test_gelu_is_exact_to_single_precision() -> None:
    values = np.linspace(-8, 8, 20_001, dtype=np.float32)
    expected = np.array([exact_gelu(float(value)) for value in values])
    assert np.abs(_gelu(values.reshape(1, -1).copy())[0] - expected).max() < 5e-7


@pytest.mark.parametrize("value", [0.0, -0.0, 40.0, -40.0, 1e18, -1e18, 1e-30])
def test_gelu_has_no_trouble_at_its_ends(value: float) -> None:
    [[found]] = _gelu(np.array([[value]], dtype=np.float32))
    assert found == pytest.approx(max(value, 0.0) if abs(value) > 1 else exact_gelu(value), rel=1e-6)


@pytest.mark.parametrize("rows", [1, 63, 64, 65, 200])
def test_gelu_reaches_every_row(rows: int) -> None:
    found = _gelu(np.full((rows, 3), 2.0, dtype=np.float32))
    assert np.abs(found - exact_gelu(2.0)).max() < 5e-7
