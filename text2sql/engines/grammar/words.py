"""Words of questions and of identifiers: folding, stems, splitting, tokens, and how alike two words are."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from text2sql.engines.grammar.lexicon import ABBREVIATIONS, BASE_WORDS, IRREGULAR, are_synonyms

_TOKEN = re.compile(
    r"\"[^\"]+\"|\u201c[^\u201d]+\u201d|(?<!\w)'(?:[^']|(?<=\w)'(?=\w))+'(?!\w)|[\w.+-]+@[\w.-]+\w|https?://\S+\w"
    r"|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}(?:[ T]\d\d:\d\d(?::\d\d)?)?|-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?(?![\w])"
    r"|[^\W_]+(?:[_&-][^\W_]+)*|[<>=!]+|[,;:?.()%$/]"
)
#: Quoted text, which stays as it is, or the ending of a possessive.
_POSSESSIVE = re.compile(r"(\"[^\"]+\"|(?<!\w)'(?:[^']|(?<=\w)'(?=\w))+'(?!\w))|(?<=\w)'s\b|(?<=s)'(?=\s)")
_NUMBER = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?")
_QUOTES = "\"'\u201c\u201d"
_SUFFIXES = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ions",
    "ion",
    "ers",
    "ors",
    "ies",
    "ed",
    "er",
    "or",
    "ly",
    "es",
    "al",
    "e",
    "s",
    "y",
)
_INITIALS = {"f": "first", "l": "last", "m": "middle"}
_VOWELS = frozenset("aeiou")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the question. `folded` is lower-case without accents; `number` is its value where it is one."""

    text: str
    folded: str
    stem: str
    start: int
    end: int
    is_quoted: bool = False
    number: float | None = None

    @property
    def is_capital(self) -> bool:
        """Whether it is written like a name or a code."""
        return self.text[:1].isupper() or (any(letter.isdigit() for letter in self.text) and self.number is None)

    @property
    def is_word(self) -> bool:
        """Whether it is no mark of punctuation."""
        return self.is_quoted or self.text[0].isalnum() or self.number is not None


@lru_cache(maxsize=20_000)
def fold(text: str) -> str:
    """Lower case without accents; Vietnamese d with stroke becomes d."""
    decomposed = unicodedata.normalize("NFD", text.lower().replace("\u0111", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The singular of a folded English word, as far as spelling tells."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(ss|x|ch|sh|z)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=20_000)
def root(word: str) -> str:
    """The stem without endings of derivation: manager, managed, management and managing meet in `manag`."""
    word = stem(word)
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            return word.removesuffix(suffix).rstrip("e")
    return word


def tokenize(question: str) -> list[Token]:
    """Tokens in their order; the possessive s is dropped."""
    text = _POSSESSIVE.sub(lambda match: match[1] or "  ", question.replace("\u2019", "'"))
    return [_token(match) for match in _TOKEN.finditer(text)]


def _token(match: re.Match[str]) -> Token:
    raw = match.group()
    is_quoted = raw[0] in _QUOTES and len(raw) > 2
    text = raw.strip(_QUOTES).strip() if is_quoted else raw
    folded = fold(text)
    number = None if is_quoted or not _NUMBER.fullmatch(raw) else float(raw.replace(",", ""))
    return Token(text, folded, stem(folded), match.start(), match.end(), is_quoted, number)


def split_identifier(name: str, vocabulary: Collection[str] = ()) -> list[str]:
    """Stems of the words in a name: snake, camel and run-together words, abbreviations written out."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    pieces = re.findall(r"\d+|[^\W\d_]+", fold(spaced))
    words = [word for piece in pieces for word in _split_run_together(piece, vocabulary)]
    if len(words) > 1 and words[-1] in ("name", "title") and len(words[-2]) == 1:
        words[-2:] = [_INITIALS[words[-2]], words[-1]] if words[-2] in _INITIALS else words[-1:]
    if words == ["cat"]:  # the animal; in longer names it is a category
        return words
    return [part for word in words for part in ABBREVIATIONS.get(word, (stem(word),)) if part != "of"]


def _split_run_together(piece: str, vocabulary: Collection[str]) -> list[str]:
    if len(piece) < 4 or piece in BASE_WORDS or piece in ABBREVIATIONS or stem(piece) in BASE_WORDS:
        return [piece]
    for size in range(len(piece) - 2, 0, -1):
        left, right = piece[:size], piece[size:]
        if size == 1 and right not in ("name", "title"):
            continue
        if right in BASE_WORDS and (
            size == 1 or left in vocabulary or left in BASE_WORDS or (len(left) >= 3 and right in ("id", "name"))
        ):
            return [left, right]
        if left in BASE_WORDS and right in vocabulary and len(left) > 2 and len(right) > 2:
            return [left, right]
    return [piece]


@lru_cache(maxsize=100_000)
def likeness(asked: str, known: str) -> float:
    """How well a stem of the question names a stem of the schema: 1 the same, 0 nothing in common."""
    if asked == known:
        return 1.0
    if len(asked) >= 4 and root(asked) == root(known):
        return 0.82
    if are_synonyms(asked, known):
        return 0.8
    if _abbreviates(known, asked):
        return 0.78
    if len(asked) > 5 and len(known) > 5 and _one_letter_apart(asked, known):
        return 0.75
    return 0.0


def _abbreviates(short: str, word: str) -> bool:
    if len(short) < 3 or len(word) < len(short) + 2 or short[0] != word[0]:
        return False
    if word.startswith(short):
        return True
    letters = iter(word)
    return not _VOWELS & set(short[1:]) and all(letter in letters for letter in short)


def _one_letter_apart(first: str, second: str) -> bool:
    if abs(len(first) - len(second)) > 1:
        return False
    short, long = sorted((first, second), key=len)
    place = next((i for i, letter in enumerate(short) if letter != long[i]), len(short))
    if len(short) == len(long):
        return short[place + 1 :] == long[place + 1 :]
    return short[place:] == long[place + 1 :]
