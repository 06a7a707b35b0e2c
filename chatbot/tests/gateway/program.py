"""A program that calls /v1/, from a synchronous test: each call runs in an event loop of its own."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from asgiref.sync import async_to_sync
from django.http import StreamingHttpResponse
from django.test import AsyncClient

from chatbot.engines.openai_compatible import OpenAICompatibleEngine
from config.common.concurrency import background_tasks
from config.common.redis import async_redis_client
from tasks.registry import engine_registry

CHAT, EMBEDDINGS, RESPONSES = "/v1/chat/completions", "/v1/embeddings", "/v1/responses"


@dataclass(frozen=True)
class Reply:
    """An answer as it came."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.content)

    @property
    def text(self) -> str:
        """What the engine said, whole or in pieces."""
        if self.headers["Content-Type"] == "application/json":
            return str(self.json["choices"][0]["message"]["content"])
        deltas = (choice["delta"] for chunk in self.chunks for choice in chunk.get("choices", ()))
        return "".join(delta.get("content") or "" for delta in deltas)

    @property
    def payloads(self) -> list[bytes]:
        """What stands behind each `data: `; every event is exactly one line and an empty one."""
        events = self.content.split(b"\n\n")
        assert events.pop() == b""
        assert all(event.startswith(b"data: ") and b"\n" not in event for event in events)
        return [event.removeprefix(b"data: ") for event in events]

    @property
    def chunks(self) -> list[dict[str, Any]]:
        """The events before [DONE]."""
        return [json.loads(payload) for payload in self.payloads if payload != b"[DONE]"]

    @property
    def refusal(self) -> tuple[int, str | None, str | None]:
        """Status, code and param of OpenAI's error object."""
        error = self.json["error"]
        assert set(error) == {"message", "type", "param", "code"}
        return self.status, error["code"], error["param"]


@dataclass(frozen=True)
class Program:
    """Calls with one API key."""

    token: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def chat(self, content: str = "Hello there", headers: Mapping[str, str] | None = None, **fields: Any) -> Reply:
        """One chat completion by the engine `upstream`, unless `fields` say otherwise."""
        return self.post(CHAT, question(content, **fields), headers)

    def respond(self, given: Any = "Hello there", headers: Mapping[str, str] | None = None, **fields: Any) -> Reply:
        """One response by the engine `upstream`, unless `fields` say otherwise."""
        return self.post(RESPONSES, {"model": "upstream", "input": given} | fields, headers)

    def embed(self, given: Any, headers: Mapping[str, str] | None = None, **fields: Any) -> Reply:
        """Embeddings by `minilm`."""
        return self.post(EMBEDDINGS, {"model": "minilm", "input": given} | fields, headers)

    def get(self, path: str) -> Reply:
        """The answer to a GET."""
        reply: Reply = in_loop(lambda: self.send(path, b"", method="GET"))
        return reply

    def delete(self, path: str) -> Reply:
        """The answer to a DELETE."""
        reply: Reply = in_loop(lambda: self.send(path, b"", method="DELETE"))
        return reply

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """JSON, or bytes as they are."""
        return self.at_once([body], path, headers)[0]

    def at_once(self, bodies: Sequence[Any], path: str = CHAT, headers: Mapping[str, str] | None = None) -> list[Reply]:
        """All of them at the same moment."""

        async def ask() -> list[Reply]:
            return await asyncio.gather(*(self.send(path, body, headers) for body in bodies))

        answers: list[Reply] = in_loop(ask)
        return answers

    async def send(self, path: str, body: Any, headers: Mapping[str, str] | None = None, method: str = "POST") -> Reply:
        """The same inside of a loop."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token}", **self.headers, **(headers or {})}
        response = await AsyncClient().generic(method, path, raw, "application/json", headers=sent)
        if isinstance(response, StreamingHttpResponse):
            content = b"".join([part async for part in response])
        else:
            content = response.content
        return Reply(response.status_code, response.headers, content)


def question(content: str = "Hello there", **fields: Any) -> dict[str, Any]:
    """A body with one message."""
    return {"model": "upstream", "messages": [{"role": "user", "content": content}]} | fields


def in_loop(scenario: Callable[[], Awaitable[Any]]) -> Any:
    """Run it in a new loop, and what it left in the background; database calls come back to this thread."""

    async def run() -> Any:
        try:
            return await scenario()
        finally:
            await asyncio.gather(*background_tasks(), return_exceptions=True)
            engine = engine_registry("chat").get("openai_compatible")
            assert isinstance(engine, OpenAICompatibleEngine)
            await engine.aclose()
            await async_redis_client().aclose()

    return async_to_sync(run)()
