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


#: Databases without zones have such times.
LONG_AGO, PLAIN = dt.datetime.fromisoformat("1789-07-14T09:30"), dt.datetime.fromisoformat("2026-01-02T03:00")
ZONED = PLAIN.replace(tzinfo=dt.UTC)


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


def sheet_of(path: Path) -> list[tuple[Any, ...]]:
    return [row for sheet in openpyxl.load_workbook(path).worksheets for row in sheet.iter_rows(values_only=True)]


def one_column(tmp_path: Path, file_format: str, kind: ColumnKind, values: list[Any], data_type: str = "") -> Path:
    path = tmp_path / f"one.{file_format}"
    writer = writer_for(file_format, path, [column("v", kind, data_type)])
    if values:
        writer.write([(value,) for value in values])
    writer.close()
    return path


def test_texts_that_begin_like_formulas_are_quoted_and_numbers_are_not(tmp_path: Path) -> None:
    values = ["=1", "+1", "-1", "@x", "\tx", "\rx", "'x", "x=1", "", -1, Decimal("-1.5"), dt.timedelta(days=-1)]
    with one_column(tmp_path, "csv", "text", values).open(encoding="utf-8-sig", newline="") as file:
        cells = [line[0] if line else "" for line in csv.reader(file)][1:]
    assert cells == [
        "'=1", "'+1", "'-1", "'@x", "'\tx", "'\rx", "'x", "x=1", "", "-1", "-1.5", "-1 day, 0:00:00",
    ]  # fmt: skip


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_names_of_columns_are_no_formulas_either(tmp_path: Path, file_format: str) -> None:
    path = tmp_path / f"named.{file_format}"
    writer_for(file_format, path, [column('=HYPERLINK("http://x")', "text"), column("n", "integer")]).close()
    if file_format == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            [header] = csv.reader(file)
    else:
        [header] = [list(row) for row in sheet_of(path)]
    assert header == ['\'=HYPERLINK("http://x")', "n"]


def test_excel_gets_no_number_that_it_cannot_hold(tmp_path: Path) -> None:
    values = [
        float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity"), 10**15, 10**15 + 1, Decimal("1." + "1" * 15),
        1e300,
    ]  # fmt: skip
    assert [row[0] for row in sheet_of(one_column(tmp_path, "xlsx", "number", values))] == [
        "v", "nan", "inf", "NaN", "-Infinity", 10**15, "1000000000000001", "1.111111111111111", 1e300,
    ]  # fmt: skip


def test_excel_gets_days_before_its_first_one_as_text(tmp_path: Path) -> None:
    values = [dt.date(1899, 12, 31), dt.date(1900, 3, 1), LONG_AGO, dt.time(9, 30)]
    assert [str(row[0]) for row in sheet_of(one_column(tmp_path, "xlsx", "date", values))] == [
        "v", "1899-12-31", "1900-03-01 00:00:00", "1789-07-14 09:30:00", "09:30:00",
    ]  # fmt: skip


def test_excel_gets_no_character_that_xml_forbids_and_no_text_that_is_too_long(tmp_path: Path) -> None:
    rows = sheet_of(one_column(tmp_path, "xlsx", "text", ["a\x0bb", "ạ" * 40_000, {"k": [1]}, b"\xff\x00"]))
    assert [rows[1][0], len(rows[2][0]), rows[3][0], rows[4][0]] == ["a\ufffdb", 32_767, '{"k": [1]}', "/wA="]


def test_full_sheet_goes_on_in_another_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("text2sql.services.writers.XLSX_MAX_ROWS", 3)
    book = openpyxl.load_workbook(one_column(tmp_path, "xlsx", "integer", [1, 2, 3, 4, 5]))
    assert [[row[0] for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets] == [
        ["v", 1, 2], ["v", 3, 4], ["v", 5],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "data_type", "values", "kept"),
    [
        ("integer", "", [1, -(2**63), 2**63, "1", None], [1, -(2**63), None, None, None]),
        ("number", "double precision", [1, 0.5, Decimal("2.5"), "x", None], [1.0, 0.5, 2.5, None, None]),
        ("number", "numeric", [Decimal("0.10"), Decimal("1E+2"), 3], ["0.10", "100", "3"]),
        ("boolean", "", [True, False, 1, "t"], [True, False, None, None]),
        ("date", "", [dt.date(1, 1, 1), dt.date(9999, 12, 31), "today"],
         [dt.date(1, 1, 1), dt.date(9999, 12, 31), None]),
        ("timestamp", "timestamp", [ZONED, "now"],
         [PLAIN, None]),
        ("timestamp", "timestamp with time zone", [PLAIN],
         [ZONED]),
        ("binary", "", [b"\x00\xff", "text", None], [b"\x00\xff", None, None]),
        ("time", "", [dt.time(9, 30), None], ["09:30:00", None]),
        ("json", "", [{"k": 1}, [1, 2]], ['{"k": 1}', "[1, 2]"]),
        ("text", "", ["a\x00b", 5], ["a\ufffdb", "5"]),
        ("other", "", [dt.timedelta(hours=1)], ["1:00:00"]),
    ],
)  # fmt: skip
def test_parquet_holds_each_kind_or_nothing(
    tmp_path: Path, kind: ColumnKind, data_type: str, values: list[Any], kept: list[Any]
) -> None:
    table = parquet.read_table(one_column(tmp_path, "parquet", kind, values, data_type))
    assert table.column("v").to_pylist() == kept


@pytest.mark.parametrize("file_format", ["csv", "json", "xlsx", "parquet"])
def test_result_without_rows_is_a_whole_file(tmp_path: Path, file_format: str) -> None:
    path = one_column(tmp_path, file_format, "text", [])
    read: dict[str, Any] = {
        "csv": lambda: path.read_text(encoding="utf-8-sig").splitlines(),
        "json": lambda: json.loads(path.read_text(encoding="utf-8")),
        "xlsx": lambda: [list(row) for row in sheet_of(path)],
        "parquet": lambda: parquet.read_table(path).to_pylist(),
    }
    assert read[file_format]() == {"csv": ["v"], "json": [], "xlsx": [["v"]], "parquet": []}[file_format]
