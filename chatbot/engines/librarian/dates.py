"""Dates as people write them in English and Vietnamese, brought into one form."""

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NAMES = {name[:length]: number for number, name in enumerate(_MONTHS, start=1) for length in (3, len(name))}
_MONTH = "(" + "|".join(sorted(_NAMES, key=len, reverse=True)) + r")\.?"
_DAY = r"(\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(\d{4})"
#: Of a day without a year, which may be the 29th of February.
_LEAP_YEAR = 2000

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
#: Day before month, as Vietnam and most of the world write.
_SLASHES = re.compile(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b")
_ENGLISH = re.compile(rf"\b{_DAY} (?:of )?{_MONTH}(?:,? {_YEAR})?(?!\w)")
_AMERICAN = re.compile(rf"\b{_MONTH} {_DAY}\b(?:,? {_YEAR})?(?!\w)")
_VIETNAMESE = re.compile(r"\b(\d{1,2}) (?:tháng|thang) (\d{1,2})(?:,? (?:năm|nam) (\d{4}))?\b")


def read_dates(text: str) -> Iterator[str]:
    """Each date as `03-12` (month and day) and, with a year, as `2021-03-12`; impossible ones are left out."""
    small = text.lower()
    for match in _ISO.finditer(small):
        yield from _forms(match[3], int(match[2]), match[1])
    for match in _SLASHES.finditer(small):
        yield from _forms(match[1], int(match[2]), match[3])
    for match in _VIETNAMESE.finditer(small):
        yield from _forms(match[1], int(match[2]), match[3])
    for match in _ENGLISH.finditer(small):
        yield from _forms(match[1], _NAMES[match[2]], match[3])
    for match in _AMERICAN.finditer(small):
        yield from _forms(match[2], _NAMES[match[1]], match[3])


def _forms(day: str, month: int, year: str | None) -> Iterator[str]:
    try:
        found = date(int(year or _LEAP_YEAR), month, int(day))
    except ValueError:
        return
    yield f"{found.month:02}-{found.day:02}"
    if year:
        yield found.isoformat()
