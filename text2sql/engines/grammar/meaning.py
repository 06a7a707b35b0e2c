"""Words that match no name: compared by meaning with the schema's phrases, through the house's sentence embeddings."""

import logging
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from tasks.engines.errors import EngineError
from text2sql.engines.grammar.linking import Link
from text2sql.engines.grammar.schema import Schema

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from chatbot.engines.minilm import MiniLMEngine

logger = logging.getLogger(__name__)

_LEAST = 0.5
_MAX_LINKS = 4
#: A likeness of meaning weighs less than any word in common.
_WEIGHT = 0.85
_MAX_PHRASES = 1500


@lru_cache(maxsize=1)
def _engine() -> "MiniLMEngine":
    from chatbot.engines.minilm import MiniLMEngine

    return MiniLMEngine()


class Meanings:
    """Vectors of one schema's phrases, computed when the first unknown word comes."""

    def __init__(self, schema: Schema) -> None:
        self._phrases: list[str] = []
        self._links: list[list[Link]] = []
        places: dict[str, int] = {}
        for table, phrases in enumerate(schema.table_phrases):
            self._note(places, phrases[0].stems, Link(1.0, table=table))
        for col, phrases in schema.column_phrases.items():
            words = phrases[0].stems
            short = words[phrases[0].prefix :]
            self._note(places, tuple(word for word in short if word != "id") or short, Link(1.0, col=col))
        self._vectors: NDArray[np.float32] | None = None
        self._lock = threading.Lock()
        self.is_available = 0 < len(self._phrases) <= _MAX_PHRASES

    def _note(self, places: dict[str, int], words: Sequence[str], link: Link) -> None:
        text = " ".join(words)
        if text not in places:
            places[text] = len(self._phrases)
            self._phrases.append(text)
            self._links.append([])
        self._links[places[text]].append(link)

    def like(self, words: Sequence[str]) -> list[list[Link]]:
        """For each word the links nearest in meaning, best first; none where nothing is near or no model is there.

        A schema of more than 1,500 phrases does without: the first question would wait for all their vectors, and near
        meanings would be everywhere. Without the model the engine still answers, only with fewer synonyms.
        """
        if not words or not self.is_available:
            return [[] for _ in words]
        try:
            alike = self._alike(words)
        except EngineError:
            logger.warning("text2sql.grammar.meanings.unavailable")
            self.is_available = False
            return [[] for _ in words]
        return [self._nearest(row) for row in alike]

    def _alike(self, words: Sequence[str]) -> "NDArray[np.float32]":
        with self._lock:
            if self._vectors is None:
                self._vectors = _engine().embed(self._phrases)
        return _engine().embed(list(words)) @ self._vectors.T

    def _nearest(self, row: "NDArray[np.float32]") -> list[Link]:
        best = [int(place) for place in row.argsort()[::-1][:_MAX_LINKS] if row[place] >= _LEAST]
        return [
            Link(float(row[place]) * _WEIGHT, link.table, link.col, how="meaning")
            for place in best
            for link in self._links[place]
            if row[place] >= row[best[0]] - 0.08
        ]
