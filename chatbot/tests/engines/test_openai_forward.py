"""Requests and answers that are passed on as they are."""

import asyncio

import pytest
from aiohttp import web

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from chatbot.engines.openai_wire.client import join_url
from chatbot.tests.engines.listening import until
from chatbot.tests.upstream import (
    USAGE,
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
from tasks.engines.errors import EngineCrashed, EngineInputError, EngineTimeout, EngineUnavailable

BODY = b'{"model":"mock-1", "input" : ["Xin ch\xc3\xa0o"], "unknown_field": 1}'
QUICK = {"timeout_seconds": 0.2}


async def pass_on(
    engine: OpenAICompatibleEngine, upstream: Upstream, path: str = "/embeddings", **headers: str
) -> tuple[int, str, bytes]:
    """Status, content type and whole body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with await engine.forward(path, BODY, upstream.target(options=QUICK), headers=named) as answer:
        return answer.status, answer.content_type, b"".join([piece async for piece in answer.pieces()])


async def test_the_body_arrives_byte_by_byte(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    await pass_on(remote, upstream)
    sent = upstream.requests[0]
    assert (sent.method, sent.path, sent.body) == ("POST", "/v1/embeddings", BODY)
    assert (sent.headers["content-type"], sent.headers["accept-encoding"]) == ("application/json", "identity")


async def test_the_answer_comes_back_byte_by_byte(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    body = encode(words("a")) + b": comment\r\n\r\ndata: not even json\n\n"
    upstream.behave = pieces(body[:10], body[10:])
    assert await pass_on(remote, upstream) == (200, "text/event-stream; charset=utf-8", body)


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_refusals_are_answers_too(remote: OpenAICompatibleEngine, upstream: Upstream, status: int) -> None:
    upstream.behave = reply(status, {"error": {"message": "No."}})
    assert await pass_on(remote, upstream) == (
        status,
        "application/json; charset=utf-8",
        b'{"error": {"message": "No."}}',
    )


async def test_a_refusal_can_be_explained(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = reply(400, {"error": {"message": "No."}})
    async with await remote.forward("/embeddings", BODY, upstream.target(), headers={}) as answer:
        error = await answer.error()
    assert (type(error), error.message) == (EngineInputError, "The engine refused the request: No.")


async def test_the_callers_own_credentials_stay_here(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    await pass_on(
        remote, upstream, Authorization="Bearer rh_callers", Cookie="sessionid=1", X_Api_Key="rh_callers",
        Host="elsewhere", Connection="close", Content_Length="3", X_Request_Id="r-1",
    )  # fmt: skip
    sent = upstream.requests[0].headers
    assert (sent["authorization"], sent["x-request-id"]) == ("Bearer secret-of-house", "r-1")
    assert {"cookie", "x-api-key", "connection"} & set(sent) == set()
    assert sent["host"].startswith("127.0.0.1:")


async def test_another_content_type_is_passed_on(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    await pass_on(remote, upstream, "/audio/transcriptions", Content_Type="multipart/form-data; boundary=x")
    assert upstream.requests[0].headers["content-type"] == "multipart/form-data; boundary=x"


async def test_headers_of_the_connection_and_cookies_do_not_come_back(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    sent = {"X-Request-Id": "r-1", "Set-Cookie": "a=b", "Keep-Alive": "timeout=5", "Openai-Processing-Ms": "12"}
    upstream.behave = pieces(b"x", headers=sent)
    async with await remote.forward("/embeddings", BODY, upstream.target(), headers={}) as answer:
        headers = answer.headers
    assert (headers["x-request-id"], headers["openai-processing-ms"]) == ("r-1", "12")
    assert {"set-cookie", "keep-alive", "transfer-encoding", "content-length"} & set(headers) == set()


async def test_cookies_of_the_other_side_are_not_kept(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = pieces(b"x", headers={"Set-Cookie": "session=1"})
    for _ in range(2):
        await pass_on(remote, upstream)
    assert ["cookie" in sent.headers for sent in upstream.requests] == [False, False]


async def test_connections_are_used_again_after_answers_and_refusals(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    for status in (200, 400, 500):
        upstream.behave = reply(status, {})
        await pass_on(remote, upstream)
    assert (len(upstream.requests), len(upstream.connections)) == (3, 1)


async def test_leaving_early_closes_the_connection(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = then_hang(*words("a"))
    async with await remote.forward("/chat/completions", BODY, upstream.target(), headers={}) as answer:
        assert await answer.read_piece()
    await asyncio.wait_for(upstream.disconnected.wait(), 5)


async def test_cancelling_while_waiting_for_the_head_closes_the_connection(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    upstream.behave = hang
    waiting = asyncio.create_task(remote.forward("/embeddings", BODY, upstream.target(), headers={}))
    await until(lambda: upstream.requests)
    waiting.cancel()
    await asyncio.wait_for(upstream.disconnected.wait(), 5)


async def test_a_slow_reader_gets_what_came_before_the_cut(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    upstream.behave = then_cut(*words("a", "b"))
    async with await remote.forward("/chat/completions", BODY, upstream.target(), headers={}) as answer:
        # The reader is away until the connection has ended.
        await until(answer._response.content.exception)
        assert await answer.read_piece() == encode(words("a", "b"))
        with pytest.raises(EngineCrashed) as caught:
            await answer.read_piece()
    assert caught.value.code == "upstream_cut"


async def test_silence_in_the_middle_is_an_error_after_what_came(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    upstream.behave = then_hang(*words("a"))
    async with await remote.forward("/chat/completions", BODY, upstream.target(options=QUICK), headers={}) as answer:
        received = [await answer.read_piece()]
        with pytest.raises(EngineTimeout):
            await answer.read_piece()
    assert received == [encode(words("a"))]


async def test_a_reader_that_rests_longer_than_the_limit_loses_nothing(
    remote: OpenAICompatibleEngine, upstream: Upstream
) -> None:
    body = encode([*words(*["x" * 1000] * 2_000), USAGE])
    upstream.behave = pieces(body)
    async with await remote.forward("/chat/completions", BODY, upstream.target(options=QUICK), headers={}) as answer:
        received = [await answer.read_piece()]
        await asyncio.sleep(0.3)  # the time itself is what is tested
        received += [piece async for piece in answer.pieces()]
    assert b"".join(received) == body


async def test_redirects_are_not_passed_on(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    async with running_upstream() as inner:
        upstream.behave = redirect(inner.base_url)
        with pytest.raises(EngineUnavailable) as caught:
            await remote.forward("/embeddings", BODY, upstream.target(), headers={})
        assert (caught.value.code, inner.requests) == ("upstream_redirected", [])


async def test_an_endless_answer_ends(
    remote: OpenAICompatibleEngine, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.engines.openai_wire.client.MAX_REPLY_BYTES", 1_000_000)
    upstream.behave = pieces(b"x" * 900_000, b"x" * 200_000)
    with pytest.raises(EngineCrashed, match="too long"):
        await pass_on(remote, upstream)


async def test_a_compressed_answer_is_opened(remote: OpenAICompatibleEngine, upstream: Upstream) -> None:
    async def behave(request: web.Request) -> web.StreamResponse:
        response = web.json_response({"data": []})
        response.enable_compression(web.ContentCoding.gzip)
        return response

    upstream.behave = behave
    async with await remote.forward("/embeddings", BODY, upstream.target(), headers={}) as answer:
        assert "content-encoding" not in answer.headers
        assert await answer.read() == b'{"data": []}'


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://api.openai.com/v1", "https://api.openai.com/v1/chat/completions"),
        ("https://api.openai.com/v1/", "https://api.openai.com/v1/chat/completions"),
        (" http://127.0.0.1:11434/v1 ", "http://127.0.0.1:11434/v1/chat/completions"),
        ("http://localhost:8080", "http://localhost:8080/chat/completions"),
        ("https://api.anthropic.com/v1/", "https://api.anthropic.com/v1/chat/completions"),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions",
        ),
        ("https://house.example/a/b?api-version=1", "https://house.example/a/b/chat/completions?api-version=1"),
        ("http://[::1]:8000/v1#x", "http://[::1]:8000/v1/chat/completions"),
    ],
)
def test_the_path_is_put_behind_the_base_url(base_url: str, url: str) -> None:
    assert str(join_url(base_url, "/chat/completions")) == url


async def test_a_proxy_of_the_machine_is_not_used(
    remote: OpenAICompatibleEngine, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    upstream.behave = stream(*words("a"))
    assert (await pass_on(remote, upstream))[0] == 200
