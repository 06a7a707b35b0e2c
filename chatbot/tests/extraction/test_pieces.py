"""Tables, paragraphs, passages and names of files at their exact limits."""

from pathlib import Path

import pytest

from chatbot.extraction.base import Block, ExtractionError, FileKind
from chatbot.extraction.delimited import find_delimiter
from chatbot.extraction.encoding import clean_text, find_encoding, unify_line_ends
from chatbot.extraction.headings import Headings
from chatbot.extraction.passages import TARGET_CHARACTERS, split, weigh
from chatbot.extraction.plain import read, read_json
from chatbot.extraction.sniff import sniff
from chatbot.extraction.tables import table_blocks
from chatbot.tests.extraction.files import blocks, save


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def test_a_name_tells_kinds_of_text_by_its_last_part_only(path: Path) -> None:
    save(path, "Nhà ga\n".encode())
    cases = {
        "a.tar.csv": FileKind.CSV, "A.TSV": FileKind.CSV, "a.tab": FileKind.CSV, "notes.mdx": FileKind.MARKDOWN,
        "csv": FileKind.CSV, ".json": FileKind.JSON, "a.ipynb": FileKind.JSON, "a.jsonl": FileKind.JSON,
        "a.xhtml": FileKind.HTML, "a.svg": FileKind.CODE, "a.yml": FileKind.CODE, "a.py.bak": FileKind.TEXT,
        "dir.csv/notes": FileKind.TEXT, "dir.csv\\notes": FileKind.TEXT, "a.csv/": FileKind.CSV, "a.exe": FileKind.TEXT,
        "a.": FileKind.TEXT, "CMakeLists.txt": FileKind.TEXT, "a.docx": FileKind.TEXT, "\x00.sql": FileKind.CODE,
    }  # fmt: skip
    assert {name: sniff(path, name) for name in cases} == cases


def kind_of(path: Path, data: bytes) -> str:
    try:
        return str(sniff(save(path, data), "a.txt"))
    except ExtractionError as error:
        return error.code


def test_first_bytes_decide_to_the_letter(path: Path) -> None:
    binary = b"\x00\x01\xff"
    cases = {
        b"%PDF-": "pdf", b" \n%PDF-1.7": "pdf", b"%PDF": "text", b"a %PDF-1.7": "text",
        binary * 339 + b"%PDF-": "pdf", binary * 341 + b"%PDF-": "unsupported_type", b"GIF87a": "gif",
        b"GIF88a": "text",
        b"\xff\xd8\xff": "jpeg", b"\xff\xd8\xfe\x00": "unsupported_type", b"\x89PNG\r\n\x1a\n": "png",
        b"RIFF\x00\x00\x00\x00WEBP": "webp", b"RIFF\x00\x00\x00\x00WAVE\x00\x00": "unsupported_type", b"": "file_empty",
        b"a": "text", b"<html>": "html", b"<htmlx>": "text",
    }  # fmt: skip
    assert {data: kind_of(path, data) for data in cases} == cases


def test_the_delimiter_of_most_even_rows_wins() -> None:
    cases = {
        "a": ",", "a,b;c": ",", "a;b\nc;d,e\n": ";", "a\tb\tc\nd\te\tf\n": "\t", "a|b\n\n\nc|d\n": "|",
        "a,b\nc,d\ne;f\n": ",", '"a;b",c\n"d;e",f\n': ",", "\n\n": ",",
        "a,b\n" * 50 + "a;b;c\n" * 500: ",",
    }  # fmt: skip
    assert {text: find_delimiter(text) for text in cases} == cases


def test_text_is_told_from_bytes_by_few_of_its_letters() -> None:
    cases = {
        b"": "utf-8", b"plain": "utf-8", "ế".encode()[:2]: "utf-8", b"\xef\xbb\xbfx": "utf-8-sig",
        b"\xff\xfea\x00": "utf-16",
        b"a\x00b\x00c\x00": "utf-16-le", b"\x00a\x00b\x00c": "utf-16-be", b"a" * 1_000 + b"\x01": "utf-8",
        b"a" * 998 + b"\x01": None, b"\x1b[0m": "utf-8", b"\t\r\n\x0c": "utf-8",
    }  # fmt: skip
    assert {data: find_encoding(data) for data in cases} == cases


def test_text_is_cleaned_of_what_nobody_sees() -> None:
    cases = {
        "a\r\r\nb": "a\n\nb", "\u2028\u2029\x85": "\n\n\n", "a\x0b\x0cb": "a\n\nb", "\x1f\x7f\x80\x9f": "",
        "\ufffe\uffff\ufeff": "", "\ud83d\ude00": "\ufffd\ufffd", "o\u031b\u0323": "ợ", "\u200bx": "\u200bx", "": "",
    }  # fmt: skip
    assert {text: clean_text(text) for text in cases} == cases
    assert unify_line_ends("\r\r\n\n") == "\n\n\n"


def test_paragraphs_are_parted_by_blank_lines_of_any_kind(path: Path) -> None:
    cases = {
        "a": ["a"], "a\nb": ["a\nb"], "a\n \t\nb": ["a", "b"], "\n\n a\n\n\n": [" a"], "a\r\n\r\nb": ["a", "b"],
        "a\x0c\x0cb": ["a", "b"], "a\n\u3000\nb": ["a", "b"],
    }  # fmt: skip
    assert {text: [one.text for one in blocks(read, save(path, text.encode()))] for text in cases} == cases


def test_json_is_indented_from_two_thousand_and_one_characters_a_line_on(path: Path) -> None:
    texts = ['["' + "x" * (length - 4) + '"]' for length in (2_000, 2_001)]
    found = [blocks(read_json, save(path, text.encode()))[0].text for text in texts]
    assert found == [texts[0], '[\n "' + "x" * 1_997 + '"\n]']


def test_rows_become_lines_whatever_their_cells_hold() -> None:
    cases: dict[str, tuple[list[list[str]], list[str]]] = {
        "titles above": ([["Report"], ["2024"], ["A", "B"], ["1", "2"]], ["Report\n2024", "A | B\n1 | 2"]),
        "one cell is no header": ([["", "B"], ["", "x", "1"]], ["B", " | x | 1"]),
        "short row": ([["A", "B", "C"], ["1"]], ["A | B | C\n1"]),
        "bars at the end": ([["A", "B"], ["x |", "y|"]], ["A | B\nx | | y"]),
        "lines in cells": ([["A\nB", "C"], ["1\r\n2", "\t3"]], ["A B | C\n1 2 | 3"]),
        "blank rows": ([["A", "B"], [" ", "\n"], ["1", "2"]], ["A | B\n1 | 2"]),
    }
    found = {name: [block.text for block in table_blocks(rows)] for name, (rows, _lines) in cases.items()}
    assert found == {name: lines for name, (_rows, lines) in cases.items()}


def test_a_header_of_a_third_of_a_passage_is_repeated_and_a_wider_one_is_not() -> None:
    fits, wide = ["a" * 292, "bbb"], ["a" * 293, "bbb"]
    assert [weigh(" | ".join(row)) for row in (fits, wide)] == [300, 301]
    assert [block.text.removeprefix("a" * 292) for block in table_blocks([fits, ["1", "2"]])] == [" | bbb\n1 | 2"]
    assert [block.text.removeprefix("a" * 293) for block in table_blocks([wide, ["1", "2"]])] == [": 1; bbb: 2"]


def test_passages_are_filled_to_the_last_letter() -> None:
    exact, over = "x" * TARGET_CHARACTERS, "x" * (TARGET_CHARACTERS + 1)
    assert [len(one.text) for one in split([Block(exact)], overlap=0)] == [900]
    assert [len(one.text) for one in split([Block(over)], overlap=0)] == [900, 1]
    pair = [Block("a" * 449), Block("b" * 449)]
    assert [len(one.text) for one in split(pair, overlap=0)] == [900]
    assert [len(one.text) for one in split([*pair, Block("c")], overlap=0)] == [900, 1]


def test_forms_pages_and_headings_part_passages() -> None:
    given = [
        Block("a", page=1, heading="H"), Block("b", page=1, heading="H"), Block("c", page=2, heading="H"),
        Block("d", page=2, heading="G"), Block("e", page=2, heading="G", form="lines"),
        Block("f", page=2, heading="G", form="lines"), Block("g", form="table"), Block("h", form="table"),
    ]  # fmt: skip
    assert [(one.text, one.page, one.heading) for one in split(given, overlap=0)] == [
        ("a\n\nb", 1, "H"), ("c", 2, "H"), ("d", 2, "G"), ("e\nf", 2, "G"), ("g", None, ""), ("h", None, ""),
    ]  # fmt: skip


def test_headings_are_joined_up_to_two_hundred_characters() -> None:
    headings = Headings()
    headings.enter(1, "a" * 97)
    headings.enter(2, "b" * 100)
    assert headings.path == "a" * 97 + " > " + "b" * 100
    headings.enter(2, "b" * 101)
    assert headings.path == "b" * 101
    headings.enter(6, "c")
    assert headings.path == "b" * 101 + " > c"
    headings.enter(1, "")
    assert headings.path == ""
