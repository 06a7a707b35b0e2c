"""Values of databases as JSON."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any
from uuid import UUID

from text2sql.services.cells import as_cell, as_full_cell

VALUES: list[tuple[Any, Any]] = [
    (None, None), (True, True), (7, 7), (2**53, "9007199254740992"), (-(2**60), "-1152921504606846976"),
    (1.5, 1.5), (float("nan"), "nan"), (float("-inf"), "-inf"), (Decimal("10.50"), "10.50"), (Decimal("NaN"), "NaN"),
    (Decimal("1E+3"), "1000"), ("Hà Nội", "Hà Nội"), ("a\x00b", "a\ufffdb"), ("\ud800", "?"), (b"\x01\xff", "0x01ff"),
    (b"a" * 65, f"0x{'61' * 64}… (65 bytes)"), (dt.date(2026, 12, 1), "2026-12-01"), (dt.time(9, 30), "09:30:00"),
    (dt.datetime(2026, 12, 1, 9, 30, tzinfo=dt.UTC), "2026-12-01 09:30:00+00:00"),
    (dt.timedelta(hours=1), "1:00:00"), ([1, "ạ", None], '[1, "ạ", null]'), ({"k": Decimal("0.1")}, '{"k": "0.1"}'),
    (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
]  # fmt: skip


def test_every_value_has_a_form_that_json_holds_and_nothing_is_rounded() -> None:
    shown = [as_cell(value) for value, _cell in VALUES]
    assert shown == [cell for _value, cell in VALUES]
    assert json.loads(json.dumps(shown, allow_nan=False)) == shown


def test_exports_keep_all_bytes() -> None:
    assert as_full_cell(b"\x00\xff" * 100) == "AP8A" + as_full_cell(b"\x00\xff" * 100)[4:]
    assert len(as_full_cell(b"\x00\xff" * 100)) == 268
    assert as_full_cell(Decimal("1.10")) == "1.10"


def test_maps_with_keys_that_json_has_not_become_text() -> None:
    keys: dict[Any, str] = {
        dt.date(2026, 12, 1): "date", UUID(int=1): "uuid", b"\x01": "bytes", None: "nothing", 2**60: "large",
        (1, 2): "pair",
    }  # fmt: skip
    assert json.loads(as_cell(keys)) == {
        "2026-12-01": "date", "00000000-0000-0000-0000-000000000001": "uuid", "0x01": "bytes", "None": "nothing",
        "1152921504606846976": "large", "[1, 2]": "pair",
    }  # fmt: skip
    assert as_cell([{dt.date(2026, 1, 1): [{UUID(int=2): 1}]}]) == (
        '[{"2026-01-01": [{"00000000-0000-0000-0000-000000000002": 1}]}]'
    )


def test_texts_inside_of_lists_hold_nothing_that_postgresql_refuses() -> None:
    assert as_cell(["a\x00", "\ud800"]) == '["a\\u0000", "?"]'
