"""Files of all rows: CSV, JSON, Excel and Parquet, written batch by batch in bounded memory."""

import csv
import datetime as dt
import json
import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from text2sql.connectors.base import ResultColumn
from text2sql.services.cells import as_full_cell

if TYPE_CHECKING:
    import pyarrow as pa

MIME_TYPES = {
    "csv": "text/csv",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
#: A sheet of Excel ends here (ECMA-376, 18.3.1.73), the header included.
XLSX_MAX_ROWS = 1_048_576
_XLSX_MAX_CHARACTERS = 32_767
#: What spreadsheets take for a formula when it begins a cell (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


_Convert = Callable[[Any], Any]


class Writer(Protocol):
    """Writes one file; `close` finishes it, and is called once.

    Also after a failure, to give back what a library holds open; the file is removed then, whatever is in it.
    """

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """The next rows."""

    def close(self) -> None:
        """No more rows."""


def writer_for(file_format: str, path: Path, columns: Sequence[ResultColumn]) -> Writer:
    """The writer of a format; raises KeyError for an unknown one."""
    writers: dict[str, Callable[[Path, Sequence[ResultColumn]], Writer]] = {
        "csv": CsvWriter, "json": JsonWriter, "xlsx": XlsxWriter, "parquet": ParquetWriter,
    }  # fmt: skip
    return writers[file_format](path, columns)


class CsvWriter:
    """RFC 4180 with a byte-order mark, by which Excel knows UTF-8; texts that look like formulas are quoted by `'`."""

    def __init__(self, path: Path, columns: Sequence[ResultColumn]) -> None:
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file)
        # Names are data, too: `SELECT 1 AS "=1+1"`.
        self._csv.writerow([_csv_cell(column.name) for column in columns])

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """See the contract."""
        self._csv.writerows([[_csv_cell(value) for value in row] for row in rows])

    def close(self) -> None:
        """See the contract."""
        self._file.close()


class JsonWriter:
    """One array of objects; a column whose name stands before gets a number behind its own.

    A row a line, so that tools which read line by line get along with it, too.
    """

    def __init__(self, path: Path, columns: Sequence[ResultColumn]) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._names = unique_names(columns)
        self._file.write("[")
        self._separator = "\n"

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """See the contract."""
        for row in rows:
            cells = dict(zip(self._names, map(as_full_cell, row), strict=True))
            self._file.write(self._separator + json.dumps(cells, ensure_ascii=False))
            self._separator = ",\n"

    def close(self) -> None:
        """See the contract."""
        self._file.write("\n]\n")
        self._file.close()


class XlsxWriter:
    """One sheet, written as it comes; a second sheet goes on where the first is full.

    openpyxl keeps rows in a temporary file until the end: memory stays small, the disk needs room for it twice.
    """

    def __init__(self, path: Path, columns: Sequence[ResultColumn]) -> None:
        from openpyxl import Workbook

        self._path, self._columns = path, columns
        self._book = Workbook(write_only=True)
        self._new_sheet()

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """See the contract."""
        for row in rows:
            if self._filled == XLSX_MAX_ROWS:
                self._new_sheet()
            self._sheet.append([_xlsx_cell(value) for value in row])
            self._filled += 1

    def close(self) -> None:
        """See the contract."""
        self._book.save(self._path)

    def _new_sheet(self) -> None:
        self._sheet = self._book.create_sheet()
        self._sheet.append([_xlsx_cell(column.name) for column in self._columns])
        self._filled = 1


class ParquetWriter:
    """Typed by the columns' kinds; exact decimals and what has no type of its own are text.

    A driver tells no precision for computed decimals, and Parquet's need one: text loses nothing.
    """

    def __init__(self, path: Path, columns: Sequence[ResultColumn]) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        typed = [_arrow_type(pa, column) for column in columns]
        self._converts = [convert for _type, convert in typed]
        self._schema = pa.schema(list(zip(unique_names(columns), (kind for kind, _convert in typed), strict=True)))
        self._writer = parquet.ParquetWriter(path, self._schema, compression="zstd")
        self._pa = pa

    def write(self, rows: Sequence[Sequence[Any]]) -> None:
        """See the contract."""
        arrays = []
        for values, field, convert in zip(zip(*rows, strict=True), self._schema, self._converts, strict=True):
            cells = [None if value is None else convert(value) for value in values]
            arrays.append(self._pa.array(cells, type=field.type))
        self._writer.write_batch(self._pa.record_batch(arrays, schema=self._schema))

    def close(self) -> None:
        """See the contract."""
        self._writer.close()


def unique_names(columns: Sequence[ResultColumn]) -> list[str]:
    """The columns' names; repeated ones are numbered: a, a_2."""
    names: list[str] = []
    for column in columns:
        name, number = column.name, 1
        while name in names:
            number += 1
            name = f"{column.name}_{number}"
        names.append(name)
    return names


def _csv_cell(value: Any) -> Any:
    cell = as_full_cell(value)
    # Numbers may begin with a minus; only texts are made harmless.
    return f"'{cell}" if isinstance(value, str) and cell.startswith(_FORMULA_STARTS) else cell


def _xlsx_cell(value: Any) -> Any:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    match value:
        case None | bool():
            return value
        case int() | float():
            # Excel keeps 15 digits, and knows no infinity.
            is_kept = math.isfinite(value) if isinstance(value, float) else abs(value) <= 10**15
            return value if is_kept else str(value)
        case dt.date():
            is_zoned = isinstance(value, dt.datetime) and value.tzinfo is not None
            # Its days are counted from 1900.
            return as_full_cell(value) if is_zoned or value.year < 1900 else value
        case Decimal():
            is_exact = value.is_finite() and len(value.as_tuple().digits) <= 15
            return value if is_exact else as_full_cell(value)
        case _:
            text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", str(as_full_cell(value)))[:_XLSX_MAX_CHARACTERS]
            return f"'{text}" if text.startswith("=") else text


def _arrow_type(pa: Any, column: ResultColumn) -> "tuple[pa.DataType, _Convert]":
    """The column's type, and how its values become it; a value that does not fit becomes empty rather than wrong."""
    words = column.data_type.lower()
    match column.kind:
        case "integer":
            return pa.int64(), lambda value: value if isinstance(value, int) and -(2**63) <= value < 2**63 else None
        case "boolean":
            return pa.bool_(), lambda value: value if isinstance(value, bool) else None
        case "date":
            return pa.date32(), lambda value: value if isinstance(value, dt.date) else None
        case "binary":
            return pa.binary(), lambda value: value if isinstance(value, bytes) else None
        case "number" if any(word in words for word in ("float", "double", "real")):
            return pa.float64(), lambda value: float(value) if isinstance(value, int | float | Decimal) else None
        case "timestamp":
            is_zoned = "tz" in words or "with time zone" in words
            return pa.timestamp("us", tz="UTC" if is_zoned else None), _in_utc if is_zoned else _without_zone
        case _:
            return pa.string(), lambda value: str(as_full_cell(value))


def _in_utc(value: Any) -> dt.datetime | None:
    if not isinstance(value, dt.datetime):
        return None
    return value.astimezone(dt.UTC) if value.tzinfo else value.replace(tzinfo=dt.UTC)


def _without_zone(value: Any) -> dt.datetime | None:
    return value.replace(tzinfo=None) if isinstance(value, dt.datetime) else None
