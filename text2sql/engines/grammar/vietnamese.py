"""Vietnamese questions, with and without accents, brought into the English word order that the clauses know."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from text2sql.engines.grammar.dates import MONTHS
from text2sql.engines.grammar.schema import Schema
from text2sql.engines.grammar.wordlists import rows, words
from text2sql.engines.grammar.words import Token, fold, stem, tokenize

_LETTERS = re.compile("[\u0103\u00e2\u0111\u00ea\u00f4\u01a1\u01b0\u1ea0-\u1ef9]", re.IGNORECASE)
_TELLING = words("telling")
_LONGEST = 6
_MONTH = re.compile(r"\bmonth (0?[1-9]|1[0-2])(?: year |[ /]+)([12]\d{3})\b")
_BOUNDS = {"it nhat": "at least", "nhieu nhat": "at most", "toi da": "at most", "toi thieu": "at least"}


@dataclass(slots=True)
class _Piece:
    """A part of the question: `kind` is F, B, P or C as in the word list, V for a value, S for a name of the schema."""

    kind: str
    text: str
    source: str


@lru_cache(maxsize=1)
def _phrases() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for source, kind, english in rows("vietnamese.tsv", 3):
        found.setdefault(source, (kind, english))
    return found


def is_vietnamese(question: str, language: str) -> bool:
    """Whether to read it as Vietnamese: its letters say so, or its words where accents are missing.

    Two letters that only Vietnamese has are enough, or one beside a telling word; without accents there must be two
    telling words, and a good share of all words.
    """
    letters = len(_LETTERS.findall(question))
    if letters >= 2:
        return True
    words = re.findall(r"[a-z]+", fold(question))
    telling = sum(word in _TELLING for word in words)
    if letters and telling:
        return True
    return telling >= 2 and telling * (2 if language.startswith("vi") else 3) >= len(words)


def to_english(question: str, schema: Schema) -> str:
    """The question in English words; names and values of the schema stay as they are written.

    Vietnamese puts what tells about a noun behind it ("don hang bi huy": orders cancelled), counts before it, and
    has no plural. Words that the schema itself uses are not translated: its tables may have Vietnamese names.
    """
    pieces = _most_of(_pieces(tokenize(question), schema))
    _count_rows(pieces, schema)
    pieces = _ordered(pieces)
    text = " ".join(piece.text for piece in pieces if piece.text)
    text = _MONTH.sub(lambda match: f"{MONTHS[int(match[1]) - 1]} {match[2]}", text)
    text = re.sub(r"\b(order|product|customer|\w{3,}s|revenue) year (?=[12]\d{3}\b)", r"\1 in ", text)
    text = re.sub(r"\byear (?=[12]\d{3}\b)", "", re.sub(r"\s+([,.?])", r"\1", text))
    text = re.sub(r"\b(?:from|between) (\d[\d.]*) to (\d[\d.]*)", r"between \1 and \2", text)
    return re.sub(
        r"\b(?<!at )(least|most) (?=\d)", lambda match: "at least " if match[1] == "least" else "at most ", text
    )


def _pieces(tokens: Sequence[Token], schema: Schema) -> list[_Piece]:
    names, phrases = _names(schema), _phrases()
    pieces, place = [], 0
    while place < len(tokens):
        size, piece = _longest(tokens, place, names, phrases)
        pieces.append(piece)
        place += size
    return pieces


def _longest(
    tokens: Sequence[Token], place: int, names: frozenset[str], phrases: dict[str, tuple[str, str]]
) -> tuple[int, _Piece]:
    for size in range(min(_LONGEST, len(tokens) - place), 0, -1):
        span = tokens[place : place + size]
        if any(token.is_quoted for token in span):
            continue
        source = " ".join(token.folded for token in span)
        text = " ".join(token.text for token in span)
        if source in names and (size > 1 or source not in phrases or phrases[source][0] == "C"):
            return size, _Piece("S", text, source)
        if size == 1 and source in _stems(names) and _is_foreign(phrases.get(source), names):
            return size, _Piece("S", text, source)
        if source in phrases and not _is_name(span, place):
            kind, english = phrases[source]
            return size, _Piece(kind, english, source)
    token = tokens[place]
    return 1, _Piece("V" if token.is_word else "F", f'"{token.text}"' if token.is_quoted else token.text, token.folded)


def _is_name(span: Sequence[Token], place: int) -> bool:
    """ "Hai Ba Trung" is written like a name: no numbers."""
    return place > 0 and len(span) == 1 and span[0].text[:1].isupper()


@lru_cache(maxsize=16)
def _names(schema: Schema) -> frozenset[str]:
    """What the schema calls its tables and columns, and runs of two and more of those words."""
    found: set[str] = set()
    for phrases in (*schema.table_phrases, *schema.column_phrases.values()):
        for phrase in phrases:
            words = phrase.stems
            found.add(" ".join(words))
            found.add(" ".join(words[phrase.prefix :]))
            found.update(" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 2, len(words) + 1))
    return frozenset(found)


@lru_cache(maxsize=16)
def _stems(names: frozenset[str]) -> frozenset[str]:
    return frozenset(word for name in names for word in name.split())


def _is_foreign(phrase: tuple[str, str] | None, names: frozenset[str]) -> bool:
    """A word of the schema whose English the schema does not have: the schema itself is Vietnamese."""
    return phrase is not None and phrase[0] == "C" and not set(phrase[1].split()) & _stems(names)


def _most_of(pieces: list[_Piece]) -> list[_Piece]:
    """ "nhieu X nhat" is "most X", "it X nhat" is "fewest X"."""
    for place, piece in enumerate(pieces):
        if piece.source not in ("nhieu", "it", "co nhieu", "co it"):
            continue
        end = next((i for i in range(place + 2, min(len(pieces), place + 6)) if pieces[i].source == "nhat"), None)
        if end is None:
            piece.text, piece.kind = ("many" if "nhieu" in piece.source else "few"), "F"
            continue
        have = "have " if piece.source.startswith("co ") else ""
        pieces[place] = _Piece("F", have + ("most" if "nhieu" in piece.source else "fewest"), "most")
        pieces[end] = _Piece("F", "", "nhat")
    return pieces


def _count_rows(pieces: Sequence[_Piece], schema: Schema) -> None:
    """ "So don hang" counts orders; before anything but a table, "so" is a part of a name.

    Tables are known by their English words or, in Vietnamese databases, by their own.
    """
    tables = {phrase.stems for phrases in schema.table_phrases for phrase in phrases}
    for piece, following in itertools.pairwise([_Piece("F", "", ""), *pieces]):
        if following.kind == "C" and following.text == "order":
            following.text = "orders"  # in the singular it would sort, or be a request
        if piece.source == "so" and tables & {_stems_of(following.text), _stems_of(following.source)}:
            piece.text = "number of"


def _stems_of(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in text.split())


def _ordered(pieces: Sequence[_Piece]) -> list[_Piece]:
    """What tells about a noun stands before it in English: "tuoi trung binh" becomes "average age"."""
    ordered: list[_Piece] = []
    for place, piece in enumerate(pieces):
        follows = pieces[place + 1].source if place + 1 < len(pieces) else ""
        if piece.source in _BOUNDS and follows[:1].isdigit():
            piece.kind, piece.text = "F", _BOUNDS[piece.source]
        if piece.kind != "P":
            ordered.append(piece)
            continue
        start = len(ordered)
        while start and ordered[start - 1].kind in ("C", "S"):
            start -= 1
        if start and start < len(ordered) and ordered[start - 1].source in ("so luong", "tong so"):
            start -= 1
        ordered.insert(start, piece)
    return ordered
