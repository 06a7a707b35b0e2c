"""What reading a file gives: its kind, its text in blocks, passages, limits and the reasons for refusing it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from tasks.engines.errors import EngineInputError


class FileKind(StrEnum):
    """What a file is by its content; among the kinds of text its name decides, too."""

    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    CSV = "csv"
    TEXT = "text"
    CODE = "code"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"
    PNG = "png"
    JPEG = "jpeg"
    GIF = "gif"
    WEBP = "webp"

    @property
    def mime_type(self) -> str:
        """Its media type; code is text/plain, so that no browser runs it."""
        return _MIME_TYPES[self]

    @property
    def is_image(self) -> bool:
        """Whether it is a picture: it has a size and no text."""
        return self in (FileKind.PNG, FileKind.JPEG, FileKind.GIF, FileKind.WEBP)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_MIME_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.DOCX: f"{_OFFICE}.wordprocessingml.document",
    FileKind.XLSX: f"{_OFFICE}.spreadsheetml.sheet",
    FileKind.CSV: "text/csv",
    FileKind.TEXT: "text/plain",
    FileKind.CODE: "text/plain",
    FileKind.MARKDOWN: "text/markdown",
    FileKind.HTML: "text/html",
    FileKind.JSON: "application/json",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
    FileKind.GIF: "image/gif",
    FileKind.WEBP: "image/webp",
}

ErrorCode: TypeAlias = Literal["file_damaged", "file_encrypted", "unsupported_type", "file_too_complex", "file_empty"]


class ExtractionError(EngineInputError):
    """A file that cannot be read, now or later; `code` is one of `ErrorCode`."""

    default_code = "file_damaged"


#: Prose may be cut between sentences, lines between lines; a table comes in pieces that each carry its header.
Form: TypeAlias = Literal["prose", "lines", "table"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of text as the file has it: a paragraph, a page, a part of a table. `page` counts from 1."""

    text: str
    page: int | None = None
    heading: str = ""
    form: Form = "prose"


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text of the size that search and citations want; `position` counts from 0."""

    position: int
    text: str
    page: int | None
    heading: str


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take. Text beyond `max_characters` is left out; the other limits refuse the file."""

    max_characters: int = 2_000_000
    max_unpacked_bytes: int = 400_000_000
    memory_bytes: int = 1 << 30
    cpu_seconds: int = 60
    wall_seconds: float = 120.0


@dataclass(slots=True)
class Reading:
    """What a reader knows of a file at once, and its blocks, which it reads while they are asked for."""

    blocks: Iterator[Block]
    pages: int | None = None
    encoding: str = ""
    width: int | None = None
    height: int | None = None
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """A file that was read. `characters` are those of all blocks; `pages` are the sheets of a workbook.

    The text is NFC, without control characters other than line feed and tab. Scanned pages and pictures give no blocks.
    """

    kind: FileKind
    mime_type: str
    blocks: tuple[Block, ...]
    characters: int
    truncated: bool
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    encoding: str = ""


def describe(extraction: Extraction) -> str:
    """One line in English: `PDF, 12 pages, 34,210 characters`."""
    found = [_TITLES.get(extraction.kind, extraction.kind.upper())]
    if extraction.kind.is_image:
        return f"{found[0]} image, {extraction.width} x {extraction.height} pixels"
    if extraction.pages is not None:
        unit = "sheet" if extraction.kind is FileKind.XLSX else "page"
        found.append(f"{extraction.pages:,} {unit}{'' if extraction.pages == 1 else 's'}")
    if extraction.characters == 0:
        found.append("no text found")
    elif extraction.truncated:
        found.append(f"the first {extraction.characters:,} characters")
    else:
        found.append(f"{extraction.characters:,} character{'' if extraction.characters == 1 else 's'}")
    return ", ".join(found)


_TITLES = {
    FileKind.DOCX: "Word document",
    FileKind.XLSX: "Excel workbook",
    FileKind.TEXT: "Text",
    FileKind.CODE: "Code",
    FileKind.MARKDOWN: "Markdown",
}
