"""Reads Excel workbooks row by row, with the values that formulas had when the file was saved."""

import datetime as dt
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from lxml.etree import XMLSyntaxError

from chatbot.extraction.archive import check_parts, open_archive
from chatbot.extraction.base import Block, ExtractionError, Limits, Reading
from chatbot.extraction.tables import table_blocks

_BROKEN = (ParseError, XMLSyntaxError, LookupError, ValueError, TypeError, AttributeError, zipfile.BadZipFile)


def read(path: Path, limits: Limits) -> Reading:
    """Tables of all sheets that are not hidden, the sheet's name as heading; `pages` counts these sheets.

    Raises ExtractionError: `file_damaged`, `file_encrypted` or `file_too_complex`.
    """
    with open_archive(path, max_unpacked_bytes=limits.max_unpacked_bytes) as package:
        check_parts(package, max_unpacked_bytes=limits.max_unpacked_bytes)
    # By its path, openpyxl would look at the name; the sheets are read from the open file later.
    file = path.open("rb")
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    except _BROKEN as error:
        raise ExtractionError("The file is damaged: it is no complete Excel workbook.") from error
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return Reading(_blocks(sheets), pages=len(sheets))


def _blocks(sheets: list[Any]) -> Iterator[Block]:
    for sheet in sheets:
        try:
            yield from table_blocks(_rows(sheet), heading=sheet.title)
        except _BROKEN as error:
            raise ExtractionError("The file is damaged: one of its sheets cannot be read.") from error


def _rows(sheet: Any) -> Iterator[list[str]]:
    # The file may claim a million columns; without a claim each row is as wide as its last cell.
    sheet.reset_dimensions()
    for row in sheet.iter_rows(values_only=True):
        yield [_show(value) for value in row]


def _show(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value)
