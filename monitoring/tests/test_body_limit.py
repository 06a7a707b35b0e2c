"""Bodies that are too large are refused while they come."""

import json
from collections.abc import Iterable
from typing import Any

import pytest
from pytest_django import Settings

from monitoring.body_limit import BodyLimit

LIMIT = 10


@pytest.fixture(autouse=True)
def _small_limits(settings: Settings) -> None:
    settings.MAX_BODY_BYTES = LIMIT
    settings.BODY_LIMITS = {"/files/": 3 * LIMIT}


async def call(
    pieces: Iterable[bytes], *, path: str = "/x/", announced: bytes | None = None, kind: str = "http"
) -> tuple[list[Any], bytes]:
    """What was sent, and what the application behind the limit has read."""
    messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    sent: list[Any] = []
    read = b""

    async def application(scope: Any, receive: Any, send: Any) -> None:
        nonlocal read
        while True:
            message = await receive()
            read += message["body"]
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", announced)]
    await BodyLimit(application)({"type": kind, "path": path, "headers": headers}, receive, send)
    return sent, read


async def test_a_body_of_the_limit_passes() -> None:
    sent, read = await call([b"12345", b"67890"], announced=b"10")
    assert (sent[0]["status"], read) == (200, b"1234567890")


async def test_an_announced_length_is_refused_unread() -> None:
    sent, read = await call([b"12345678901"], announced=b"11")
    assert (sent[0]["status"], read) == (413, b"")
    assert dict(sent[0]["headers"])[b"connection"] == b"close"
    assert json.loads(sent[1]["body"])["code"] == "body_too_large"


async def test_chunks_are_counted() -> None:
    sent, read = await call([b"123456", b"123456", b"123456"])
    assert (sent[0]["status"], read) == (413, b"123456")


async def test_a_lie_about_the_length_is_counted_too() -> None:
    sent, _read = await call([b"123456", b"123456"], announced=b"3")
    assert sent[0]["status"] == 413


async def test_paths_have_limits_of_their_own() -> None:
    sent, read = await call([b"1234567890"] * 3, path="/files/")
    assert (sent[0]["status"], len(read)) == (200, 30)
    assert (await call([b"1234567890"] * 4, path="/files/"))[0][0]["status"] == 413


async def test_programs_get_their_own_form_of_error() -> None:
    sent, _read = await call([], path="/v1/chat/completions", announced=b"11")
    assert json.loads(sent[1]["body"])["error"]["code"] == "body_too_large"


@pytest.mark.parametrize("announced", [b"", b"-1", b"1e9", b"0x10"])
async def test_what_is_no_number_is_counted(announced: bytes) -> None:
    sent, _read = await call([b"123456", b"123456"], announced=announced)
    assert sent[0]["status"] == 413


async def test_sockets_are_not_looked_at() -> None:
    _sent, read = await call([b"12345678901"], kind="websocket")
    assert len(read) == 11
