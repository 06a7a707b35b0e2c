"""An OpenAI-compatible server on loopback that behaves, or misbehaves, as a test tells it."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from chatbot.engines.base import Target

Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]

DONE = b"data: [DONE]\n\n"
USAGE = {"prompt_tokens": 20, "completion_tokens": 7, "total_tokens": 27}
STREAM_TYPE = "text/event-stream; charset=utf-8"


@dataclass(frozen=True)
class Recorded:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@dataclass
class Upstream:
    """The server: set `behave`, read `requests`.

    `asked` is set by the first one, `disconnected` when a caller leaves before the end.
    """

    behave: Behaviour
    base_url: str = ""
    requests: list[Recorded] = field(default_factory=list)
    connections: set[asyncio.Transport] = field(default_factory=set)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    disconnected: asyncio.Event = field(default_factory=asyncio.Event)

    def target(self, **fields: Any) -> Target:
        """A target that leads here, with model `mock-1` and a credential."""
        return Target(**{"model": "mock-1", "base_url": self.base_url, "credential": "secret-of-house"} | fields)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Record the request and behave."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append(Recorded(request.method, request.path_qs, headers, await request.read()))
        assert isinstance(request.transport, asyncio.Transport)
        self.connections.add(request.transport)
        self.asked.set()
        try:
            return await self.behave(request)
        except (asyncio.CancelledError, ConnectionError):
            self.disconnected.set()
            raise


@asynccontextmanager
async def running_upstream(behave: Behaviour | None = None) -> AsyncIterator[Upstream]:
    """A server in this event loop; its base URL ends in /v1."""
    upstream = Upstream(behave or stream(*words("Hello", " world"), USAGE))
    app = web.Application(client_max_size=1 << 30)
    app.router.add_route("*", "/{path:.*}", upstream.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    upstream.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield upstream
    finally:
        await runner.cleanup()


@contextmanager
def upstream_in_thread(behave: Behaviour | None = None) -> Iterator[Upstream]:
    """The same server in a thread of its own, for tests that have no event loop."""
    loop, started = asyncio.new_event_loop(), threading.Event()
    made: list[Upstream] = []

    async def serve(stop: asyncio.Event) -> None:
        async with running_upstream(behave) as upstream:
            made.append(upstream)
            started.set()
            await stop.wait()

    stop = asyncio.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(serve(stop)), daemon=True)
    thread.start()
    assert started.wait(10)
    try:
        yield made[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


def chunk(delta: dict[str, Any], finish_reason: str | None = None, **fields: Any) -> dict[str, Any]:
    """One chunk of a chat completion."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return {"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "mock-1-0613", "choices": [choice]} | fields


def words(*texts: str, finish_reason: str | None = "stop") -> list[dict[str, Any]]:
    """The chunks of an answer: the role, each text, and the finish reason unless it is None."""
    chunks = [chunk({"role": "assistant", "content": ""}), *(chunk({"content": text}) for text in texts)]
    return [*chunks, chunk({}, finish_reason)] if finish_reason else chunks


def event(document: object) -> bytes:
    """A server-sent event as OpenAI writes it."""
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


def encode(chunks: Sequence[dict[str, Any]]) -> bytes:
    """The events of some chunks; a dictionary without choices is taken for the usage."""
    return b"".join(event(entry if "choices" in entry or "error" in entry else usage_chunk(entry)) for entry in chunks)


def usage_chunk(usage: dict[str, Any]) -> dict[str, Any]:
    """The last chunk, which has no choices."""
    return chunk({}) | {"choices": [], "usage": usage}


def stream(*chunks: dict[str, Any], end: bytes = DONE) -> Behaviour:
    """A normal stream."""
    return pieces(encode(chunks) + end)


def pieces(*parts: bytes, content_type: str = STREAM_TYPE, headers: dict[str, str] | None = None) -> Behaviour:
    """A body in network pieces of its own, each after the event loop had a turn."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _open(request, content_type, headers)
        for part in parts:
            await response.write(part)
            await asyncio.sleep(0)
        await response.write_eof()
        return response

    return behave


def reply(status: int, body: object, **headers: str) -> Behaviour:
    """A whole answer; a body that is no text becomes JSON. `Retry_After="3"` gives the header Retry-After."""

    async def behave(request: web.Request) -> web.StreamResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=named, content_type="text/html")
        return web.json_response(body, status=status, headers=named)

    return behave


def then_hang(*chunks: dict[str, Any], end: bytes = b"") -> Behaviour:
    """A stream that says something and is silent for ever."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _open(request)
        await response.write(encode(chunks) + end)
        await asyncio.Event().wait()
        return response

    return behave


def paced(*texts: str, seconds: float) -> Behaviour:
    """A whole answer that takes its time before each text."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _open(request)
        for text in texts:
            await asyncio.sleep(seconds)
            await response.write(encode([chunk({"content": text})]))
        await response.write(encode([chunk({}, "stop"), USAGE]) + DONE)
        return response

    return behave


async def hang(request: web.Request) -> web.StreamResponse:
    """Takes the request and never answers."""
    await asyncio.Event().wait()
    raise AssertionError("nobody waits that long")


def then_cut(*chunks: dict[str, Any], half: bytes = b"") -> Behaviour:
    """A stream whose connection breaks after some chunks, perhaps in the middle of the next one."""

    async def behave(request: web.Request) -> web.StreamResponse:
        response = await _open(request)
        await response.write(encode(chunks) + half)
        assert request.transport is not None
        request.transport.close()
        return response

    return behave


def redirect(location: str) -> Behaviour:
    """Sends the caller somewhere else."""

    async def behave(request: web.Request) -> web.StreamResponse:
        return web.Response(status=307, headers={"Location": location})

    return behave


async def _open(
    request: web.Request, content_type: str = STREAM_TYPE, headers: dict[str, str] | None = None
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": content_type} | (headers or {}))
    await response.prepare(request)
    return response
