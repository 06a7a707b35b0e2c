"""Dates and periods in questions: "2018-03-01", "March 2019", "last month", "the past 30 days"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from text2sql.engines.grammar.words import Token

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_MONTH_BY_WORD = {word[:size]: i for i, word in enumerate(MONTHS, 1) for size in (3, len(word))} | {"sept": 9}
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T](\d\d:\d\d(?::\d\d)?))?")
_DAY_FIRST = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})")
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both included; `text` is a moment to the second where one was said."""

    first: date
    last: date
    text: str = ""

    @property
    def is_day(self) -> bool:
        """Whether it is a single day."""
        return self.first == self.last

    def literal(self) -> str:
        """The moment, or the first day, as ISO 8601."""
        return self.text or self.first.isoformat()


def find_periods(tokens: Sequence[Token], today: date) -> Iterator[tuple[int, int, Period]]:
    """Periods with the places of their tokens; longer ones come first.

    "5 March 2019" is one period of four words; "May" alone is none, since it may be a name or a verb.
    """
    for start in range(len(tokens)):
        for size in (4, 3, 2, 1):
            words = [token.folded for token in tokens[start : start + size]]
            if len(words) == size and (period := _period(words, today)) is not None:
                yield start, start + size, period
                break


def _period(words: list[str], today: date) -> Period | None:
    if len(words) == 1:
        return _day(words[0]) or _relative_day(words[0], today)
    return _month_and_year([word for word in words if word not in (",", "of", "the")], today) or _relative(words, today)


def _day(word: str) -> Period | None:
    iso, other = _ISO.fullmatch(word), _DAY_FIRST.fullmatch(word)
    if iso:
        day = _date(int(iso[1]), int(iso[2]), int(iso[3]))
        text = f"{day} {iso[4]}" if day and iso[4] else ""
    elif other:
        day, text = (
            _date(int(other[3]), int(other[2]), int(other[1])) or _date(int(other[3]), int(other[1]), int(other[2])),
            "",
        )
    else:
        return None
    return None if day is None else Period(day, day, text)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _relative_day(word: str, today: date) -> Period | None:
    days = {"today": 0, "yesterday": -1, "tomorrow": 1}
    if word not in days:
        return None
    day = today + timedelta(days=days[word])
    return Period(day, day)


def _month_and_year(words: list[str], today: date) -> Period | None:
    """ "March 2019", "March 5 2019", "5 March 2019"; a month alone is none, since it may be a name."""
    months = [_MONTH_BY_WORD[word] for word in words if word in _MONTH_BY_WORD]
    years = [int(word) for word in words if re.fullmatch(r"[12]\d{3}", word)]
    days = [int(match[1]) for word in words if (match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", word))]
    if len(months) != 1 or len(years) != 1 or len(months) + len(years) + len(days) != len(words):
        return None
    if days:
        day = _date(years[0], months[0], days[0])
        return None if day is None else Period(day, day)
    return month_of(years[0], months[0])


def month_of(year: int, month: int) -> Period:
    """The days of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return Period(date(year, month, 1), following - timedelta(days=1))


def year_of(year: int) -> Period:
    """The days of a year."""
    return Period(date(year, 1, 1), date(year, 12, 31))


def _relative(words: list[str], today: date) -> Period | None:
    """ "Last month", "this year", "the last 30 days".

    "Last month" is the calendar's, "the last 30 days" end today; weeks begin on Monday.
    """
    if words[0] in ("last", "past", "previous") and len(words) == 3 and words[1].isdigit():
        unit = words[2].rstrip("s")
        return Period(today - timedelta(days=int(words[1]) * _DAYS[unit]), today) if unit in _DAYS else None
    if len(words) != 2 or words[0] not in ("last", "previous", "this", "current", "next"):
        return None
    shift = {"this": 0, "current": 0, "next": 1}.get(words[0], -1)
    if words[1] == "year":
        return year_of(today.year + shift)
    if words[1] == "month":
        months = today.year * 12 + today.month - 1 + shift
        return month_of(months // 12, months % 12 + 1)
    if words[1] == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
        return Period(monday, monday + timedelta(days=6))
    return None
