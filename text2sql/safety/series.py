"""Bounds generate_series: a plain count of numbers, or days and more between bounded dates."""

import re

from sqlglot import exp

from text2sql.safety.lists import words_of
from text2sql.safety.refusing import refused

MAX_ROWS = 100_000
MAX_YEARS = 200
_NUMBER = re.compile(r"\d{1,12}(?:\.\d{1,6})?")
_YEAR_1800_TO_2199 = re.compile(r"(?:1[89]|2[01])\d\d-\d\d?-\d\d?(?:[ T][\d:.]{1,15})?")
_STEP = re.compile(r"(\d{1,5})")
_STEP_UNITS = words_of("HOUR DAY WEEK MONTH QUARTER YEAR HOURS DAYS WEEKS MONTHS QUARTERS YEARS")
_LONGEST_BY_UNIT = {"YEAR": MAX_YEARS, "QUARTER": 4 * MAX_YEARS, "MONTH": 12 * MAX_YEARS, "WEEK": 53 * MAX_YEARS}
_MOMENTS = (exp.CurrentDate, exp.CurrentTimestamp, exp.CurrentDatetime, exp.Localtimestamp)
_WRAPPERS = (exp.Cast, exp.TimestampTrunc, exp.DateTrunc, exp.Paren, exp.Coalesce, exp.Date, exp.Min, exp.Max)
_DATES = "generate_series needs plain numbers, or dates with a step of hours or more."


def check_series(node: exp.Expr) -> None:
    """Raises StatementRefused for a series whose length is not bounded by what is written.

    With dates, 200 years by the hour are the most; a column's minimum and maximum count as dates that are bounded by
    what somebody stored.
    """
    start, end, step = node.args.get("start"), node.args.get("end"), node.args.get("step")
    numbers = [_number(part) for part in (start, end)]
    if start is None or end is None:
        raise refused("limit_refused", _DATES)
    if None not in numbers:
        width = 1.0 if step is None else _number(step)
        if not width or abs((numbers[1] or 0) - (numbers[0] or 0)) / abs(width) > MAX_ROWS:
            raise refused("limit_refused", f"generate_series may make up to {MAX_ROWS:,} rows.")
        return
    if not (
        isinstance(step, exp.Interval | exp.Cast) and _is_long_step(step) and _is_moment(start) and _is_moment(end)
    ):
        raise refused("limit_refused", _DATES)


def _number(node: object) -> float | None:
    if isinstance(node, exp.Neg):
        positive = _number(node.this)
        return None if positive is None else -positive
    if isinstance(node, exp.Literal) and not node.is_string and _NUMBER.fullmatch(node.this):
        return float(node.this)
    return None


def _interval(node: exp.Expr) -> tuple[int, str] | None:
    """Amount and unit of INTERVAL '1 day', in whichever form sqlglot holds it."""
    if isinstance(node, exp.Cast) and node.to.this == exp.DType.INTERVAL:
        node = node.this
    amount = node.this if isinstance(node, exp.Interval) else node
    unit = node.args.get("unit") if isinstance(node, exp.Interval) else None
    if not isinstance(amount, exp.Literal):
        return None
    words = f"{amount.this} {unit.name if isinstance(unit, exp.Var) else ''}".upper().split()
    if len(words) != 2 or not _STEP.fullmatch(words[0]) or words[1] not in _STEP_UNITS:
        return None
    return int(words[0]), words[1].removesuffix("S")


def _is_long_step(step: exp.Expr) -> bool:
    found = _interval(step)
    return found is not None and found[0] > 0


def _is_moment(node: exp.Expr) -> bool:
    if isinstance(node, exp.Literal):
        return node.is_string and bool(_YEAR_1800_TO_2199.fullmatch(node.this))
    if isinstance(node, _MOMENTS):
        return True
    if isinstance(node, exp.Subquery):
        return _is_extreme_of_a_table(node.this)
    if isinstance(node, exp.Add | exp.Sub):
        found = _interval(node.expression)
        return _is_moment(node.this) and found is not None and found[0] <= _LONGEST_BY_UNIT.get(found[1], 10_000)
    return isinstance(node, _WRAPPERS) and isinstance(node.this, exp.Expr) and _is_moment(node.this)


def _is_extreme_of_a_table(query: exp.Expr) -> bool:
    """Whether it is SELECT min(column) FROM table: what somebody stored, no number made up on the way."""
    if not isinstance(query, exp.Select) or len(query.expressions) != 1:
        return False
    extreme = query.expressions[0].unalias()
    while isinstance(extreme, exp.Cast | exp.TimestampTrunc | exp.DateTrunc | exp.Paren):
        extreme = extreme.this
    source = query.args.get("from_")
    return (
        isinstance(extreme, exp.Min | exp.Max)
        and isinstance(extreme.this, exp.Column)
        and source is not None
        and isinstance(source.this, exp.Table)
        and bool(source.this.text("db") or query.root().find(exp.With) is None)
    )
