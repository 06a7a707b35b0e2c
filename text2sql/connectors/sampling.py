"""Sampled values: which columns are worth it, the one statement for each table, and what is kept of its answer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Column, Table
from text2sql.connectors.base import ConnectorError, SamplingRules
from text2sql.connectors.clock import Deadline

#: Rows that are looked at in a table.
MAX_ROWS = 10_000
#: One table may take as long as this; one that takes longer stays without samples.
_TABLE_SECONDS = 2.0
#: Whole numbers with more distinct values than this are amounts, not codes.
_MAX_CODES = 50
_COUNT = -1
_SAMPLED_KINDS = frozenset({"text", "boolean", "date", "integer"})

#: (number of the column or -1 for the table, value as text, how often)
CountedValue = tuple[int, str | None, int]
#: Runs a statement within seconds; raises ConnectorError.
Count = Callable[[Table, Sequence[Column], float], Iterable[CountedValue]]


@dataclass(frozen=True, slots=True)
class SampleDialect:
    """How a dialect writes the statement. `as_text` takes a quoted column and a number of characters."""

    quote: Callable[[str], str]
    as_text: Callable[[str, int], str]
    count: str = "count(*)"
    limit: str = "LIMIT {}"


def sample_statement(
    dialect: SampleDialect, columns: Sequence[Column], rules: SamplingRules, *, source: str, prefix: str = ""
) -> str:
    """Counts distinct values of each column in `source`, a table expression of at most `MAX_ROWS` rows.

    One round trip for a table: rows of (number of the column, value as text, how often), and -1 for the table itself.
    Values come one character longer than they may be, and one more than are kept, so that it shows what was cut.
    """
    parts = [f"SELECT {_COUNT} AS k, NULL AS v, {dialect.count} AS n FROM {source}"]  # noqa: S608 - quoted names only
    limit = dialect.limit.format(rules.max_values_per_column + 1)
    for number, column in enumerate(columns):
        name = dialect.quote(column.name)
        value = dialect.as_text(name, rules.max_value_characters + 1)
        parts.append(
            f"SELECT k, v, n FROM (SELECT {number} AS k, {value} AS v, {dialect.count} AS n FROM {source} "  # noqa: S608 - as above
            f"WHERE {name} IS NOT NULL GROUP BY {value} ORDER BY n DESC, v {limit}) c{number}"
        )
    return prefix + " UNION ALL ".join(parts)


def sample_tables(
    tables: Iterable[Table], rules: SamplingRules, count: Count, *, deadline: Deadline, cancel: CancelToken
) -> tuple[Table, ...]:
    """The tables with samples, as far as time and rules go; a table that fails stays as it is.

    Raises what the token raises, and ConnectorError `connection_lost`.
    """
    left, sampled = rules.max_total_values, []
    for table in tables:
        cancel.raise_if_cancelled()
        marked = _with_opt_outs(table, rules)
        chosen = [column for column in marked.columns if _is_worth_it(marked, column)]
        if chosen and left > 0 and not deadline.is_over:
            marked = _sampled(marked, chosen, rules, count, min(_TABLE_SECONDS, deadline.left))
            left -= sum(len(column.samples) for column in marked.columns)
        sampled.append(marked)
    return tuple(sampled)


def keep_values(column: Column, values: Sequence[str], rules: SamplingRules, *, is_whole: bool) -> Column:
    """The column with those values that are short enough; a column of mostly long ones gets none.

    `values` are all distinct ones, most frequent first, or one more than the rules keep; `is_whole` says that every
    row was looked at.
    """
    short = [value for value in values if len(value) <= rules.max_value_characters]
    kept = short[: rules.max_values_per_column]
    complete = is_whole and len(kept) == len(values)
    if 2 * len(short) < len(values) or (column.kind == "integer" and not (complete and len(kept) <= _MAX_CODES)):
        return column
    return replace(column, samples=tuple(kept), samples_complete=complete)


def _sampled(table: Table, chosen: Sequence[Column], rules: SamplingRules, count: Count, seconds: float) -> Table:
    found: dict[int, list[str]] = defaultdict(list)
    rows = 0
    try:
        for number, value, times in count(table, chosen, seconds):
            if number == _COUNT:
                rows = int(times)
            elif value is not None:
                found[number].append(str(value))
    except ConnectorError as error:
        # A view may fail, or a table be locked; without the connection no other table would answer either.
        if error.code == "connection_lost":
            raise
        return table
    is_whole = rows < MAX_ROWS and not is_large(table)
    kept = {
        column.name: keep_values(column, found[number], rules, is_whole=is_whole)
        for number, column in enumerate(chosen)
    }
    return replace(table, columns=tuple(kept.get(column.name, column) for column in table.columns))


def is_large(table: Table) -> bool:
    """Whether a random part is read instead of the first rows, where the database can do that.

    The first rows of a large table are its oldest, and say little about the others.
    """
    return table.kind == "table" and (table.row_estimate or 0) > 10 * MAX_ROWS


def _with_opt_outs(table: Table, rules: SamplingRules) -> Table:
    if not any(skipped[:2] == table.key for skipped in rules.skipped):
        return table
    columns: list[Any] = [
        replace(column, is_sampled=False) if (*table.key, column.name) in rules.skipped else column
        for column in table.columns
    ]
    return replace(table, columns=tuple(columns))


def _is_worth_it(table: Table, column: Column) -> bool:
    """Numbers that identify rows say nothing; names that do, say much.

    Long text, JSON, binary and timestamps are not sampled: nobody asks for one of their values by its words.
    """
    if not column.is_sampled or column.kind not in _SAMPLED_KINDS:
        return False
    return column.kind != "integer" or not (
        column.name in table.primary_key
        or (column.name,) in table.unique_keys
        or any(column.name in key.columns for key in table.foreign_keys)
    )
