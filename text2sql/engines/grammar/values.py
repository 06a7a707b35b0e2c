"""The index of sampled values: which column holds what the question names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from text2sql.engines.grammar.schema import Col, Schema
from text2sql.engines.grammar.words import fold, stem

_WORD = re.compile(r"[^\W_]+")

#: What people say for values that are stored as a letter.
_CODES = {
    "female": ("f", "female", "woman", "w", "nu"), "male": ("m", "male", "man", "nam"), "woman": ("f", "female"),
    "man": ("m", "male"), "girl": ("f", "female"), "boy": ("m", "male"), "lady": ("f", "female"),
}  # fmt: skip
_MAX_PER_KEY = 8


@dataclass(frozen=True, slots=True)
class Stored:
    """A value as the database spells it, and how near the question's words are to it (1 is letter by letter)."""

    col: Col
    text: str
    score: float = 1.0


def value_key(text: str) -> str:
    """Words of a value, folded and in the singular, joined by spaces.

    "Toys & Games" and "toy game" have the same key.
    """
    return " ".join(stem(word) for word in _WORD.findall(fold(text)))


class ValueIndex:
    """Values of text-like columns by their words."""

    def __init__(self, schema: Schema) -> None:
        self._exact: dict[str, list[Stored]] = {}
        self._loose: dict[str, list[Stored]] = {}
        self._squeezed: dict[str, list[Stored]] = {}
        self.incomplete: list[Col] = []
        for col in schema.column_phrases:
            column = schema.column(col)
            if column.kind not in ("text", "other", "boolean"):
                continue
            if not column.samples_complete and column.is_sampled:
                self.incomplete.append(col)
            for sample in column.samples:
                self._add(col, sample)
        self.longest = max((key.count(" ") + 1 for key in self._loose), default=0)

    def _add(self, col: Col, sample: str) -> None:
        _append(self._exact, fold(sample).strip(), Stored(col, sample))
        if key := value_key(sample):
            _append(self._loose, key, Stored(col, sample, 0.95))
            if not sample.isascii() or " " not in sample:
                _append(self._squeezed, key.replace(" ", ""), Stored(col, sample, 0.9))

    def find(self, text: str) -> list[Stored]:
        """Stored values for a piece of the question, best first; several columns may hold it.

        Letter by letter first, then word by word in the singular, then with spaces left out ("Hanoi"), then codes
        ("female" for F).
        """
        exact = self._exact.get(fold(text).strip(), [])
        loose = [stored for stored in self._loose.get(value_key(text), []) if stored.col not in {e.col for e in exact}]
        found = [*exact, *loose]
        return found or self._joined_up(text) or list(self._codes(fold(text)))

    def _joined_up(self, text: str) -> list[Stored]:
        """ "Hanoi" for "H\u00e0 N\u1ed9i" and "Viet Nam" for "Vietnam": the spaces of a name are written either way.

        Only whole names of five letters and more, else "an na" would find Anna in any sentence.
        """
        key = value_key(text)
        squeezed = key.replace(" ", "")
        return self._squeezed.get(squeezed, []) if len(squeezed) > 4 else []

    def in_column(self, col: Col, text: str) -> str | None:
        """The value of one column that the words mean."""
        return next((stored.text for stored in self.find(text) if stored.col == col), None)

    def _codes(self, folded: str) -> Iterator[Stored]:
        for code in _CODES.get(stem(folded), ()):
            for stored in self._exact.get(code, []):
                yield Stored(stored.col, stored.text, 0.85)

    def learn(self, found: Iterable[Stored]) -> "ValueIndex":
        """A copy that also knows values looked up in the database for one question.

        A copy, because the index is shared by all questions and by everybody who may read this catalog.
        """
        copy = object.__new__(ValueIndex)
        copy._exact = {key: list(stored) for key, stored in self._exact.items()}
        copy._loose = {key: list(stored) for key, stored in self._loose.items()}
        copy._squeezed = {key: list(stored) for key, stored in self._squeezed.items()}
        copy.incomplete = self.incomplete
        copy.longest = max(self.longest, 8)
        for stored in found:
            copy._add(stored.col, stored.text)
        return copy


def _append(index: dict[str, list[Stored]], key: str, stored: Stored) -> None:
    known = index.setdefault(key, [])
    if len(known) < _MAX_PER_KEY and all(other.col != stored.col for other in known):
        known.append(stored)
