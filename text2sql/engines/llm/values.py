"""Values in a query that do not occur in the data, and the nearest ones that do."""

import json
import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from chatbot.engines.librarian.words import fold
from text2sql.catalog import Catalog, Column, Table
from text2sql.engines.base import Rows
from text2sql.engines.llm.fencing import one_line

_LITERAL = re.compile(r"'((?:[^']|'')+)'")
#: difflib's ratio from which two values are the same one, written differently: paid and payed have 0.67.
_NEAR = 0.6
_MOST_LITERALS, _MOST_NEAR, _MOST_COMPARED = 6, 3, 3_000
_SHORTEST, _LONGEST = 2, 60
_WILD = "%_*"


def is_empty(rows: Rows) -> bool:
    """Nothing was found: no rows, or one that only counts or sums up nothing."""
    return not rows.rows or (len(rows.rows) == 1 and all(value is None or value == 0 for value in rows.rows[0]))


def mistyped_values(sql: str, catalog: Catalog, tables: Sequence[Table]) -> tuple[str, ...]:
    """A line for each value of the query that no sample has, with the nearest samples of the columns that it names.

    Empty where all values are known, or nothing is near. Samples need not be complete, so that a value may exist all
    the same: the model is told what is near, not that it is wrong.
    """
    columns = [pair for table in tables for pair in _sampled(table) if pair[1].name.lower() in sql.lower()]
    known = {fold(value) for _table, column in columns for value in column.samples}
    found = (_nearest(value, columns) for value in _values_in(sql, catalog) if not _is_known(value, known))
    return tuple(line for line in found if line)


def _sampled(table: Table) -> Iterator[tuple[Table, Column]]:
    return ((table, column) for column in table.columns if column.is_sampled and column.kind in {"text", "other"})


def _values_in(sql: str, catalog: Catalog) -> list[str]:
    found = _texts_in(json.loads(sql)) if catalog.database_type == "mongodb" else _literals_in(sql)
    stripped = dict.fromkeys(value.strip(_WILD + " ") for value in found)
    return [value for value in stripped if _SHORTEST <= len(value) <= _LONGEST][:_MOST_LITERALS]


def _literals_in(sql: str) -> Iterator[str]:
    return (found[1].replace("''", "'") for found in _LITERAL.finditer(sql))


def _texts_in(document: Any) -> Iterator[str]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _texts_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from _texts_in(value)
    elif isinstance(document, str) and not document.startswith("$"):
        yield document


def _is_known(value: str, known: set[str]) -> bool:
    """Also part of a known one: it may stand in a LIKE."""
    sought = fold(value)
    return sought in known or any(sought in text for text in known)


def _nearest(value: str, columns: Sequence[tuple[Table, Column]]) -> str:
    by_folded: dict[str, tuple[str, str]] = {}
    for table, column in columns:
        for sample in column.samples:
            if len(by_folded) < _MOST_COMPARED:
                by_folded.setdefault(fold(sample), (f"{table.name}.{column.name}", sample))
    near = [by_folded[name] for name in get_close_matches(fold(value), by_folded, n=_MOST_NEAR, cutoff=_NEAR)]
    shown = ", ".join(f"{place} '{one_line(sample, most=_LONGEST)}'" for place, sample in near)
    return f"'{one_line(value, most=_LONGEST)}' does not occur; near to it: {shown}" if near else ""
