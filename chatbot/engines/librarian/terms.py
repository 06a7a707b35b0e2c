"""What a question asks for: its words with their weights, and the kind of answer it wants."""

import re
from dataclasses import dataclass
from itertools import pairwise

from chatbot.engines.librarian.dates import read_dates
from chatbot.engines.librarian.kinds import asks_page, wanted_kinds
from chatbot.engines.librarian.languages import is_stop_word
from chatbot.engines.librarian.words import Word, fold, read_words

_NUMBER_WEIGHT = 1.5
_NAME_WEIGHT = 1.25
#: `How old`: the word says more of the kind of answer than of the thing.
_MEASURE_WEIGHT = 0.5
#: Words of the question before, for "and how much is it?".
_PREVIOUS_WEIGHT = 0.5
#: A question with fewer words of its own cannot stand alone.
_FEW_TERMS = 2

_LEANS = {
    "en": re.compile(
        r"^(and|or|but|what about|how about|also|then)\b|\b(it|its|they|them|their|those|these|he|she|him|her|his)\b"
    ),
    "vi": re.compile(r"^(con|the con|vay|the thi)\b|\b(no|ho|chung)\b|\b(ong|ba|anh|chi|cai|dieu|viec) (ay|do|nay)\b"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the question and how much it matters beside the others."""

    word: Word
    weight: float


@dataclass(frozen=True, slots=True)
class Wanted:
    """A question taken apart. `pairs` are keys that stand side by side in it; `dates` as `read_dates` gives them."""

    language: str
    terms: tuple[Term, ...]
    pairs: frozenset[tuple[str, str]]
    dates: frozenset[str]
    kinds: tuple[str, ...]
    is_accented: bool
    asks_page: bool


def read_question(text: str, language: str, previous: str = "") -> Wanted:
    """Take a question apart; `previous` is the question before, used when this one cannot stand alone."""
    words = read_words(text)
    folded = fold(text)
    is_accented = any(not word.surface.isascii() for word in words)
    names = _names(text)
    terms: dict[str, Term] = {}
    for before, word in zip([None, *words], words, strict=False):
        if not is_stop_word(word, language, is_accented=is_accented):
            is_measure = before is not None and before.surface == "how"
            terms.setdefault(word.key, Term(word, _MEASURE_WEIGHT if is_measure else _weight(word, names)))
    if previous and (len(terms) < _FEW_TERMS or _LEANS[language].search(folded)):
        for term in read_question(previous, language).terms:
            terms.setdefault(term.word.key, Term(term.word, term.weight * _PREVIOUS_WEIGHT))
    keys = [word.key for word in words]
    return Wanted(
        language=language,
        terms=tuple(terms.values()),
        pairs=frozenset(pair for pair in pairwise(keys) if terms.keys() & set(pair)),
        dates=frozenset(read_dates(text)),
        kinds=wanted_kinds(folded, language),
        is_accented=is_accented,
        asks_page=asks_page(folded),
    )


def _names(text: str) -> frozenset[str]:
    """Words in small letters that a capital marks as names: not the first one of the text."""
    rest = text.strip().partition(" ")[2]
    return frozenset(word.lower() for word in re.findall(r"[^\W\d_]+", rest) if word[0].isupper())


def _weight(word: Word, names: frozenset[str]) -> float:
    if word.has_digit:
        return _NUMBER_WEIGHT
    return _NAME_WEIGHT if word.surface in names else 1.0
