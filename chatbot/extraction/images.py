"""Reads the size of pictures from their headers; nothing is decoded."""

import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeAlias

from chatbot.extraction.base import ExtractionError, Limits, Reading

Size: TypeAlias = tuple[int, int]

#: Start of frame of every coding (ISO/IEC 10918-1, table B.1); C4, C8 and CC in this range are something else.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_JPEG_END, _JPEG_SCAN = 0xD9, 0xDA


def read(path: Path, limits: Limits) -> Reading:
    """Width and height in pixels of a PNG, JPEG, GIF or WebP. Raises ExtractionError (`file_damaged`)."""
    try:
        with path.open("rb") as file:
            width, height = _SIZES[file.read(2)](file)
    except (struct.error, IndexError) as error:
        raise ExtractionError("The picture is damaged: its header ends too early.") from error
    if width < 1 or height < 1:
        raise ExtractionError("The picture is damaged: it has no size.")
    return Reading(iter(()), width=width, height=height)


def _png(file: BinaryIO) -> Size:
    file.seek(12)
    name, width, height = struct.unpack(">4sII", file.read(12))
    return (width, height) if name == b"IHDR" else (0, 0)


def _gif(file: BinaryIO) -> Size:
    file.seek(6)
    width, height = struct.unpack("<HH", file.read(4))
    return width, height


def _jpeg(file: BinaryIO) -> Size:
    file.seek(2)
    while True:
        (mark,) = struct.unpack("B", file.read(1))
        if mark != 0xFF:
            return 0, 0
        while mark == 0xFF:  # any number of them may fill the space before a marker
            (mark,) = struct.unpack("B", file.read(1))
        if mark in _JPEG_ALONE:
            continue
        if mark in (_JPEG_END, _JPEG_SCAN):
            return 0, 0
        (length,) = struct.unpack(">H", file.read(2))
        if mark in _JPEG_FRAMES:
            _, height, width = struct.unpack(">BHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)


def _webp(file: BinaryIO) -> Size:
    """RFC 9649: the first chunk is VP8 (section 2.5), VP8L (2.6) or VP8X (2.7)."""
    file.seek(12)
    name, data = file.read(4), file.read(14)[4:]
    if len(data) < 10:
        return 0, 0
    if name == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", data[6:10])
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if name == b"VP8X":
        return int.from_bytes(data[4:7], "little") + 1, int.from_bytes(data[7:10], "little") + 1
    return 0, 0


_SIZES: dict[bytes, Callable[[BinaryIO], Size]] = {b"\x89P": _png, b"\xff\xd8": _jpeg, b"GI": _gif, b"RI": _webp}
