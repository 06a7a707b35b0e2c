"""Words with a meaning of their own: counting, comparing, ordering, grouping, denying, joining."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from text2sql.engines.grammar.adjectives import COMPARATIVES, SUPERLATIVES
from text2sql.engines.grammar.wordlists import alternatives, rows, table, words
from text2sql.engines.grammar.words import Token

NUMBER_WORDS = {word: int(value) for word, value in table("numbers").items()}

#: "Second" and its like, and the place they mean.
ORDINALS = {word: int(value) for word, value in table("ordinals").items()}

_MORE, _LESS = alternatives(words("more")), alternatives(words("less"))
_LISTS = {
    "{more}": _MORE, "{less}": _LESS, "{super}": alternatives(SUPERLATIVES),
    "{after}": alternatives(words("after_most")),
    "{nth}": alternatives(tuple(ORDINALS)),
    "{n}": alternatives(tuple(word for word in NUMBER_WORDS if word != "a")),
}  # fmt: skip


def _compiled(pattern: str) -> re.Pattern[str]:
    for name, written in _LISTS.items():
        pattern = pattern.replace(name, written)
    return re.compile(rf"(?<![\w])(?:{pattern})(?![\w])")


_COMPILED = tuple((kind, payload, _compiled(pattern)) for kind, payload, pattern in rows("keywords.tsv", 3))


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword over tokens `start`..`end` (exclusive); `payload` is its meaning or, without one, its words."""

    kind: str
    payload: str
    start: int
    end: int


def find_keywords(tokens: Sequence[Token]) -> list[Keyword]:
    """Keywords that do not overlap; earlier rules win. Quoted text holds none.

    The rules stand in `keywords.tsv`, the more special ones first: "not more than" is `<=` before "more than" is `>`.
    """
    spoken = [" \u0001 " if token.is_quoted else token.folded for token in tokens]
    text, places = _joined(spoken)
    taken: set[int] = set()
    found = []
    for kind, payload, pattern in _COMPILED:
        for match in pattern.finditer(text):
            if not match.group().strip():
                continue
            start, end = places[match.start()], places[match.end() - 1] + 1
            if not taken & set(range(start, end)):
                taken.update(range(start, end))
                found.append(Keyword(kind, payload or match.group().strip(), start, end))
    return sorted(found, key=lambda keyword: keyword.start)


def _joined(words: Sequence[str]) -> tuple[str, list[int]]:
    places: list[int] = []
    for index, word in enumerate(words):
        places.extend([index] * (len(word) + 1))
    return " ".join(words), places


def number_of(token: Token) -> float | None:
    """The value of a number in digits or words."""
    if token.number is not None:
        return token.number
    word = NUMBER_WORDS.get(token.text.lower()) if token.folded != "a" else None
    return None if word is None else float(word)


def operator_of(payload: str) -> str:
    """The comparison that a CMP keyword means."""
    if payload in (">", "<", ">=", "<=", "="):
        return payload
    if payload in ("after", "before"):
        return ">" if payload == "after" else "<"
    return "<" if re.search(rf"\b(?:{_LESS})\b", payload) else ">"


def comparative_of(payload: str) -> str:
    """The adjective in a CMP keyword ("older than"), or nothing."""
    return next((word for word in payload.split() if word in COMPARATIVES), "")
