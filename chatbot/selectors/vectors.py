"""Vectors of sentences that never change, shared by all processes: embedding the catalogue takes a second."""

import logging
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from chatbot.engines.embedding import DOMAIN, EmbeddingEngine, as_embedding_engine
from config.common.redis import RedisDown, redis_client
from tasks.engines.errors import EngineUnavailable
from tasks.registry import engine_registry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

logger = logging.getLogger(__name__)

#: The classifier's thresholds are those of this engine, whatever engine searches files.
EMBEDDER = "minilm"
KEPT_SECONDS = 30 * 86_400


def intent_embedder() -> EmbeddingEngine:
    """The engine that compares prompts; raises EngineUnavailable."""
    engine = as_embedding_engine(engine_registry(DOMAIN).get(EMBEDDER))
    if engine is None:
        raise EngineUnavailable(f"The engine {EMBEDDER} cannot embed texts.")
    return engine


def vectors_key(texts: Sequence[str], engine: EmbeddingEngine) -> str:
    """`intent_vectors:{SHA-256}`, of the engine's version and the texts."""
    digest = sha256("\0".join((engine.card.version, *texts)).encode())
    return f"intent_vectors:{digest.hexdigest()}"


def remembered_vectors(texts: Sequence[str]) -> "NDArray[np.float32]":
    """As `EmbeddingEngine.embed`, from Redis where another process has computed them; raises EngineError."""
    import numpy as np

    engine = intent_embedder()
    key, shape = vectors_key(texts, engine), (len(texts), int(engine.card.limits["dimensions"]))
    known = _read(key)
    if known is not None and len(known) == 4 * shape[0] * shape[1]:
        return np.frombuffer(known, dtype="<f4").reshape(shape)
    vectors = engine.embed(texts)
    _write(key, vectors.astype("<f4").tobytes())
    return vectors


def _read(key: str) -> bytes | None:
    try:
        known: Any = redis_client().get(key)
    except RedisDown:
        return None
    return known if isinstance(known, bytes) else None


def _write(key: str, vectors: bytes) -> None:
    try:
        redis_client().set(key, vectors, ex=KEPT_SECONDS)
    except RedisDown:
        logger.warning("chatbot.vectors.not_kept")
