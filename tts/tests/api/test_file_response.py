"""Ranges, validators and headers of a file, without a server: RFC 9110, sections 13 and 14."""

from pathlib import Path

import psutil
import pytest
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from tts.api.downloads import RangeNotSatisfiable, _requested_range, file_pieces, file_response
from tts.models import AudioFile

ETAG = f'"{"a" * 64}"'
SIZE = 1_000


def audio_file(**fields: object) -> AudioFile:
    """An unsaved row of a thousand bytes."""
    values = {"file_path": "tts/x.wav", "filename": "hello.wav", "mime_type": "audio/wav", "checksum": "a" * 64}
    return AudioFile(**(values | {"file_size": SIZE} | fields))


@pytest.fixture
def _stored(media: Path) -> None:
    (media / "tts").mkdir()
    (media / "tts/x.wav").write_bytes(bytes(range(250)) * 4)


def answer(**headers: str) -> HttpResponseBase:
    return file_response(RequestFactory().get("/", headers=headers), audio_file())


def asked(value: str, **headers: str) -> tuple[int, int]:
    """First and last byte that a Range header gets."""
    return _requested_range(RequestFactory().get("/", headers={"Range": value} | headers), ETAG, SIZE)


@pytest.mark.parametrize(
    ("value", "got"),
    [
        ("bytes=0-0", (0, 0)),
        ("bytes=999-", (999, 999)),
        ("bytes=999-999", (999, 999)),
        ("bytes=0-999", (0, 999)),
        ("bytes=0-1000", (0, 999)),
        ("bytes=-1", (999, 999)),
        ("bytes=-1000", (0, 999)),
        ("bytes=-5000", (0, 999)),
        (" bytes=1-2 ", (1, 2)),
        ("bytes=007-008", (7, 8)),
    ],
)
def test_range_is_read_to_the_byte(value: str, got: tuple[int, int]) -> None:
    assert asked(value) == got


@pytest.mark.parametrize(
    "value",
    ["", "bytes", "bytes=", "bytes=a-b", "bytes=1", "Bytes=1-2", "bytes=1-2,", "bytes = 1-2", "bytes=--1", "bytes=3-2"],
)
def test_what_is_no_range_gets_the_whole(value: str) -> None:
    assert asked(value) == (0, 999)


@pytest.mark.parametrize("value", ["bytes=1000-", "bytes=1000-1001", "bytes=-0", "bytes=99999999999999999-"])
def test_range_outside_of_the_file_is_refused_with_its_size(value: str) -> None:
    with pytest.raises(RangeNotSatisfiable) as caught:
        asked(value)
    assert caught.value.headers == {"Content-Range": "bytes */1000"}


@pytest.mark.parametrize("value", ["bytes={}-", "bytes=0-{}", "bytes=-{}"])
def test_number_of_ten_thousand_digits_is_no_range(value: str) -> None:
    # Python refuses to convert it, and the caller must not see that as an error of the server.
    assert asked(value.format("9" * 10_000)) == (0, 999)


@pytest.mark.parametrize(
    ("condition", "got"),
    [
        (ETAG, (1, 2)),
        ('"other"', (0, 999)),
        (f"W/{ETAG}", (0, 999)),
        ("Wed, 21 Oct 2026 07:28:00 GMT", (0, 999)),
    ],
)
def test_part_is_given_only_of_the_file_one_knows(condition: str, got: tuple[int, int]) -> None:
    assert asked("bytes=1-2", **{"If-Range": condition}) == got


@pytest.mark.usefixtures("_stored")
@pytest.mark.parametrize(
    ("header", "value", "status"),
    [
        ("If-None-Match", ETAG, 304),
        ("If-None-Match", f"W/{ETAG}", 304),
        ("If-None-Match", f'"x", {ETAG}', 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"x"', 200),
        ("If-None-Match", "nonsense", 200),
        ("If-Match", ETAG, 200),
        ("If-Match", "*", 200),
        ("If-Match", '"x"', 412),
        ("If-Match", f"W/{ETAG}", 412),
    ],
)
def test_condition_decides(header: str, value: str, status: int) -> None:
    response = answer(**{header: value})
    assert response.status_code == status
    assert response.streaming is (status == 200)


@pytest.mark.usefixtures("_stored")
def test_known_file_is_not_sent_even_in_part() -> None:
    response = answer(**{"If-None-Match": ETAG, "Range": "bytes=0-1"})
    assert (response.status_code, response["ETag"]) == (304, ETAG)
    assert "Content-Range" not in response


@pytest.mark.usefixtures("_stored")
def test_part_has_the_headers_of_a_part() -> None:
    response = answer(Range="bytes=10-19")
    assert (response.status_code, response["Content-Length"]) == (206, "10")
    assert response["Content-Range"] == "bytes 10-19/1000"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"


@pytest.mark.usefixtures("_stored")
def test_whole_file_asked_as_a_range_is_the_whole_file() -> None:
    response = answer(Range="bytes=0-999")
    assert (response.status_code, response["Content-Length"]) == (200, "1000")
    assert "Content-Range" not in response


@pytest.mark.parametrize(
    ("filename", "header"),
    [
        ("hello.wav", 'inline; filename="hello.wav"'),
        ("", "inline"),
        ('a"b.wav', 'inline; filename="a\\"b.wav"'),
        ("đường.wav", "inline; filename*=utf-8''%C4%91%C6%B0%E1%BB%9Dng.wav"),
    ],
)
@pytest.mark.usefixtures("_stored")
def test_name_is_safe_in_the_header(filename: str, header: str) -> None:
    response = file_response(RequestFactory().get("/"), audio_file(filename=filename))
    assert response["Content-Disposition"] == header


@pytest.mark.usefixtures("_stored")
@pytest.mark.parametrize(("first", "last"), [(0, 0), (0, 999), (500, 509), (999, 999)])
async def test_pieces_are_exactly_the_bytes(first: int, last: int) -> None:
    content = b"".join([piece async for piece in file_pieces("tts/x.wav", first, last)])
    assert content == (bytes(range(250)) * 4)[first : last + 1]


async def test_large_file_comes_in_pieces_of_1_mib_after_the_first(media: Path) -> None:
    (media / "large.wav").write_bytes(b"x" * (5_472 * 1024))
    sizes = [len(piece) async for piece in file_pieces("large.wav", 1, 5_472 * 1024 - 1)]
    assert sizes == [4_096 * 1024, 1024 * 1024, 352 * 1024 - 1]


@pytest.mark.usefixtures("_stored")
async def test_file_that_shrank_ends_the_answer(media: Path) -> None:
    (media / "tts/x.wav").write_bytes(b"short")
    assert [piece async for piece in file_pieces("tts/x.wav", 0, 999)] == [b"short"]


@pytest.mark.usefixtures("_stored")
async def test_caller_that_leaves_closes_the_file(media: Path) -> None:
    pieces = file_pieces("tts/x.wav", 0, 999)
    assert len(await anext(pieces)) == SIZE
    await pieces.aclose()  # type: ignore[attr-defined]  # an async generator
    held = {entry.path for entry in psutil.Process().open_files()}
    assert str(media / "tts/x.wav") not in held


@pytest.mark.usefixtures("_stored", "db")
def test_answer_that_nobody_reads_closes_the_file(media: Path) -> None:
    response = answer()
    assert str(media / "tts/x.wav") in {entry.path for entry in psutil.Process().open_files()}
    response.close()
    assert str(media / "tts/x.wav") not in {entry.path for entry in psutil.Process().open_files()}


async def test_next_piece_is_read_while_one_is_sent(media: Path) -> None:
    (media / "large.wav").write_bytes(b"x" * (5_120 * 1024))
    pieces = file_pieces("large.wav", 0, 5_120 * 1024 - 1)
    assert len(await anext(pieces)) == 4_096 * 1024
    (media / "large.wav").write_bytes(b"")
    # It stops, and says so by the bytes that are missing, whether the read came before or after.
    assert len(b"".join([piece async for piece in pieces])) in (0, 1024 * 1024)
