"""A file is what its content says; its name only chooses among kinds of text."""

import os
from pathlib import Path

import pytest

from chatbot.extraction.base import FileKind
from chatbot.extraction.sniff import sniff
from chatbot.tests.extraction.files import gif, jpeg, pdf, pdf_pages, png, refusal, save, webp, word, workbook, zip_file

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
TEXTS = "English and Tiếng Việt\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (pdf(pdf_pages([b""])), FileKind.PDF),
        (b"\r\n\n%PDF-1.4\n\x80\x81", FileKind.PDF),
        (b"\xef\xbb\xbf%PDF-1.4\n", FileKind.PDF),
        (b"\x00\x01 mail header \xff\n%PDF-1.4\n\x80\x81\x00", FileKind.PDF),
        (png(3, 4), FileKind.PNG),
        (jpeg(3, 4), FileKind.JPEG),
        (gif(3, 4), FileKind.GIF),
        (webp(3, 4), FileKind.WEBP),
    ],
)
def test_known_bytes_are_recognised_whatever_the_name_says(path: Path, data: bytes, kind: FileKind) -> None:
    for name in ("holiday.txt", "page.html", "", "x.docx"):
        assert sniff(save(path, data), name) is kind


def test_office_files_are_recognised_by_what_they_hold(path: Path) -> None:
    assert sniff(word(path, lambda document: document.add_paragraph("Text")), "a.zip") is FileKind.DOCX
    assert sniff(workbook(path, {"One": [["a"]]}), "a.docx") is FileKind.XLSX


@pytest.mark.parametrize(
    ("filename", "kind"),
    [
        ("notes.txt", FileKind.TEXT),
        ("notes", FileKind.TEXT),
        ("", FileKind.TEXT),
        ("notes.pdf", FileKind.TEXT),
        ("photo.png", FileKind.TEXT),
        ("table.CSV", FileKind.CSV),
        ("table.tsv", FileKind.CSV),
        ("README.md", FileKind.MARKDOWN),
        ("index.htm", FileKind.HTML),
        ("data.json", FileKind.JSON),
        ("main.py", FileKind.CODE),
        ("Makefile", FileKind.CODE),
        ("Dockerfile", FileKind.CODE),
        ("C:\\work\\query.sql", FileKind.CODE),
        ("../../etc/x.yaml", FileKind.CODE),
        ("tiếng việt.md", FileKind.MARKDOWN),
    ],
)
def test_the_name_chooses_among_kinds_of_text(path: Path, filename: str, kind: FileKind) -> None:
    assert sniff(save(path, TEXTS.encode()), filename) is kind


@pytest.mark.parametrize(
    "beginning",
    ["<!DOCTYPE html><p>", "\n <html lang=vi>", "<!-- a --><!-- b -->\n<!doctype  HTML>", "<HTML>"],
)
def test_pages_without_a_telling_name_are_html(path: Path, beginning: str) -> None:
    assert sniff(save(path, beginning.encode()), "page.txt") is FileKind.HTML
    assert sniff(save(path, f"About {beginning}".encode()), "page.txt") is FileKind.TEXT


def test_thousands_of_comments_are_passed_quickly(path: Path) -> None:
    assert sniff(save(path, b"<!-- -->" * 8_000), "page.txt") is FileKind.TEXT


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_is_text_in_every_unicode_encoding(path: Path, encoding: str) -> None:
    assert sniff(save(path, TEXTS.encode(encoding)), "a.md") is FileKind.MARKDOWN


def test_nothing_is_empty(path: Path) -> None:
    assert refusal(lambda: sniff(save(path, b""), "a.pdf")) == "file_empty"


@pytest.mark.parametrize(
    "data",
    [
        b"\0" * 50_000_000,
        b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40,
        b"\x1f\x8b\x08\x00" + os.urandom(5_000),
        b"\xff\xfe" + os.urandom(5_000),
        b"BM" + b"\0\x01" * 500,
        b"ID3\x03\x00" + bytes(range(256)) * 4,
        b"SQLite format 3\0" + b"\0" * 100,
    ],
    ids=["zeros", "program", "gzip", "noise", "bitmap", "mp3", "database"],
)
def test_other_bytes_are_refused_under_any_name(path: Path, data: bytes) -> None:
    save(path, data)
    assert refusal(lambda: sniff(path, "a.txt")) == "unsupported_type"
    assert refusal(lambda: sniff(path, "a.pdf")) == "unsupported_type"


@pytest.mark.parametrize(
    "parts",
    [
        {"photo.png": b"x"},
        {"[Content_Types].xml": b"<Types/>"},
        {"[Content_Types].xml": b"presentationml.presentation.main+xml", "ppt/presentation.xml": b"<p/>"},
        {"[Content_Types].xml": b"ms-word.document.macroEnabled.main+xml"},
    ],
)
def test_other_archives_are_refused(path: Path, parts: dict[str, bytes]) -> None:
    zip_file(path, parts)
    assert refusal(lambda: sniff(path, "a.docx")) == "unsupported_type"


def test_old_office_files_are_refused_with_advice(path: Path) -> None:
    save(path, OLE + b"W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0")
    assert refusal(lambda: sniff(path, "a.doc")) == "unsupported_type"


def test_office_files_with_a_password_are_told_apart(path: Path) -> None:
    save(path, OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"))
    assert refusal(lambda: sniff(path, "a.docx")) == "file_encrypted"
