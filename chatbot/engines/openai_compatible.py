"""Chat with whatever speaks OpenAI's chat completions: OpenAI, Gemini, Anthropic, Ollama, vLLM, llama.cpp and more."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from time import perf_counter
from types import MappingProxyType

from chatbot.engines.addresses import check_public_url
from chatbot.engines.base import DOMAIN, ChatEvent, ChatRequest, Target, Turn, check_request
from chatbot.engines.openai_wire.body import build_body
from chatbot.engines.openai_wire.client import Forwarded, UpstreamClient
from chatbot.engines.openai_wire.reply import ReplyReader
from chatbot.engines.openai_wire.sse import Scanner, SseScanner, WholeBody
from chatbot.engines.probing import elapsed_ms
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineCrashed, EngineError, EngineTimeout, EngineUnavailable

_JSON = "application/json"
_STREAM_HEADERS = MappingProxyType({"accept": "text/event-stream"})
_SECONDS_AFTER_FINISH = 2.0  # the usage comes within moments of the last word, or never
_PROBE_SECONDS = 60.0
_PROBE_TOKENS = 16
_MAX_LIST_BYTES = 4 * 1024 * 1024
_WITHOUT_LIST = frozenset({404, 405, 501})

_CARD = EngineCard(
    name="openai_compatible",
    version="1",
    domain=DOMAIN,
    title="OpenAI-compatible server",
    local=False,
    needs=("aiohttp",),
    # What is assumed of a model when the catalogue does not say better.
    limits=MappingProxyType({"context_tokens": 32_768}),
    options=MappingProxyType({"writes_titles": 1}),
)


class OpenAICompatibleEngine:
    """`RemoteChatEngine` over HTTP; nothing in it belongs to one vendor.

    `Target.options` knows `timeout_seconds` (silence, 60), `connect_seconds` (5), `image_hosts` (hosts whose pictures
    may be named although they are not public), `max_tokens_field` and `include_usage` (see `build_body`). The
    `sources` of a request are not sent: whoever builds the turns has written them into one.
    """

    def __init__(self) -> None:
        self._client = UpstreamClient()

    @property
    def card(self) -> EngineCard:
        """The card of the engine."""
        return _CARD

    def load(self) -> None:
        """Nothing to load."""

    def close(self) -> None:
        """Close the connections of all event loops, from any thread."""
        self._client.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop and wait for it."""
        await self._client.aclose()

    def stream(self, request: ChatRequest, target: Target) -> AsyncGenerator[ChatEvent, None]:
        """Answer; see `RemoteChatEngine.stream`.

        While it is read it raises EngineInputError (`upstream_refused_request`, `address_refused`), EngineUnavailable
        (`upstream_refused_credential`, `upstream_model_not_found`, `upstream_rate_limited`, `upstream_out_of_credit`,
        `upstream_unreachable`, `upstream_redirected`, `invalid_target`), EngineTimeout (`upstream_timeout`) and
        EngineCrashed (`upstream_failed`, `upstream_garbage`, `upstream_cut`).
        """
        check_request(request)
        return self._answer(request, target, build_body(request, target))

    async def forward(self, path: str, body: bytes, target: Target, *, headers: Mapping[str, str]) -> Forwarded:
        """Post `body` as it is to `path` (`/embeddings`) behind the base URL; returns when the answer's head is there.

        Use it as `async with await engine.forward(...) as answer`. Sent are the target's credential and `headers`
        (JSON unless they say otherwise) without the caller's own credentials and cookies. Raises what
        `UpstreamClient.request` raises.
        """
        return await self._client.request("POST", path, target, body=body, headers=headers)

    async def list_models(self, target: Target) -> tuple[str, ...]:
        """The names of the models in the order of the answer; empty where the server keeps no list."""
        async with await self._client.request("GET", "/models", target, headers={"accept": _JSON}) as answer:
            if answer.status in _WITHOUT_LIST:
                return ()
            if answer.status >= 400:
                raise await answer.error()
            return _read_models(await answer.read(max_bytes=_MAX_LIST_BYTES))

    def probe(self) -> Mapping[str, str | int | float]:
        """Raises EngineUnavailable (`no_target`): only a target can be probed."""
        raise EngineUnavailable("This engine needs an address to be probed.", code="no_target", retryable=False)

    def probe_target(self, target: Target) -> Mapping[str, str | int | float]:
        """Count the models and ask for a word; from a thread without an event loop. Raises what `stream` raises."""
        return asyncio.run(self._probe(target))

    async def _probe(self, target: Target) -> Mapping[str, str | int | float]:
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                models = await self.list_models(target)
                asked = replace(target, model=target.model or next(iter(models), ""))
                return {"models": len(models), "model": asked.model, **await self._time_a_word(asked)}
        except TimeoutError:
            raise EngineTimeout("The engine's address took too long.", code="upstream_timeout") from None
        finally:
            await self.aclose()

    async def _time_a_word(self, target: Target) -> dict[str, float]:
        request = ChatRequest(turns=(Turn("user", "Say hello."),), max_tokens=_PROBE_TOKENS)
        started, first_token_ms = perf_counter(), None
        async for _event in self.stream(request, target):
            first_token_ms = first_token_ms or elapsed_ms(started)
        total_ms = elapsed_ms(started)
        return {"first_token_ms": first_token_ms or total_ms, "total_ms": total_ms}

    async def _answer(self, request: ChatRequest, target: Target, body: bytes) -> AsyncGenerator[ChatEvent, None]:
        await _check_images(request, target)
        reader = ReplyReader(request, target)
        async with await self.forward("/chat/completions", body, target, headers=_STREAM_HEADERS) as answer:
            if answer.status >= 400:
                raise await answer.error()
            scanner: Scanner = WholeBody() if answer.content_type.startswith(_JSON) else SseScanner()
            while not reader.is_done:
                piece = await _read_on(answer, reader)
                payloads = scanner.feed(piece) if piece else scanner.flush()
                for payload in payloads:
                    for delta in reader.take(payload):
                        yield delta
                if not piece:
                    break
            await answer.drain()
        for event in reader.end():
            yield event


async def _read_on(answer: Forwarded, reader: ReplyReader) -> bytes:
    """The next piece; once the answer is complete, neither silence nor a broken connection spoils it."""
    if not reader.is_finished:
        return await answer.read_piece()
    try:
        async with asyncio.timeout(_SECONDS_AFTER_FINISH):
            return await answer.read_piece()
    except (EngineError, TimeoutError):
        return b""


def _read_models(body: bytes) -> tuple[str, ...]:
    try:
        entries = json.loads(body)["data"]
        return tuple(str(entry["id"]) for entry in entries)
    except (ValueError, TypeError, LookupError) as error:
        raise EngineCrashed("The engine's list of models is unreadable.", code="upstream_garbage") from error


async def _check_images(request: ChatRequest, target: Target) -> None:
    hosts = target.options.get("image_hosts", ())
    for url in {image.url for turn in request.turns for image in turn.images if image.url and not image.data}:
        await check_public_url(url, allowed_hosts=hosts)
