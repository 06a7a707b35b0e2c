"""Sizes of pictures, from headers alone."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from chatbot.extraction.base import Limits
from chatbot.extraction.images import read
from chatbot.extraction.reading import read_file
from chatbot.tests.extraction.files import gif, jpeg, png, refusal, save, webp

SIZES = [(1, 1), (640, 480), (16_383, 3)]
WRITERS: list[Callable[[int, int], bytes]] = [
    *(png, gif, jpeg, webp),
    *(partial(webp, coding=coding) for coding in ("VP8", "VP8L")),
    partial(jpeg, frame=0xC2),
    partial(jpeg, before=b"\xff\xe0\x00\x04ab\xff\xff\xff\xfe\x00\x02\xff\x01\xff\xc4\x00\x03x"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "upload"


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_width_and_height_are_read(path: Path, write: Callable[[int, int], bytes], width: int, height: int) -> None:
    reading = read(save(path, write(width, height)), Limits())
    assert (reading.width, reading.height, list(reading.blocks)) == (width, height, [])


@pytest.mark.parametrize("write", [png, gif, jpeg, partial(webp, coding="VP8")])
def test_picture_without_extent_is_damaged(path: Path, write: Callable[[int, int], bytes]) -> None:
    save(path, write(0, 7))
    assert refusal(lambda: read(path, Limits())) == "file_damaged"


@pytest.mark.parametrize("write", WRITERS)
def test_header_that_ends_early_is_damaged(path: Path, write: Callable[[int, int], bytes]) -> None:
    whole = write(640, 480)
    start = 0x1E if whole[:4] == b"RIFF" else len(whole) if whole[:2] == b"\xff\xd8" else 10
    for length in range(4, start - 4, 3):
        save(path, whole[:length])
        assert refusal(lambda: read(path, Limits())) == "file_damaged"


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xd8\xff\xda\x00\x02",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00\x02\x00",
        b"\xff\xd8" + b"\xff" * 100,
        b"\xff\xd8\xff\xe0\xff\xff",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIEND" + b"\1" * 20,
        b"RIFF\x20\x00\x00\x00WEBPJUNK" + b"\1" * 20,
        b"RIFF\x20\x00\x00\x00WEBPVP8 " + b"\1" * 20,
    ],
)
def test_broken_header_is_damaged(path: Path, data: bytes) -> None:
    assert refusal(partial(read, save(path, data), Limits())) == "file_damaged"


def test_jpeg_that_goes_in_circles_ends(path: Path) -> None:
    assert refusal(partial(read, save(path, b"\xff\xd8" + b"\xff\xe0\x00\x00" * 1_000), Limits())) == "file_damaged"


def test_picture_has_a_size_and_no_text(path: Path) -> None:
    extraction = read_file(save(path, png(60_000, 60_000)), "bomb.png")
    assert (extraction.width, extraction.height, extraction.characters, extraction.blocks) == (60_000, 60_000, 0, ())
    assert extraction.mime_type == "image/png"
