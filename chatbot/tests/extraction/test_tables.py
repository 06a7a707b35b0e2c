"""Rows become blocks that can be understood alone."""

import pytest

from chatbot.extraction.passages import TARGET_CHARACTERS, weigh
from chatbot.extraction.tables import table_blocks

WIDE = [f"A column with a long name {number}" for number in range(12)]


def lines_of(rows: list[list[str]]) -> list[list[str]]:
    return [block.text.split("\n") for block in table_blocks(rows)]


@pytest.mark.parametrize(
    ("rows", "blocks"),
    [
        ([], []),
        ([[], ["", " "]], []),
        ([["only"]], [["only"]]),
        ([["a"], ["b"], ["c"]], [["a", "b", "c"]]),
        ([["Name", "Age"]], [["Name | Age"]]),
        ([["Name", "Age"], ["Lan", "31"]], [["Name | Age", "Lan | 31"]]),
        ([["Name", "Age"], [], ["Lan", ""], ["", "31"]], [["Name | Age", "Lan", " | 31"]]),
        ([["Title"], ["Name", "Age"], ["Lan", "31"]], [["Title"], ["Name | Age", "Lan | 31"]]),
        ([["a", "b"], ["1", "2", "", "", "far"]], [["a | b", "1 | 2 | far"]]),
        ([["a", "b"], ["two\nlines", " and  spaces "]], [["a | b", "two lines | and spaces"]]),
    ],
)
def test_rows_are_joined_under_their_header(rows: list[list[str]], blocks: list[list[str]]) -> None:
    assert lines_of(rows) == blocks


def test_blocks_are_as_large_as_a_passage_and_begin_with_the_header() -> None:
    rows = [["Tên", "Thành phố"], *([f"Người thứ {number}", "Đà Nẵng"] for number in range(200))]
    found = list(table_blocks(rows, heading="Nhân viên"))
    assert {block.text.split("\n")[0] for block in found} == {"Tên | Thành phố"}
    assert {(block.heading, block.form, block.page) for block in found} == {("Nhân viên", "table", None)}
    weights = [weigh(block.text) for block in found]
    assert max(weights) <= TARGET_CHARACTERS
    assert min(weights[:-1]) > TARGET_CHARACTERS - 150


def test_no_row_is_lost_or_doubled() -> None:
    rows = [["Number", "Square"], *([str(number), str(number**2)] for number in range(500))]
    assert [line for lines in lines_of(rows) for line in lines[1:]] == [f"{n} | {n**2}" for n in range(500)]


def test_under_a_wide_header_each_row_names_its_columns() -> None:
    found = lines_of([WIDE, ["x", "", "y"], ["1"] * 13])
    assert found[0][0] == "A column with a long name 0: x; A column with a long name 2: y"
    assert found[0][1].startswith("A column with a long name 0: 1; ")
    assert found[0][1].endswith("A column with a long name 11: 1; 1")


def test_wide_header_alone_is_kept() -> None:
    assert lines_of([WIDE]) == [[" | ".join(WIDE)]]


def test_row_larger_than_a_passage_stays_whole() -> None:
    rows = [["a", "b"], ["x" * 5_000, "y"], ["1", "2"]]
    assert [len(lines) for lines in lines_of(rows)] == [2, 2]
