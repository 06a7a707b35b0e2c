"""Builds the files that the tests read, good ones and hostile ones."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.document import Document

from chatbot.extraction.base import Block, ExtractionError, Limits, Reading

NOVELS = "Once upon a time there was an engine. " * 40


def blocks(read: Callable[[Path, Limits], Reading], path: Path, **limits: Any) -> list[Block]:
    """All blocks that a reader gives."""
    return list(read(path, Limits(**limits)).blocks)


def texts(read: Callable[[Path, Limits], Reading], path: Path) -> list[str]:
    """The texts of all blocks."""
    return [block.text for block in blocks(read, path)]


def refusal(work: Callable[[], object]) -> str:
    """The code of the ExtractionError that the work must raise; its message is for people."""
    with pytest.raises(ExtractionError) as caught:
        work()
    assert caught.value.retryable is False
    assert caught.value.message.endswith(".")
    assert "/" not in caught.value.message
    return caught.value.code


def pdf(objects: Mapping[int, bytes], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects with a correct table of them."""
    data = bytearray(b"%PDF-1.7\n")
    offsets = {}
    for number, body in objects.items():
        offsets[number] = len(data)
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(data), max(objects) + 1
    data += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        data += b"%010d 00000 n \n" % offsets.get(number, 0)
    data += b"trailer\n<</Size %d /Root %d 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, trailer, start)
    return bytes(data)


def pdf_stream(content: bytes, *, entries: bytes = b"") -> bytes:
    """The body of a stream object."""
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), entries, content)


def pdf_pages(pages: Sequence[bytes]) -> dict[int, bytes]:
    """The objects of a document with these content streams; 1 is the catalog, 2 the tree, 3 the font."""
    kids = b" ".join(b"%d 0 R" % (10 + 2 * index) for index in range(len(pages)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    }
    for index, content in enumerate(pages):
        number = 10 + 2 * index
        objects[number] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Resources<</Font<</F 3 0 R>>>>/Contents %d 0 R>>"
            % (number + 1)
        )
        objects[number + 1] = pdf_stream(content)
    return objects


def pdf_lines(*lines: str) -> bytes:
    """A content stream that shows lines of Latin text below each other."""
    shown = b" ".join(b"(%s) Tj T*" % line.encode("cp1252") for line in lines)
    return b"BT /F 12 Tf 14 TL 50 750 Td " + shown + b" ET"


def save(path: Path, data: bytes) -> Path:
    """Write and return the path."""
    path.write_bytes(data)
    return path


def word(path: Path, build: Callable[[Document], object]) -> Path:
    """A Word file that python-docx makes."""
    document = docx.Document()
    build(document)
    document.save(str(path))
    return path


def word_body(path: Path, body: str) -> Path:
    """A Word file whose body is this XML (prefix `w`)."""
    made = word(path, lambda document: document.add_paragraph("BODY"))
    namespace = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    compatibility = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    text = f'<w:document xmlns:w="{namespace}" xmlns:mc="{compatibility}"><w:body>{body}</w:body></w:document>'
    return change_parts(made, {"word/document.xml": text.encode()})


def workbook(path: Path, sheets: Mapping[str, Iterable[Sequence[object]]]) -> Path:
    """An Excel file that openpyxl makes."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def change_parts(path: Path, parts: Mapping[str, bytes]) -> Path:
    """Replace or add parts of an Office file."""
    with zipfile.ZipFile(path) as archive:
        kept = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in {**kept, **parts}.items():
            archive.writestr(name, data)
    return path


def zip_file(path: Path, parts: Mapping[str, bytes]) -> Path:
    """A zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def png(width: int, height: int) -> bytes:
    """A PNG with a header and one scan line of data, which nobody decodes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 8)) + chunk(b"IEND", b"")
    )


def gif(width: int, height: int) -> bytes:
    """A GIF's header."""
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


def jpeg(width: int, height: int, *, frame: int = 0xC0, before: bytes = b"") -> bytes:
    """A JPEG up to its frame header; `before` are further segments."""
    body = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + before + bytes([0xFF, frame]) + struct.pack(">H", len(body) + 2) + body


def webp(width: int, height: int, *, coding: str = "VP8X") -> bytes:
    """A WebP's first chunk in one of its three codings."""
    if coding == "VP8X":
        data = b"\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    elif coding == "VP8L":
        data = b"\x2f" + ((width - 1) | (height - 1) << 14).to_bytes(4, "little") + b"\0" * 5
    else:
        data = b"\0\0\0\x9d\x01\x2a" + struct.pack("<HH", width, height)
    chunk = coding.ljust(4).encode() + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """The bytes of a zip archive."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()
