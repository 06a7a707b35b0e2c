"""Rows, bytes and cells at the very edges of their limits."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from text2sql.connectors.base import RunLimits
from text2sql.connectors.cells import Meter, fit_cell


def nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth):
        made = [made]
    return made


#: A value and the bytes it may have -> the value as it is shown, and its size.
CELLS: list[tuple[Any, int, tuple[Any, int]]] = [
    ("", 0, ("", 0)),
    ("a", 0, ("", 0)),
    ("abc", 3, ("abc", 3)),
    ("abcd", 3, ("abc", 3)),
    ("é", 1, ("", 1)),
    ("é", 2, ("é", 2)),
    ("éé", 3, ("é", 3)),
    ("🙂", 3, ("", 3)),
    ("🙂", 4, ("🙂", 4)),
    ("a🙂", 4, ("a", 4)),
    ("\udc80", 10, ("\udc80", 1)),
    (b"", 5, (b"", 0)),
    (b"abc", 3, (b"abc", 3)),
    (b"abcd", 3, (b"abc", 3)),
    (bytearray(b"ab"), 5, (b"ab", 2)),
    (None, 0, (None, 16)),
    (True, 0, (True, 16)),
    (10**40, 0, (10**40, 16)),
    (float("inf"), 0, (float("inf"), 16)),
    (Decimal("1E+400"), 0, (Decimal("1E+400"), 16)),
    (dt.timedelta(days=-1), 0, (dt.timedelta(days=-1), 16)),
    (UUID(int=0), 0, (UUID(int=0), 16)),
    ([], 2, ([], 2)),
    ([], 1, ("[", 1)),
    ({}, 2, ({}, 2)),
    ((1, 2), 6, ([1, 2], 6)),
    ((1, 2), 5, ("[1, 2", 5)),
    ({"a": None}, 11, ({"a": None}, 11)),
    ({"a": "é"}, 10, ('{"a": "é"', 10)),
    ({"a": "é"}, 11, ({"a": "é"}, 11)),
    ({1: {2: 3}}, 99, ({"1": {"2": 3}}, 15)),
    ([b"a", memoryview(b"b")], 99, ([b"a", b"b"], 16)),
    ([Decimal("1.0"), UUID(int=1)], 99, ([Decimal("1.0"), UUID(int=1)], 47)),
    ([complex(1, 2)], 99, (["(1+2j)"], 10)),
    ({1}, 99, ([1], 3)),
    (frozenset(), 99, ([], 2)),
    (nested(200), 999, (nested(200), 402)),
    (nested(20_000), 999, ("(nested too deeply to be shown)", 31)),
    (nested(20_000), 7, ("(nested", 7)),
    (complex(1, 2), 99, ("(1+2j)", 6)),
    (ValueError("x" * 50), 10, ("x" * 10, 10)),
]


def test_cells_are_cut_at_the_very_byte() -> None:
    found = [fit_cell(value, most) for value, most, _expected in CELLS]
    assert found == [expected for *_case, expected in CELLS]


def test_cut_text_is_always_whole_characters() -> None:
    text = "aé日🙂" * 3
    cut = [fit_cell(text, most)[0] for most in range(len(text.encode()) + 1)]
    assert [part for part in cut if not text.startswith(part)] == []
    assert cut[-1] == text


#: Limits, rows of texts -> how many rows are taken, bytes counted, which limit ended it.
TAKEN: list[tuple[dict[str, int], list[str], tuple[int, int, str]]] = [
    ({"max_rows": 2}, ["a"], (1, 1, "")),
    ({"max_rows": 2}, ["a", "b"], (2, 2, "")),
    ({"max_rows": 2}, ["a", "b", "c"], (2, 2, "rows")),
    ({"max_rows": 0}, ["a"], (0, 0, "rows")),
    ({"max_rows": 0}, [], (0, 0, "")),
    ({"max_bytes": 3}, ["abc"], (1, 3, "")),
    ({"max_bytes": 3}, ["ab", "c"], (2, 3, "")),
    ({"max_bytes": 3}, ["ab", "cd"], (1, 2, "bytes")),
    ({"max_bytes": 3}, ["abcd", "e"], (1, 4, "bytes")),
    ({"max_bytes": 0}, ["a", "b"], (1, 1, "bytes")),
    ({"max_bytes": 0}, ["", ""], (2, 0, "")),
    ({"max_bytes": 3, "max_rows": 1}, ["abc", "d"], (1, 3, "rows")),
    ({"max_bytes": 4, "max_cell_bytes": 2}, ["abcdef", "ghi"], (2, 4, "")),
    ({"max_bytes": 4, "max_cell_bytes": 2}, ["abcdef", "ghi", "j"], (2, 4, "bytes")),
]


def taken(limits: dict[str, int], rows: list[str]) -> tuple[int, int, str]:
    meter = Meter(RunLimits(**limits))
    assert len(meter.take([(row,) for row in rows])) == meter.rows
    return meter.rows, meter.bytes, meter.cut_by


def test_rows_and_bytes_end_at_the_very_edge() -> None:
    assert [taken(limits, rows) for limits, rows, _expected in TAKEN] == [expected for *_case, expected in TAKEN]


def test_limits_hold_over_several_pieces() -> None:
    meter = Meter(RunLimits(max_rows=3, max_bytes=100))
    pieces = [meter.take([("a",), ("b",)]), meter.take([]), meter.take([("c",)]), meter.take([("d",)])]
    assert (pieces, meter.cut_by) == ([[("a",), ("b",)], [], [("c",)], []], "rows")


def test_row_without_columns_costs_nothing() -> None:
    meter = Meter(RunLimits(max_bytes=0))
    assert (meter.take([(), ()]), meter.bytes, meter.cut_by) == ([(), ()], 0, "")
