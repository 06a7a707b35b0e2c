"""The contract of embedding engines: texts go in, unit vectors come out."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from tasks.engines.card import EngineCard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DOMAIN = "embeddings"


@runtime_checkable
class EmbeddingEngine(Protocol):
    """Turns texts into vectors whose dot product says how near their meanings are.

    `tasks.engines.contract.Engine` says what holds for all engines; this one adds: the same text gives the same
    vector to 1e-5, alone or among others, in every process. Nothing is kept of a text.
    """

    @property
    def card(self) -> EngineCard:
        """The card, with the limits `dimensions` and `max_tokens`: what stands behind the last token does not count."""

    def load(self) -> None:
        """Make the first call as fast as the next one. Raises EngineUnavailable (`weights_damaged`)."""

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors of shape (n, dimensions) in the order of the texts, each of length 1; an empty text has one, too."""

    def count_tokens(self, texts: Sequence[str]) -> int:
        """How many tokens `embed` would read of these texts, for quotas and prices."""

    def close(self) -> None:
        """Give the weights back; a later call loads again."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Embed a sentence; returns `dimensions`, `load_ms` and `total_ms`."""


def as_embedding_engine(candidate: object) -> EmbeddingEngine | None:
    """The object itself when it has every part of the contract, else None; for `EngineRegistry(accepts=...)`."""
    return candidate if isinstance(candidate, EmbeddingEngine) else None
