"""Server-sent events as OpenAI writes them."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping
from typing import Any

from django.http import StreamingHttpResponse

from chatbot.gateway.calls import ModelCall
from chatbot.gateway.failures import as_answer
from config.common.problems import openai_body
from tasks.engines.errors import EngineError
from tasks.engines.usage import Usage

DONE_EVENT = b"data: [DONE]\n\n"


class Streamed(ABC):
    """A call's answer as a response may stream it: closed by the response, from another thread, however it ends."""

    def __init__(self, call: ModelCall) -> None:
        self._call = call
        self._loop = asyncio.get_running_loop()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._events()

    def close(self) -> None:
        """End what has not ended; from any thread."""
        if not self._call.is_over:
            self._loop.call_soon_threadsafe(self._close, None)

    @property
    @abstractmethod
    def usage(self) -> Usage:
        """What the engine counted so far, or what is estimated."""

    @abstractmethod
    def _events(self) -> AsyncIterator[bytes]:
        """The answer."""

    @abstractmethod
    def _close(self, error: EngineError | None) -> object:
        """End the call and what it holds."""


class EventStream(StreamingHttpResponse):
    """The response to a program that asked for a stream; neither caches nor proxies may hold its events back."""

    def __init__(self, source: Streamed) -> None:
        super().__init__(source, content_type="text/event-stream")
        self.source = source
        self["Cache-Control"] = "no-cache"
        self["X-Accel-Buffering"] = "no"


def event(document: Mapping[str, Any]) -> bytes:
    """One event."""
    return b"data: %s\n\n" % json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def error_event(error: EngineError) -> bytes:
    """How a stream ends whose engine failed in its middle; SDKs raise when they read it."""
    return event(openai_body(as_answer(error)))
