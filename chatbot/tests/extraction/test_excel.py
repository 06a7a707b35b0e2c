"""Excel workbooks: rows under their header, values as people see them, sheets that claim to be endless."""

import datetime as dt
import io
import zipfile
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from chatbot.extraction.base import Limits
from chatbot.extraction.excel import read
from chatbot.extraction.passages import TARGET_CHARACTERS, weigh
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import blocks, change_parts, refusal, texts, workbook

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def sheet_of(rows: str, *, dimension: str = "A1:B2") -> bytes:
    begin = f'<worksheet xmlns="{NAMESPACE}"><dimension ref="{dimension}"/><sheetData>'
    return f"{begin}{rows}</sheetData></worksheet>".encode()


def share_strings(path: Path, strings: str) -> Path:
    """A workbook whose only cell refers to the first of the shared texts."""
    workbook(path, {"S": [["a"]]})
    with zipfile.ZipFile(path) as archive:
        types = archive.read("[Content_Types].xml").decode()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>'
    return change_parts(
        path,
        {
            "[Content_Types].xml": types.replace("</Types>", override).encode(),
            "xl/sharedStrings.xml": strings.encode(),
            SHEET: sheet_of('<row r="1"><c r="A1" t="s"><v>0</v></c></row>'),
        },
    )


def test_sheets_are_headings_and_rows_are_lines(path: Path) -> None:
    workbook(path, {"Staff": [["Name", "Age"], ["Lan", 31], ["Nam", 42]], "Empty": [], "City": [["Huế", "Đà Nẵng"]]})
    assert [(block.text, block.heading, block.form) for block in blocks(read, path)] == [
        ("Name | Age\nLan | 31\nNam | 42", "Staff", "table"),
        ("Huế | Đà Nẵng", "City", "table"),
    ]


def test_header_comes_again_with_every_block(path: Path) -> None:
    workbook(path, {"Long": [["Number", "Word"], *([number, f"word {number}"] for number in range(1_000))]})
    found = texts(read, path)
    assert len(found) > 10
    assert {text.split("\n")[0] for text in found} == {"Number | Word"}
    assert max(map(weigh, found)) <= TARGET_CHARACTERS
    rows = [line for text in found for line in text.split("\n")[1:]]
    assert rows == [f"{number} | word {number}" for number in range(1_000)]


def test_values_look_as_people_expect(path: Path) -> None:
    row = [
        *("text", 7, 2.5, 3.0, 0.1 + 0.2, True, None),
        *(dt.date(2026, 3, 1), dt.datetime.fromisoformat("2026-03-01T09:30"), dt.time(8, 15), "two\nlines"),
    ]
    shown = ["text", "7", "2.5", "3", "0.3", "True", "", "2026-03-01", "2026-03-01 09:30:00", "08:15:00", "two lines"]
    assert texts(read, workbook(path, {"S": [row]})) == [" | ".join(shown)]


def test_formulas_show_the_value_that_was_saved(path: Path) -> None:
    workbook(path, {"S": [["a"]]})
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>NOW()</f></c></row>'
    assert texts(read, change_parts(path, {SHEET: sheet_of(rows)})) == ["2"]


def test_hidden_sheets_are_left_out(path: Path) -> None:
    workbook(path, {"Seen": [["a", "b"]], "Secret": [["c", "d"]]})
    book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    book["Secret"].sheet_state = "hidden"
    book.save(path)
    extraction = read_file(path, "a.xlsx")
    assert (extraction.pages, [block.text for block in extraction.blocks]) == (1, ["a | b"])


def test_titles_above_the_table_come_before_its_header(path: Path) -> None:
    workbook(path, {"S": [["Report 2026"], [], ["Name", "Age"], ["Lan", 31]]})
    assert texts(read, path) == ["Report 2026", "Name | Age\nLan | 31"]


def test_claim_of_a_million_columns_costs_nothing(path: Path) -> None:
    workbook(path, {"S": [["a"]]})
    cell = '<c r="A1" t="inlineStr"><is><t>only</t></is></c>'
    rows = f'<row r="1">{cell}</row><row r="1048576">{cell.replace("A1", "A1048576")}</row>'
    change_parts(path, {SHEET: sheet_of(rows, dimension="A1:XFD1048576")})
    extraction = read_file(path, "a.xlsx", limits=Limits(cpu_seconds=5))
    assert [block.text for block in extraction.blocks] == ["only\nonly"]


def test_rows_as_wide_as_possible_are_stopped_by_the_clock(path: Path) -> None:
    workbook(path, {"S": [["a"]]})
    rows = "".join(f'<row r="{number}"><c r="XFD{number}"><v>1</v></c></row>' for number in range(1, 30_000))
    change_parts(path, {SHEET: sheet_of(rows)})
    assert refusal(partial(read_file, path, "a.xlsx", limits=Limits(cpu_seconds=1))) == "file_too_complex"


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_part_that_is_no_xml_is_damage(path: Path, part: str) -> None:
    change_parts(workbook(path, {"S": [["a", "b"], ["c", "d"]]}), {part: b"<broken"})
    assert refusal(partial(read_file, path, "a.xlsx")) == "file_damaged"


def test_shared_texts_are_looked_up(path: Path) -> None:
    strings = f'<sst xmlns="{NAMESPACE}"><si><r><t>rich </t></r><r><t>text</t></r></si></sst>'
    assert texts(read, share_strings(path, strings)) == ["rich text"]


@pytest.mark.parametrize("strings", ["<broken", f'<sst xmlns="{NAMESPACE}"/>'])
def test_missing_shared_texts_are_damage(path: Path, strings: str) -> None:
    assert refusal(partial(read_file, share_strings(path, strings), "a.xlsx")) == "file_damaged"
