"""Tells what a file is, by its content."""

import re
from pathlib import Path, PurePath

from chatbot.extraction import archive
from chatbot.extraction.base import ExtractionError, FileKind, Limits
from chatbot.extraction.encoding import find_encoding

_HEAD_BYTES = 1 << 16
_PDF_MARK, _PDF_WITHIN = b"%PDF-", 1024  # ISO 32000-2, annex I: readers look for the mark in the first 1024 bytes
_OLE_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # Word and Excel before 2007, and encrypted ones after
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # MS-OFFCRYPTO 2.3.4.4
_MAX_CONTENT_TYPES_BYTES = 1 << 20
_MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": FileKind.DOCX,
    b"spreadsheetml.sheet.main+xml": FileKind.XLSX,
    b"ms-excel.sheet.macroEnabled.main+xml": FileKind.XLSX,
}
_HTML = re.compile(r"\s*(?:<!--(?:(?!-->).)*-->\s*)*(?:<!doctype\s+html|<html[\s>])", re.IGNORECASE | re.DOTALL)

_CODE = (
    "asm bash bat c cc cfg clj cmake conf cpp cs css cxx dart diff dockerfile erl ex exs f90 fish fs go gradle "
    "graphql groovy h hcl hpp hs ini java jl js jsx kt kts lisp lock log lua m makefile ml nix patch php pl "
    "properties proto ps1 py pyi r rb rs sass scala scss sh sol sql srt svelte svg swift tcl tf toml ts tsx vb vim "
    "vtt vue xml yaml yml zig zsh"
)
_TEXT_KINDS = {
    **dict.fromkeys(_CODE.split(), FileKind.CODE),
    **dict.fromkeys(("csv", "tsv", "tab"), FileKind.CSV),
    **dict.fromkeys(("md", "markdown", "mdx"), FileKind.MARKDOWN),
    **dict.fromkeys(("html", "htm", "xhtml"), FileKind.HTML),
    **dict.fromkeys(("json", "jsonl", "ndjson", "geojson", "ipynb"), FileKind.JSON),
}


def sniff(path: Path, filename: str) -> FileKind:
    """The kind of a file. `filename` only chooses among the kinds of text.

    Reads little and decodes no picture. Raises ExtractionError: `file_empty`, `unsupported_type`, `file_encrypted`,
    `file_damaged` or `file_too_complex`.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        raise ExtractionError("The file is empty.", code="file_empty")
    if (kind := _by_magic(head)) is not None:
        return kind
    if head.startswith(archive.MAGIC):
        return _office_kind(path)
    if head.startswith(_OLE_MAGIC):
        raise _ole_error(path)
    if (encoding := find_encoding(head)) is not None:
        return _text_kind(head.decode(encoding, "replace"), filename)
    if _PDF_MARK in head[:_PDF_WITHIN]:
        return FileKind.PDF
    raise ExtractionError("Files of this type cannot be read.", code="unsupported_type")


def _by_magic(head: bytes) -> FileKind | None:
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return FileKind.PNG
    if head.startswith(b"\xff\xd8\xff"):
        return FileKind.JPEG
    if head.startswith((b"GIF87a", b"GIF89a")):
        return FileKind.GIF
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return FileKind.WEBP
    return FileKind.PDF if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_PDF_MARK) else None


def _office_kind(path: Path) -> FileKind:
    with archive.open_archive(path, max_unpacked_bytes=Limits().max_unpacked_bytes) as package:
        if "[Content_Types].xml" in package.namelist():
            archive.check_part(package, "[Content_Types].xml")
            with package.open("[Content_Types].xml") as part:
                types = part.read(_MAX_CONTENT_TYPES_BYTES)
            for main_part, kind in _MAIN_PARTS.items():
                if main_part in types:
                    return kind
    raise ExtractionError("Of archives, only Word and Excel files can be read.", code="unsupported_type")


def _ole_error(path: Path) -> ExtractionError:
    if _OLE_ENCRYPTED in path.read_bytes():
        return ExtractionError("The file is protected with a password.", code="file_encrypted")
    message = "Office files of before 2007 cannot be read; save it as .docx or .xlsx."
    return ExtractionError(message, code="unsupported_type")


def _text_kind(beginning: str, filename: str) -> FileKind:
    name = PurePath(filename.replace("\\", "/")).name.lower()
    kind = _TEXT_KINDS.get(name.rpartition(".")[2])
    if kind is None:
        return FileKind.HTML if _HTML.match(beginning) else FileKind.TEXT
    return kind
