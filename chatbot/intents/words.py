"""Likeness by words, beside likeness by meaning: it carries the languages that the embedding model has not learnt."""

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORD = re.compile(r"\w+")


def terms_of(text: str) -> set[str]:
    """Words and pairs of neighbours in small letters; most Vietnamese words are such pairs of syllables."""
    words = _WORD.findall(text.lower())
    return {*words, *(f"{first} {second}" for first, second in itertools.pairwise(words))}


class WordIndex:
    """Cosine of a text with each of some labelled texts; a term weighs more the fewer labels know it."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        documents = [terms_of(text) for text in texts]
        known_by: dict[str, set[str]] = defaultdict(set)
        for terms, label in zip(documents, labels, strict=True):
            for term in terms:
                known_by[term].add(label)
        count = len(set(labels)) + 1
        self._size = len(texts)
        self._weights = {term: math.log(count / (len(by) + 0.5)) for term, by in known_by.items()}
        self._unseen = math.log(count / 0.5)
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, terms in enumerate(documents):
            length = math.sqrt(sum(self._weights[term] ** 2 for term in terms)) or 1.0
            for term in terms:
                self._places[term].append((place, self._weights[term] / length))

    def likeness(self, text: str) -> "NDArray[np.float64]":
        """One number from 0 to 1 for each text of the index."""
        import numpy as np

        found = np.zeros(self._size)
        terms = terms_of(text)
        length = math.sqrt(sum(self._weights.get(term, self._unseen) ** 2 for term in terms)) or 1.0
        for term in terms:
            weight = self._weights.get(term, 0.0) / length
            for place, other in self._places.get(term, ()):
                found[place] += weight * other
        return found
