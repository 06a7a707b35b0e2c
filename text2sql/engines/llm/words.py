"""Names and texts of a schema as words that can be compared with those of a question."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

from chatbot.engines.librarian.languages import is_stop_word
from chatbot.engines.librarian.words import are_related, key_of, read_words

#: Strength of a match between two words that are not the same: of one family, or one cut short (`cust`, `customer`).
_FAMILY, _CUT = 0.8, 0.5
_SHORTEST_CUT = 3
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
#: What asking for something in a database is said with, in the form of keys.
_ASKING = frozenset({
    "show", "list", "find", "give", "displai", "tell", "count", "number", "total", "mani", "name", "each",
})  # fmt: skip


@lru_cache(maxsize=100_000)
def name_words(name: str) -> tuple[str, ...]:
    """The words in a name (`OrderItems`, `order_items`, "Mã đơn hàng") as keys: small, folded, stemmed."""
    text = _CAMEL.sub(" ", name)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return tuple(key_of(word) for word in _WORD.findall(text.lower()))


def question_words(text: str) -> tuple[str, ...]:
    """The words of a question that say what is sought, as keys in their order, each once."""
    words = [word for word in read_words(text) if word.surface]
    telling = [word.key for word in words if not any(is_stop_word(word, tag, is_accented=True) for tag in ("en", "vi"))]
    return tuple(dict.fromkeys(key for key in telling if key not in _ASKING))


def match_words(terms: Iterable[str], vocabulary: Iterable[str]) -> Mapping[str, Mapping[str, float]]:
    """Of each word of a vocabulary that a term means: the terms, with how sure that is (0..1).

    Only words with the same first three letters are compared, which keeps a schema of thousands of tables fast.
    """
    by_start: dict[str, list[str]] = {}
    for term in terms:
        by_start.setdefault(term[:_SHORTEST_CUT], []).append(term)
    found: dict[str, Mapping[str, float]] = {}
    for word in vocabulary:
        near = {term: _strength(term, word) for term in by_start.get(word[:_SHORTEST_CUT], ())}
        if any(near.values()):
            found[word] = {term: strength for term, strength in near.items() if strength}
    return found


def _strength(term: str, word: str) -> float:
    if term == word:
        return 1.0
    if are_related(term, word):
        return _FAMILY
    short, long = sorted((term, word), key=len)
    return _CUT if len(short) >= _SHORTEST_CUT and long.startswith(short) else 0.0
