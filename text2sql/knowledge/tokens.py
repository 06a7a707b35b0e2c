"""A question in pieces: words, numbers, dates and quoted texts, each as it stands and as it is compared."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from text2sql.knowledge.words import fold, is_vietnamese

TokenKind: TypeAlias = Literal["word", "number", "date", "quoted"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:\w{3,6})?"
_FROM_TWO = "two three four five six seven eight nine ten eleven twelve"
_NUMBER_WORDS = {word: str(value) for value, word in enumerate(_FROM_TWO.split(), 2)}
#: Signs of mathematics as they are typed in SQL; folding would take the stroke off the first one.
_SIGNS = {"\u2260": "!=", "\u2264": "<=", "\u2265": ">=", "<>": "!="}
#: The order counts: quotes before words, dates before the numbers they are made of.
_TOKEN = re.compile(
    r"""
    "(?P<q1>[^"]{1,200})" | “(?P<q2>[^”]{1,200})” | «(?P<q3>[^»]{1,200})» | \u2018(?P<q4>[^\u2019]{1,200})\u2019(?!\w)
    | (?<!\w)'(?P<q5>[^']{1,200})'(?!\w) | `(?P<q6>[^`]{1,200})`
    | (?P<iso>(?<!\d)\d{4}-\d{1,2}-\d{1,2}(?!\d)) | (?P<slashed>(?<!\d)\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?!\d))
    | (?P<month_day>\bMONTH\.?\s\d{1,2}(?:st|nd|rd|th)?,?\s\d{4}\b)
    | (?P<day_month>\b\d{1,2}(?:st|nd|rd|th)?\s(?:of\s)?MONTH\.?,?\s\d{4}\b)
    | (?P<vietnamese>\b(?:ng[aà]y\s)?\d{1,2}\sth[aá]ng\s\d{1,2}\sn[aă]m\s\d{4}\b)
    | (?P<number>(?<![\w.,])(?:(?<!\S)-)?\d(?:[\d.,]*\d)?(?![\w]))
    | (?P<symbol>>=|<=|<>|!=|[<>=%+\u2260\u2264\u2265])
    | (?P<word>\w+(?:['\u2019]\w+)*)
    """.replace("MONTH", _MONTH),
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece: `surface` as it was typed (without quotes), `plain` as pieces are compared.

    `plain` of a number has no separators, of a date is ISO's.
    """

    kind: TokenKind
    surface: str
    plain: str


def read_tokens(text: str) -> list[Token]:
    """The pieces in their order; punctuation falls away."""
    normal = unicodedata.normalize("NFC", text)
    by_day_first = is_vietnamese(normal)
    return [token for match in _TOKEN.finditer(normal) for token in _tokens_of(match, by_day_first)]


def _tokens_of(match: re.Match[str], by_day_first: bool) -> list[Token]:
    # Exactly one named group matched; it is the last one.
    kind, surface = str(match.lastgroup), match[0]
    if kind.startswith("q"):
        return [Token("quoted", match[kind], " ".join(fold(match[kind]).split()))]
    if kind == "number":
        return [Token("number", surface, _number(surface, by_day_first))]
    if kind == "word" and surface.lower() in _NUMBER_WORDS:
        return [Token("number", surface, _NUMBER_WORDS[surface.lower()])]
    if kind == "symbol":
        return [Token("word", surface, _SIGNS.get(surface, surface))]
    if kind == "word":
        return [Token("word", surface, fold(surface).replace("\u2019", "'"))]
    day = _date(kind, surface, by_day_first)
    if day is not None:
        return [Token("date", surface, day)]
    # No day of any calendar: its parts are words.
    return [Token("word", part, fold(part)) for part in surface.split()]


def _number(surface: str, is_vietnamese: bool) -> str:
    """Digits with a point: "1,000" and, among Vietnamese words, "1.000" are a thousand, "1,5" is one and a half."""
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d+)?", surface):
        return plain_number(surface.replace(",", ""))
    # Both signs, or several points, leave no doubt in any language.
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+(\.\d{3}|,\d+)(,\d+)?", surface) or (
        is_vietnamese and re.fullmatch(r"-?\d{1,3}\.\d{3}(,\d+)?", surface)
    ):
        return plain_number(surface.replace(".", "").replace(",", "."))
    return plain_number(surface.replace(",", "."))


def plain_number(digits: str) -> str:
    """3.50 and 3.5, 007 and 7 are the same number; a version ("1.2.3") is none and stays."""
    if not re.fullmatch(r"-?\d+(\.\d+)?", digits):
        return digits
    whole, _point, rest = digits.lstrip("-").partition(".")
    rest = rest.rstrip("0")
    return ("-" if digits.startswith("-") else "") + (whole.lstrip("0") or "0") + (f".{rest}" if rest else "")


def _date(kind: str, surface: str, by_day_first: bool) -> str | None:
    """ISO 8601; 05/06/2024 is the 5th of June among Vietnamese words and May 6th among English ones."""
    numbers = [int(digits) for digits in re.findall(r"\d+", surface)]
    if kind == "iso":
        return _iso(*numbers)
    if kind in ("month_day", "day_month"):
        name = re.search(_MONTH, surface, re.IGNORECASE)
        return _iso(numbers[-1], _MONTHS.index(name[0][:3].lower()) + 1, numbers[0]) if name else None
    first, second, year = numbers
    if kind == "vietnamese" or by_day_first or first > 12:
        return _iso(year, second, first)
    return _iso(year, first, second)


def _iso(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
