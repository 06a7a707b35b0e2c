"""Dates and periods in questions."""

from datetime import date

from text2sql.engines.grammar.dates import find_periods, month_of, year_of
from text2sql.engines.grammar.words import tokenize

TODAY = date(2024, 3, 13)
PERIODS = {
    "on 2020-01-31": ("2020-01-31", "2020-01-31"),
    "on 31/01/2020": ("2020-01-31", "2020-01-31"),
    "on 01/31/2020": ("2020-01-31", "2020-01-31"),
    "in March 2019": ("2019-03-01", "2019-03-31"),
    "in Dec 2019": ("2019-12-01", "2019-12-31"),
    "on March 5, 2019": ("2019-03-05", "2019-03-05"),
    "on the 5th of March 2019": ("2019-03-05", "2019-03-05"),
    "this month": ("2024-03-01", "2024-03-31"),
    "last month": ("2024-02-01", "2024-02-29"),
    "last year": ("2023-01-01", "2023-12-31"),
    "this week": ("2024-03-11", "2024-03-17"),
    "last week": ("2024-03-04", "2024-03-10"),
    "next year": ("2025-01-01", "2025-12-31"),
    "in the past 30 days": ("2024-02-12", "2024-03-13"),
    "yesterday": ("2024-03-12", "2024-03-12"),
    "today": ("2024-03-13", "2024-03-13"),
}
NONE = ("in May", "on 2020-13-41", "March of time", "last name", "in 2019", "the last 3 parsecs")


def found(question: str) -> list[tuple[str, str]]:
    periods = (period for _, _, period in find_periods(tokenize(question), TODAY))
    return [(period.first.isoformat(), period.last.isoformat()) for period in periods]


def test_periods_have_a_first_and_a_last_day() -> None:
    assert {text: found(text)[0] for text in PERIODS} == PERIODS


def test_other_words_are_no_periods() -> None:
    assert {text: found(text) for text in NONE} == {text: [] for text in NONE}


def test_a_moment_keeps_its_time() -> None:
    ((_, _, period),) = find_periods(tokenize("at 2003-04-19 15:06:20"), TODAY)
    assert (period.literal(), period.is_day) == ("2003-04-19 15:06:20", True)


def test_months_and_years_end_on_their_last_day() -> None:
    assert (month_of(2024, 2).last, month_of(2023, 12).last) == (date(2024, 2, 29), date(2023, 12, 31))
    assert year_of(2020).literal() == "2020-01-01"


WRITTEN = {
    "2024-02-29": (date(2024, 2, 29), date(2024, 2, 29)),
    "2024/2/9": (date(2024, 2, 9), date(2024, 2, 9)),
    "29/02/2024": (date(2024, 2, 29), date(2024, 2, 29)),
    "02/29/2024": (date(2024, 2, 29), date(2024, 2, 29)),
    "March 2024": (date(2024, 3, 1), date(2024, 3, 31)),
    "Feb 2023": (date(2023, 2, 1), date(2023, 2, 28)),
    "Sept 2023": (date(2023, 9, 1), date(2023, 9, 30)),
    "December 2023": (date(2023, 12, 1), date(2023, 12, 31)),
    "5 March 2024": (date(2024, 3, 5), date(2024, 3, 5)),
    "March 5th 2024": (date(2024, 3, 5), date(2024, 3, 5)),
    "today": (date(2026, 3, 18), date(2026, 3, 18)),
    "yesterday": (date(2026, 3, 17), date(2026, 3, 17)),
    "tomorrow": (date(2026, 3, 19), date(2026, 3, 19)),
    "this week": (date(2026, 3, 16), date(2026, 3, 22)),
    "last week": (date(2026, 3, 9), date(2026, 3, 15)),
    "this month": (date(2026, 3, 1), date(2026, 3, 31)),
    "last month": (date(2026, 2, 1), date(2026, 2, 28)),
    "next month": (date(2026, 4, 1), date(2026, 4, 30)),
    "this year": (date(2026, 1, 1), date(2026, 12, 31)),
    "last year": (date(2025, 1, 1), date(2025, 12, 31)),
    "last 30 days": (date(2026, 2, 16), date(2026, 3, 18)),
    "past 2 weeks": (date(2026, 3, 4), date(2026, 3, 18)),
    "2024-02-30": None,
    "May": None,
    "2024": None,
    "31 June 2024": None,
    "last 3 moons": None,
}


def test_written_dates_are_days_and_spans() -> None:
    found = {}
    for text in WRITTEN:
        tokens = tokenize(text)
        whole = [period for start, end, period in find_periods(tokens, date(2026, 3, 18)) if end - start == len(tokens)]
        found[text] = (whole[0].first, whole[0].last) if whole else None
    assert found == WRITTEN
