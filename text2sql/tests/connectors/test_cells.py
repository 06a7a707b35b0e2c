"""Values of results are cut, counted, and become what the contract knows."""

from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from uuid import UUID

from text2sql.connectors.base import RunLimits
from text2sql.connectors.cells import Meter, fit_cell

MOMENT = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
UNCHANGED = (
    None,
    True,
    7,
    1.5,
    Decimal("1.10"),
    MOMENT,
    MOMENT.date(),
    MOMENT.time(),
    timedelta(1),
    UUID(int=1),
    "abc",
)


def test_values_of_the_contract_stay_themselves() -> None:
    assert [fit_cell(value, 100)[0] for value in UNCHANGED] == list(UNCHANGED)


def test_long_values_are_cut_and_measured() -> None:
    cases = {
        "ascii": fit_cell("a" * 20, 10),
        "not within a character": fit_cell("ộ" * 5, 10),
        "exact": fit_cell("ộộ", 6),
        "bytes": fit_cell(b"\x00" * 20, 10),
        "memory": fit_cell(memoryview(b"abcdef"), 3),
        "nested": fit_cell({"list": [1, 2, 3], "text": "x" * 50}, 10),
        "surrogate": fit_cell("a\udc80" * 10, 4),
    }
    assert cases == {
        "ascii": ("a" * 10, 10),
        "not within a character": ("ộộộ", 10),
        "exact": ("ộộ", 6),
        "bytes": (b"\x00" * 10, 10),
        "memory": (b"abc", 3),
        "nested": ('{"list": [', 10),
        "surrogate": ("a?a?", 4),
    }


def test_what_the_contract_does_not_know_becomes_text() -> None:
    assert fit_cell(ip_address("10.0.0.1"), 100) == ("10.0.0.1", 8)
    nested = OrderedDict(a=(1, ip_address("::1")), b={2: bytearray(b"x")})
    assert fit_cell(nested, 100)[0] == {"a": [1, "::1"], "b": {"2": b"x"}}


def test_rows_are_taken_until_a_limit_is_reached() -> None:
    by_rows = Meter(RunLimits(max_rows=3))
    assert by_rows.take([(1,), (2,)]) == [(1,), (2,)]
    assert (by_rows.cut_by, by_rows.take([(3,), (4,)]), by_rows.cut_by) == ("", [(3,)], "rows")
    by_bytes = Meter(RunLimits(max_bytes=10))
    assert by_bytes.take([("a" * 8,), ("b" * 2,), ("c",)]) == [("a" * 8,), ("b" * 2,)]
    assert (by_bytes.rows, by_bytes.bytes, by_bytes.cut_by) == (2, 10, "bytes")


def test_first_row_comes_even_if_it_is_too_large() -> None:
    meter = Meter(RunLimits(max_bytes=10))
    assert meter.take([("a" * 50, "b"), ("c",)]) == [("a" * 50, "b")]
    assert meter.cut_by == "bytes"
