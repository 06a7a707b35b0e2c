"""Servers that refuse, fail, lie, hang or break off."""

import asyncio
import socket

import pytest
from aiohttp import web

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.engines.openai_wire.errors import UpstreamRateLimited
from chatbot.tests.engines.listening import ask, hear, hear_until_error
from chatbot.tests.upstream import (
    Behaviour,
    Upstream,
    encode,
    hang,
    pieces,
    redirect,
    reply,
    running_upstream,
    stream,
    then_cut,
    then_hang,
    words,
)
from tasks.engines.errors import EngineCrashed, EngineError, EngineInputError, EngineTimeout, EngineUnavailable

TEN = words(*(f"word{number} " for number in range(10)), finish_reason=None)
TEN_WORDS = "".join(f"word{number} " for number in range(10))
QUICK = {"timeout_seconds": 0.2}


async def fail(engine: OpenAICompatibleEngine, upstream: Upstream, behave: Behaviour) -> tuple[str, EngineError]:
    """What was said before the error, and the error."""
    upstream.behave = behave
    return await hear_until_error(engine.stream(ask("Hi"), upstream.target(options=QUICK)))


@pytest.mark.parametrize(
    ("behave", "kind", "code"),
    [
        (reply(401, {"error": {"message": "bad key"}}), EngineUnavailable, "upstream_refused_credential"),
        (reply(403, "<html>"), EngineUnavailable, "upstream_refused_credential"),
        (reply(404, {"error": {"message": "no such model"}}), EngineUnavailable, "upstream_model_not_found"),
        (reply(400, {"error": {"message": "too long"}}), EngineInputError, "upstream_refused_request"),
        (reply(500, "<html>"), EngineCrashed, "upstream_failed"),
        (reply(200, "<html>Sign in</html>"), EngineCrashed, "upstream_garbage"),
        (reply(200, {"hello": "world"}), EngineCrashed, "upstream_cut"),
        (reply(200, [1]), EngineCrashed, "upstream_garbage"),
        (reply(204, ""), EngineCrashed, "upstream_garbage"),
        (stream(), EngineCrashed, "upstream_garbage"),
        (pieces(b"data: \x00\xff\n\n"), EngineCrashed, "upstream_garbage"),
        (pieces(b"\x00" * 5_000_000), EngineCrashed, "upstream_garbage"),
        (hang, EngineTimeout, "upstream_timeout"),
    ],
)
async def test_an_answer_that_fails_at_once_says_nothing(
    remote: OpenAICompatibleEngine, upstream: Upstream, behave: Behaviour, kind: type[EngineError], code: str
) -> None:
    said, error = await fail(remote, upstream, behave)
    assert (said, type(error), error.code) == ("", kind, code)


@pytest.mark.parametrize(
    ("behave", "kind", "code"),
    [
        (stream(*TEN, {"error": {"message": "Overloaded", "code": 500}}), EngineCrashed, "upstream_failed"),
        (stream(*TEN, {"error": {"message": "Slow down", "code": 429}}), UpstreamRateLimited, "upstream_rate_limited"),
        (pieces(encode(TEN) + b"data: {nonsense\n\n"), EngineCrashed, "upstream_garbage"),
        (pieces(encode(TEN), b'data: {"choices": [{"delta": {"con'), EngineCrashed, "upstream_garbage"),
        (stream(*TEN, end=b""), EngineCrashed, "upstream_cut"),
        (then_cut(*TEN), EngineCrashed, "upstream_cut"),
        (then_cut(*TEN, half=b'data: {"choices": [{"delta": {"con'), EngineCrashed, "upstream_cut"),
        (then_hang(*TEN), EngineTimeout, "upstream_timeout"),
    ],
)
async def test_what_came_before_the_failure_is_kept(
    remote: OpenAICompatibleEngine, upstream: Upstream, behave: Behaviour, kind: type[EngineError], code: str
) -> None:
    said, error = await fail(remote, upstream, behave)
    assert (said, type(error), error.code, error.retryable) == (TEN_WORDS, kind, code, True)


@pytest.mark.parametrize(("header", "seconds"), [({"Retry_After": "3"}, 3.0), ({}, None)])
async def test_a_rate_limit_says_when_to_come_back(
    remote: OpenAICompatibleEngine, upstream: Upstream, header: dict[str, str], seconds: float | None
) -> None:
    _said, error = await fail(remote, upstream, reply(429, {"error": {"message": "Slow down"}}, **header))
    assert isinstance(error, UpstreamRateLimited)
    assert (error.code, error.retryable, error.retry_after_seconds) == ("upstream_rate_limited", True, seconds)


async def test_a_refusal_repeats_the_reason_but_not_the_credential(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    said = {"error": {"message": "temperature must be <= 1 (key secret-of-house)"}}
    _said, error = await fail(remote, upstream, reply(422, said))
    assert error.message == "The engine refused the request: temperature must be <= 1 (key [credential])"


async def test_an_endless_explanation_is_not_read_to_its_end(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    async def behave(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        while True:
            await response.write(b"x" * 65_536)

    _said, error = await fail(remote, upstream, behave)
    assert (error.code, len(error.message) < 350) == ("upstream_failed", True)
    await asyncio.wait_for(upstream.disconnected.wait(), 5)


async def test_redirects_are_not_followed(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    async with running_upstream() as inner:
        said, error = await fail(remote, upstream, redirect(f"{inner.base_url}/chat/completions"))
        assert (said, error.code, error.retryable) == ("", "upstream_redirected", False)
        assert inner.requests == []


async def test_nobody_at_the_address(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        target = upstream.target(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        said, error = await hear_until_error(remote.stream(ask("Hi"), target))
    assert (said, error.code, error.retryable) == ("", "upstream_unreachable", True)
    assert "127.0.0.1" not in error.message


async def test_a_connection_that_nobody_accepts(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):  # fill the queue of those who wait to be accepted
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        target = upstream.target(base_url=address, options={"connect_seconds": 0.2, "timeout_seconds": 30})
        _said, error = await asyncio.wait_for(hear_until_error(remote.stream(ask("Hi"), target)), 5)
    assert (type(error), error.code) == (EngineUnavailable, "upstream_unreachable")


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "upstream_garbage"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "upstream_garbage",
        ),
        (b"", "upstream_failed"),
    ],
)
async def test_what_is_no_http_is_said_so(
    remote: OpenAICompatibleEngine, upstream: Upstream, answer: bytes, code: str
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        _said, error = await hear_until_error(remote.stream(ask("Hi"), upstream.target(base_url=address)))
    assert (type(error), error.code, error.retryable) == (EngineCrashed, code, True)


async def test_a_server_that_does_not_read_is_given_up(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        target = upstream.target(base_url=address, options={"connect_seconds": 0.1, "timeout_seconds": 0.1})
        reading = hear_until_error(remote.stream(ask("x" * 20_000_000), target))
        _said, error = await asyncio.wait_for(reading, 5)
    assert (type(error), error.code) == (EngineTimeout, "upstream_timeout")


async def test_after_a_failure_the_next_question_is_answered(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    await fail(remote, upstream, then_cut(*TEN))
    upstream.behave = stream(*words("Hello"))
    assert (await hear(remote.stream(ask("Hi"), upstream.target()))).text == "Hello"


async def test_no_error_holds_the_credential(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    _said, error = await fail(remote, upstream, pieces(b"data: secret-of-house\n\n"))
    causes = [error, error.__cause__]
    assert not any("secret-of-house" in f"{cause!s}" for cause in causes)
