"""Files of all rows, read back by the libraries that people open them with."""

import csv
import datetime as dt
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pyarrow import parquet

from text2sql.catalog import ColumnKind
from text2sql.connectors.base import ResultColumn
from text2sql.services.writers import unique_names, writer_for


def column(name: str, kind: ColumnKind, data_type: str = "") -> ResultColumn:
    return ResultColumn(name, data_type or kind, kind)


COLUMNS = (
    column("name", "text"), column("n", "integer"), column("price", "number", "numeric"), column("day", "date"),
    column("at", "timestamp", "timestamptz"), column("ok", "boolean"), column("raw", "binary"), column("name", "text"),
)  # fmt: skip
AT = dt.datetime(2026, 12, 1, 8, 0, tzinfo=dt.UTC)
ROWS: list[tuple[Any, ...]] = [
    ("Huế", 1, Decimal("10.50"), dt.date(2026, 12, 1), AT, True, b"\x01", "b"),
    (None, None, None, None, None, None, None, None),
    ("=1+1", 2**40, Decimal("0.1"), dt.date(1999, 1, 2), AT, False, b"", 'quo"te, and\nline'),
]


def written(tmp_path: Path, file_format: str) -> Path:
    path = tmp_path / f"rows.{file_format}"
    writer = writer_for(file_format, path, COLUMNS)
    writer.write(ROWS[:2])
    writer.write(ROWS[2:])
    writer.close()
    return path


def test_csv_is_read_back_and_formulas_are_harmless(tmp_path: Path) -> None:
    with written(tmp_path, "csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["name", "n", "price", "day", "at", "ok", "raw", "name"]
    assert lines[1] == ["Huế", "1", "10.50", "2026-12-01", "2026-12-01 08:00:00+00:00", "True", "AQ==", "b"]
    assert lines[2] == [""] * 8
    assert (lines[3][0], lines[3][1], lines[3][7]) == ("'=1+1", "1099511627776", 'quo"te, and\nline')


def test_json_is_an_array_of_objects_with_different_names(tmp_path: Path) -> None:
    rows = json.loads(written(tmp_path, "json").read_text(encoding="utf-8"))
    assert rows[0] == {
        "name": "Huế", "n": 1, "price": "10.50", "day": "2026-12-01", "at": "2026-12-01 08:00:00+00:00", "ok": True,
        "raw": "AQ==", "name_2": "b",
    }  # fmt: skip
    assert rows[1] == dict.fromkeys(rows[0])
    assert len(rows) == 3


def test_excel_keeps_numbers_dates_and_texts_that_are_no_formulas(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(written(tmp_path, "xlsx")).worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    assert [str(cell) for cell in lines[1]] == [
        "Huế", "1", "10.5", "2026-12-01 00:00:00", "2026-12-01 08:00:00+00:00", "True", "AQ==", "b",
    ]  # fmt: skip
    assert lines[3][0] == "'=1+1"


def test_parquet_is_typed(tmp_path: Path) -> None:
    table = parquet.read_table(written(tmp_path, "parquet"))
    types = {field.name: str(field.type) for field in table.schema}
    assert types == {
        "name": "string", "n": "int64", "price": "string", "day": "date32[day]", "at": "timestamp[us, tz=UTC]",
        "ok": "bool", "raw": "binary", "name_2": "string",
    }  # fmt: skip
    rows = table.to_pylist()
    assert (rows[0]["price"], rows[0]["day"], rows[0]["raw"]) == ("10.50", dt.date(2026, 12, 1), b"\x01")
    assert rows[1] == dict.fromkeys(types)


def test_number_that_does_not_fit_is_empty_rather_than_wrong(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    writer = writer_for("parquet", path, [column("n", "integer")])
    writer.write([(2**70,), (3,)])
    writer.close()
    assert parquet.read_table(path).to_pylist() == [{"n": None}, {"n": 3}]


def test_repeated_names_are_numbered() -> None:
    names = ("a", "b", "a", "a", "a_2")
    assert unique_names([column(name, "text") for name in names]) == ["a", "b", "a_2", "a_3", "a_2_2"]


def test_unknown_format_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError):
        writer_for("pdf", tmp_path / "rows.pdf", COLUMNS)
