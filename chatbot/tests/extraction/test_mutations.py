"""Files with random damage: each is read or refused in words; nothing else ever comes out, and never late."""

import random
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from zipfile import ZipFile

import pytest

from chatbot.extraction.base import ExtractionError, Limits
from chatbot.extraction.passages import split
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import change_parts, jpeg, pdf, pdf_lines, pdf_pages, save, word, workbook

SECONDS = 20
CODES = {"file_damaged", "file_encrypted", "unsupported_type", "file_too_complex", "file_empty"}


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Some bytes changed, left out or doubled."""
    changed = bytearray(data)
    for _ in range(rng.choice([1, 3, 10])):
        place = rng.randrange(len(changed))
        match rng.randrange(3):
            case 0:
                changed[place] = rng.randrange(256)
            case 1:
                del changed[place : place + rng.randrange(1, 40)]
            case 2:
                changed[place:place] = changed[place // 2 : place // 2 + rng.randrange(1, 80)]
    return bytes(changed)


def spoil_pdf(path: Path, rng: random.Random) -> None:
    save(path, mutate(pdf(pdf_pages([pdf_lines("One.", "Two.")] * 3)), rng))


def spoil_word(path: Path, rng: random.Random) -> None:
    word(path, lambda document: (document.add_heading("H", 1), document.add_table(2, 2)))
    spoil_part(path, "word/document.xml", rng)


def spoil_workbook(path: Path, rng: random.Random) -> None:
    workbook(path, {"One": [["a", "b"], [1, 2.5], [None, "c"]]})
    spoil_part(path, rng.choice(["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"]), rng)


def spoil_part(path: Path, name: str, rng: random.Random) -> None:
    with ZipFile(path) as archive:
        part = archive.read(name)
    change_parts(path, {name: mutate(part, rng)})


def spoil_page(path: Path, rng: random.Random) -> None:
    save(path, mutate("<html><title>T</title><h1>H</h1><p hidden>x<table><tr><td>ế</table>".encode() * 3, rng))


def spoil_picture(path: Path, rng: random.Random) -> None:
    save(path, mutate(jpeg(640, 480, before=b"\xff\xe0\x00\x10" + b"JFIF\0" + b"\1" * 9), rng))


def outcome(path: Path) -> str:
    """`read`, or the code of the refusal; any other exception fails the test."""
    try:
        found = list(split(read_file(path, "a", limits=Limits(cpu_seconds=5)).blocks))
    except ExtractionError as error:
        return error.code
    return "read" if all(passage.text.strip() for passage in found) else "blank passages"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("spoil", [spoil_pdf, spoil_word, spoil_workbook, spoil_page, spoil_picture])
def test_damaged_file_is_read_or_refused(
    tmp_path: Path, spoil: Callable[[Path, random.Random], None], seed: int
) -> None:
    path = tmp_path / "upload"
    spoil(path, random.Random(seed))
    started = monotonic()
    assert outcome(path) in {"read", *CODES}
    assert monotonic() - started < SECONDS
