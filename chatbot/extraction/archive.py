"""Opens Office files, which are zip archives, without falling for archives that are made to overwhelm."""

import zipfile
import zlib
from pathlib import Path

from chatbot.extraction.base import ExtractionError

MAGIC = b"PK\x03\x04"
_MAX_DIRECTORY_BYTES = 8 << 20
_MAX_ENTRIES = 20_000
_ENCRYPTED = 1
# Deflate reaches 1032 to 1; the XML of real workbooks stays under 100. Small parts may repeat themselves as they like.
_MAX_RATIO = 250
_SMALL_BYTES = 4 << 20
_PIECE_BYTES = 1 << 20
#: Office files have no document type (ECMA-376 part 2, 8.1.1), and entities that explode begin with one.
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_OVERLAP_BYTES = 32

_END, _LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_END_BYTES, _LOCATOR_BYTES, _MAX_COMMENT_BYTES = 22, 20, 65_535


def open_archive(path: Path, *, max_unpacked_bytes: int) -> zipfile.ZipFile:
    """The archive, whose directory promises no more than `max_unpacked_bytes`.

    `zipfile` reads no more of an entry than its directory states. Raises ExtractionError: `file_damaged`,
    `file_encrypted` or `file_too_complex`.
    """
    _check_directory(path)
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise ExtractionError("The file is damaged: its directory cannot be read.") from error
    entries = archive.infolist()
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise ExtractionError("The file is protected with a password.", code="file_encrypted")
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > _MAX_ENTRIES or unpacked > max_unpacked_bytes or any(map(_is_bomb, entries)):
        raise ExtractionError("The file unpacks to far more than its size.", code="file_too_complex")
    return archive


def check_parts(archive: zipfile.ZipFile, *, max_unpacked_bytes: int) -> None:
    """Read all XML once: sizes and checksums are as stated, and nothing defines entities.

    Raises ExtractionError: `file_damaged` or `file_too_complex`.
    """
    unpacked = 0
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            unpacked += check_part(archive, name)
        if unpacked > max_unpacked_bytes:
            raise ExtractionError("The file unpacks to far more than its size.", code="file_too_complex")


def check_part(archive: zipfile.ZipFile, name: str) -> int:
    """Read one part to its end and return its bytes; errors as `check_parts`."""
    size, end = 0, b""
    try:
        with archive.open(name) as part:
            while piece := part.read(_PIECE_BYTES):
                size += len(piece)
                if any(mark in end + piece for mark in _DOCTYPES):
                    message = "The file defines entities, which Office files never do."
                    raise ExtractionError(message, code="file_too_complex")
                end = piece[-_OVERLAP_BYTES:]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise ExtractionError("The file is damaged: a part of it cannot be unpacked.") from error
    if size != archive.getinfo(name).file_size:
        raise ExtractionError("The file is damaged: a part of it has not the stated size.")
    return size


def _is_bomb(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(_SMALL_BYTES, _MAX_RATIO * entry.compress_size)


def _check_directory(path: Path) -> None:
    """Hold the size of the directory against a limit before `zipfile` makes an object of every entry.

    Layout: APPNOTE.TXT 4.3.14 to 4.3.16; the 64-bit record counts wherever its locator stands, as in `zipfile`.
    """
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - _END_BYTES - _MAX_COMMENT_BYTES - _LOCATOR_BYTES)
        file.seek(start)
        tail = file.read()
        at = tail.rfind(_END)
        if at < 0 or len(tail) < at + _END_BYTES:
            raise ExtractionError("The file is damaged: it ends too early.")
        entries, directory_bytes = int.from_bytes(tail[at + 10 : at + 12], "little"), _number(tail, at + 12, 4)
        if tail[max(0, at - _LOCATOR_BYTES) :].startswith(_LOCATOR):
            file.seek(_number(tail, at - 12, 8))
            record = file.read(56)
            entries, directory_bytes = _number(record, 32, 8), _number(record, 40, 8)
    if entries > _MAX_ENTRIES or directory_bytes > _MAX_DIRECTORY_BYTES:
        raise ExtractionError("The file holds too many parts.", code="file_too_complex")


def _number(data: bytes, start: int, length: int) -> int:
    return int.from_bytes(data[start : start + length], "little")
