"""A BERT encoder in NumPy: from token ids to one unit vector per text (Devlin 2019; Reimers 2019)."""

import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
Integers: TypeAlias = NDArray[np.int64]

_HEADS = 12
_LAYER_NORM_EPSILON = 1e-12
_GELU_ROWS = 64  # as many rows as fit into the second-level cache together with two scratch arrays
#: erfc(z) = (a1 t + ... + a5 t^5) exp(-z^2) with t = 1 / (1 + p z), to 1.5e-7: Abramowitz and Stegun, 7.1.26.
_ERFC_P = np.float32(0.3275911)
_ERFC_A = tuple(map(np.float32, (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)))
_MASKED = np.float32(-1e9)


class BertEncoder:
    """Computes with the weights it is given and keeps nothing else; may be called from several threads."""

    def __init__(self, tensors: Mapping[str, Floats]) -> None:
        """`tensors` as in the file of a Hugging Face `BertModel`: linear weights have the shape (out, in)."""
        self._tensors = tensors
        self._layers = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("encoder.layer."))

    def encode(self, ids: Integers, lengths: Integers) -> Floats:
        """Unit vectors (n, d) of padded token ids (n, longest); `lengths` (n) says how many are real, at least one."""
        real = np.arange(ids.shape[1]) < lengths[:, None]
        mask = np.where(real, np.float32(0), _MASKED)[:, None, None, :] if not real.all() else None
        states = self._embed(ids)
        for number in range(self._layers):
            prefix = f"encoder.layer.{number}"
            states = self._layer_norm(states + self._attend(states, mask, prefix), f"{prefix}.attention.output")
            inner = _gelu(self._linear(states, f"{prefix}.intermediate.dense"))
            states = self._layer_norm(states + self._linear(inner, f"{prefix}.output.dense"), f"{prefix}.output")
        states *= real[..., None]
        pooled: Floats = states.sum(axis=1) / lengths[:, None].astype(np.float32)
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        return pooled

    def _embed(self, ids: Integers) -> Floats:
        words = self._tensors["embeddings.word_embeddings.weight"][ids]
        words += self._tensors["embeddings.position_embeddings.weight"][: ids.shape[1]]
        words += self._tensors["embeddings.token_type_embeddings.weight"][0]
        return self._layer_norm(words, "embeddings")

    def _attend(self, states: Floats, mask: Floats | None, prefix: str) -> Floats:
        texts, tokens, width = states.shape
        query, key, value = (
            self._linear(states, f"{prefix}.attention.self.{part}")
            .reshape(texts, tokens, _HEADS, width // _HEADS)
            .transpose(0, 2, 1, 3)
            for part in ("query", "key", "value")
        )
        scores: Floats = query @ key.transpose(0, 1, 3, 2)
        scores *= np.float32(1 / math.sqrt(width // _HEADS))
        if mask is not None:
            scores += mask
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        context: Floats = (scores @ value).transpose(0, 2, 1, 3).reshape(texts, tokens, width)
        return self._linear(context, f"{prefix}.attention.output.dense")

    def _linear(self, states: Floats, name: str) -> Floats:
        # One product of two matrices: with three axes NumPy would make a small product per text.
        flat = states.reshape(-1, states.shape[-1]) @ self._tensors[f"{name}.weight"].T
        flat += self._tensors[f"{name}.bias"]
        return flat.reshape(*states.shape[:-1], -1)

    def _layer_norm(self, states: Floats, name: str) -> Floats:
        states -= states.mean(axis=-1, keepdims=True)
        variance = np.einsum("...d,...d->...", states, states)[..., None] / np.float32(states.shape[-1])
        states /= np.sqrt(variance + np.float32(_LAYER_NORM_EPSILON))
        states *= self._tensors[f"{name}.LayerNorm.weight"]
        states += self._tensors[f"{name}.LayerNorm.bias"]
        return states


def _gelu(states: Floats) -> Floats:
    """x/2 (1 + erf(x / sqrt 2)) in place, as max(x, 0) - |x|/2 erfc(|x| / sqrt 2)."""
    rows = states.reshape(-1, states.shape[-1])
    for start in range(0, len(rows), _GELU_ROWS):
        block = rows[start : start + _GELU_ROWS]
        size = np.abs(block)
        power = 1 / (1 + size * (_ERFC_P / np.float32(math.sqrt(2))))
        erfc = _ERFC_A[0] * power
        for factor in _ERFC_A[1:]:
            erfc += factor
            erfc *= power
        np.square(block, out=power)
        power *= np.float32(-0.5)
        erfc *= np.exp(power, out=power)
        erfc *= size
        erfc *= np.float32(0.5)
        np.maximum(block, 0, out=block)
        block -= erfc
    return states
