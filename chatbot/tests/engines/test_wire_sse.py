"""Payloads survive any cutting of the stream."""

import pytest

from chatbot.engines.openai_wire.sse import MAX_EVENT_BYTES, SseScanner, WholeBody
from tasks.engines.errors import EngineCrashed

STREAM = 'data: {"text": "Xin chào 😀"}\n\n: keep alive\n\ndata:second\n\nevent: x\ndata: [DONE]\n\n'.encode()
PAYLOADS = ['{"text": "Xin chào 😀"}'.encode(), b"second", b"[DONE]"]


def scan(stream: bytes, size: int) -> list[bytes]:
    scanner = SseScanner()
    return [payload for at in range(0, len(stream), size) for payload in scanner.feed(stream[at : at + size])]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 1000])
def test_payloads_arrive_whole_however_the_bytes_are_cut(size: int) -> None:
    assert scan(STREAM, size) == PAYLOADS


@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_lines_may_end_with_crlf(size: int) -> None:
    assert scan(STREAM.replace(b"\n", b"\r\n"), size) == PAYLOADS


@pytest.mark.parametrize(
    ("stream", "payloads"),
    [
        (b"data: one\ndata: two\n\n", [b"one\ntwo"]),
        (b"data:\n\n", [b""]),
        (b"data:  two spaces\n\n", [b" two spaces"]),
        (b"\n\n\n\n", []),
        (b"id: 7\nretry: 100\n\n", []),
        (b"database: x\n\n", []),
        (b"<html>\n\n</html>\n", []),
    ],
)
def test_only_data_fields_count(stream: bytes, payloads: list[bytes]) -> None:
    assert scan(stream, 1000) == payloads


@pytest.mark.parametrize("rest", [b"data: last", b"data: last\n", b"data: last\r\n", b"data: last\r"])
def test_an_event_without_its_empty_line_comes_with_the_end(rest: bytes) -> None:
    scanner = SseScanner()
    assert scanner.feed(b"data: first\n\n" + rest) == [b"first"]
    assert scanner.flush() == [b"last"]
    assert scanner.flush() == []


@pytest.mark.parametrize("piece", [b"x" * 65_536, b"data: " + b"x" * 65_536 + b"\n"])
def test_an_event_without_end_is_given_up(piece: bytes) -> None:
    with pytest.raises(EngineCrashed) as caught:
        scan(piece * (MAX_EVENT_BYTES // 65_536 + 1), 65_536)
    assert caught.value.code == "upstream_garbage"


def test_many_small_events_are_no_long_one() -> None:
    assert len(scan(b"data: 0123456789\n\n" * 300_000, 65_536)) == 300_000


def test_a_whole_body_comes_at_the_end() -> None:
    body = WholeBody()
    assert [body.feed(b'{"a"'), body.feed(b": 1}"), body.flush()] == [[], [], [b'{"a": 1}']]


def test_a_whole_body_is_bounded() -> None:
    with pytest.raises(EngineCrashed, match="too long"):
        WholeBody().feed(bytes(MAX_EVENT_BYTES + 1))
