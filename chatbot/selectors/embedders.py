"""Texts as vectors, by the embedding engine that staff chose."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from chatbot.engines.embedding import EmbeddingEngine, as_embedding_engine
from tasks.engines.errors import EngineUnavailable
from tasks.services import choose_engine, load_adapter
from tasks.services.errors import UnknownEngine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DOMAIN = "embeddings"


def default_embedder() -> EmbeddingEngine:
    """The adapter of the default engine; raises EngineUnavailable."""
    try:
        row = choose_engine(domain=DOMAIN, requested=None, project=None)
    except UnknownEngine as error:
        raise EngineUnavailable("No engine for embeddings is switched on.") from error
    adapter = as_embedding_engine(load_adapter(row))
    if adapter is None:
        raise EngineUnavailable(f"The engine {row.name} cannot embed texts.")
    return adapter


def embed_texts(texts: Sequence[str]) -> "NDArray[np.float32]":
    """Rows of unit length, one per text; raises EngineError."""
    return default_embedder().embed(texts)


def as_vector(values: "NDArray[np.float32]") -> list[float]:
    """As fields of pgvector take it."""
    numbers: list[float] = values.tolist()
    return numbers


def vector_text(values: "Iterable[float]") -> str:
    """pgvector's text form, for statements of our own."""
    return "[" + ",".join(f"{value:.7g}" for value in values) + "]"
