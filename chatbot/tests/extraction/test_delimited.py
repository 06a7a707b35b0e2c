"""Tables in text, whatever stands between their cells."""

from pathlib import Path

import pytest

from chatbot.extraction.base import Limits
from chatbot.extraction.delimited import find_delimiter, read
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import refusal, save, texts


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload.csv"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a,b,c\n1,2,3\n", ","),
        ("a;b\n1,5;2,5\n2,5;3,5\n", ";"),
        ("a\tb\n1, 2\t3\n", "\t"),
        ("a|b|c\nx,y|z|w\n", "|"),
        ('"a,b";"c"\n"d";"e,f,g"\n', ";"),
        ("only one column\nof words, and commas\n", ","),
        ("", ","),
        ("name,note\nLan,one; two\nNam,three; four; five\n", ","),
    ],
)
def test_delimiter_is_the_one_that_makes_even_rows(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_cells_in_quotes_are_whole(path: Path) -> None:
    save(path, 'Tên;Ghi chú\n"Lan";"hai\ndòng; và ""dấu"""\n'.encode("utf-16"))
    assert texts(read, path) == ['Tên | Ghi chú\nLan | hai dòng; và "dấu"']


def test_encoding_is_told(path: Path) -> None:
    assert read_file(save(path, b"a,b\r\n1,2\r\n"), "a.csv").encoding == "utf-8"


def test_open_quote_makes_one_cell_and_no_error(path: Path) -> None:
    save(path, b'a,b\n1,"open ' + b"word " * 60_000)
    extraction = read_file(path, "a.csv")
    assert extraction.characters > 290_000
    assert extraction.blocks[0].text.startswith("a | b\n1 | open word word")


def test_huge_table_is_cut_and_says_so(path: Path) -> None:
    save(path, b"number,square\n" + b"".join(b"%d,%d\n" % (number, number**2) for number in range(50_000)))
    extraction = read_file(path, "a.csv", limits=Limits(max_characters=10_000))
    assert (extraction.characters, extraction.truncated) == (10_000, True)


def test_blank_table_is_empty(path: Path) -> None:
    assert refusal(lambda: read_file(save(path, b" \n \n"), "a.csv")) == "file_empty"
