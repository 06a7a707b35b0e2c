"""Plain text by paragraphs, code by lines, JSON that people can read."""

import json
from pathlib import Path

import pytest

from chatbot.extraction.base import Block
from chatbot.extraction.headings import Headings
from chatbot.extraction.plain import read, read_code, read_json
from chatbot.tests.extraction.files import blocks, save


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


def test_text_is_divided_by_blank_lines(path: Path) -> None:
    save(path, b"\n\nfirst\nsecond\n \t\n\nthird\n")
    assert blocks(read, path) == [Block("first\nsecond"), Block("third")]


def test_code_is_one_block_of_lines(path: Path) -> None:
    save(path, b"def f():\r\n\r\n    return 1\r\n")
    assert blocks(read_code, path) == [Block("def f():\n\n    return 1\n", form="lines")]


def test_json_that_is_laid_out_stays_as_it_is(path: Path) -> None:
    text = '{\n    "a": [1, 2],\n    "b": "ế"\n}'
    assert blocks(read_json, save(path, text.encode())) == [Block(text, form="lines")]


def test_json_in_one_long_line_is_indented(path: Path) -> None:
    values = {"city": "Huế", "numbers": list(range(1_000))}
    save(path, json.dumps(values).encode())
    [block] = blocks(read_json, path)
    assert block.text.startswith('{\n "city": "Huế",\n "numbers": [\n  0,\n  1,\n')
    assert json.loads(block.text) == values


@pytest.mark.parametrize("text", ['{"a": ' + "1" * 3_000, "[" * 100_000, '{"a": 1}\n' + '{"b": "%s"}' % ("x" * 3_000)])
def test_json_that_cannot_be_indented_stays_as_it_is(path: Path, text: str) -> None:
    assert blocks(read_json, save(path, text.encode())) == [Block(text, form="lines")]


def test_json_that_was_cut_is_not_parsed(path: Path) -> None:
    save(path, json.dumps(list(range(9_000))).encode())
    [block] = blocks(read_json, path, max_characters=3_000)
    assert block.text.startswith("[0, 1, 2, ")
    assert 3_000 < len(block.text) < 13_000


def test_headings_know_where_they_stand() -> None:
    headings = Headings()
    assert headings.path == ""
    for level, title, path in ((1, "A", "A"), (3, "B", "A > B"), (2, "C", "A > C"), (1, "", ""), (6, "D", "D")):
        headings.enter(level, title)
        assert headings.path == path


def test_long_headings_lose_their_upper_parts() -> None:
    headings = Headings()
    headings.enter(1, "a" * 150)
    headings.enter(2, "b" * 60)
    assert headings.path == "b" * 60
    headings.enter(1, "c" * 500)
    assert headings.path == "c" * 200
