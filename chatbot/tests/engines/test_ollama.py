"""A local Ollama is found by itself, and nothing else is mistaken for one."""

import asyncio
import socket

import pytest

from chatbot.engines.ollama import discover_ollama
from chatbot.tests.upstream import Behaviour, Upstream, hang, pieces, redirect, reply, running_upstream

TAGS = {"models": [{"name": "llama3.2:3b", "size": 1}, {"name": "qwen3:8b"}]}


async def discover(upstream: Upstream) -> tuple[str, ...]:
    return await discover_ollama(upstream.base_url.removesuffix("/v1"), timeout_seconds=0.3)


async def test_its_models_are_named(upstream: Upstream) -> None:
    upstream.behave = reply(200, TAGS)
    assert await discover(upstream) == ("llama3.2:3b", "qwen3:8b")
    assert (upstream.requests[0].method, upstream.requests[0].path) == ("GET", "/api/tags")


@pytest.mark.parametrize(
    "behave",
    [
        reply(200, {}),
        reply(200, {"models": None}),
        reply(200, {"models": [{"name": 1}, {"name": ""}, "x", {}]}),
        reply(200, [1]),
        reply(200, "<html>"),
        reply(404, TAGS),
        reply(500, TAGS),
        pieces(b'{"models": ['),
        pieces(b" " * 2_000_000, b"{}"),
        hang,
    ],
)
async def test_what_is_no_ollama_has_no_models(upstream: Upstream, behave: Behaviour) -> None:
    upstream.behave = behave
    assert await discover(upstream) == ()


async def test_redirects_are_not_followed(upstream: Upstream) -> None:
    async with running_upstream(reply(200, TAGS)) as other:
        upstream.behave = redirect(f"{other.base_url}/api/tags")
        assert await discover(upstream) == ()
        assert other.requests == []


async def test_nobody_at_the_port() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        assert await discover_ollama(f"http://127.0.0.1:{listener.getsockname()[1]}") == ()


async def test_a_silent_server_is_left_in_time(upstream: Upstream) -> None:
    upstream.behave = hang
    await asyncio.wait_for(discover(upstream), 2)
    await asyncio.wait_for(upstream.disconnected.wait(), 5)


async def test_a_thousand_models_are_too_many(upstream: Upstream) -> None:
    upstream.behave = reply(200, {"models": [{"name": f"m{number}"} for number in range(1_000)]})
    assert len(await discover(upstream)) == 200
