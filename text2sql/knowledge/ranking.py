"""How near known questions are to one that is asked."""

import re

from text2sql.knowledge.masking import Mask
from text2sql.knowledge.words import operators, overlap

#: Each wrong verdict takes as much from a near match as a different word or two.
_WRONG = 0.95
#: "Most" and "least" are near in meaning and word for word, and their queries are opposite.
_OTHER_OPERATORS = 0.85
_VALUE = re.compile(r"<value:[^>]*>")


class Nearness:
    """Compares known questions with one that is asked."""

    def __init__(self, asked: Mask) -> None:
        self._words = words_of_mask(asked.text)
        self._operators = operators(self._words)

    def of(self, known_mask: str, cosine: float | None, *, wrong_count: int = 0) -> float:
        """0..1 from the words that both share and, where both have a vector, the cosine of their meanings.

        Sentence embeddings are weak in Vietnamese, where words carry the match; they find English paraphrases.
        """
        theirs = words_of_mask(known_mask)
        shared = overlap(self._words, theirs)
        # A plain mean: either alone is fooled, words by paraphrases and vectors by a "not".
        score = shared if cosine is None else (shared + max(cosine, 0.0)) / 2
        if operators(theirs) != self._operators:
            score *= _OTHER_OPERATORS
        return round(min(score, 1.0) * _WRONG ** min(wrong_count, 20), 4)


def words_of_mask(text: str) -> list[str]:
    """The words of a mask; values count as one word, whatever their columns."""
    return _VALUE.sub("<value>", text).split()
