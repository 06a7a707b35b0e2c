"""Turns the chunks of a chat completion into the events of the contract."""

import json
import math
from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.engines.base import ChatEvent, ChatRequest, Done, FinishReason, Target, TextDelta
from chatbot.engines.openai_wire.errors import error_in_reply
from chatbot.engines.openai_wire.sse import DONE
from chatbot.engines.openai_wire.tool_calls import ToolCallAssembler
from chatbot.engines.tokens import CHARACTERS_PER_TOKEN, estimate_input_tokens
from tasks.engines.errors import EngineCrashed
from tasks.engines.usage import Usage

#: What upstreams say beside OpenAI's own words; anything unknown counts as an ordinary stop.
FINISH_REASONS: Mapping[str, FinishReason] = {
    "length": "length",
    "max_tokens": "length",
    "tool_calls": "tool_calls",
    "function_call": "tool_calls",
    "tool_use": "tool_calls",
    "content_filter": "content_filter",
    "safety": "content_filter",
}


class ReplyReader:
    """Reads the first choice of one reply, chunk by chunk or as a whole; other choices (`n`) are left out."""

    def __init__(self, request: ChatRequest, target: Target) -> None:
        self._request, self._target = request, target
        self._model = target.model
        self._usage: Usage | None = None
        self._tools = ToolCallAssembler()
        self._characters = 0
        self._finish_reason: FinishReason | None = None
        self._has_chunks = False
        self.is_done = False

    @property
    def is_finished(self) -> bool:
        """Whether the finish reason is known: the answer is complete even if nothing else comes."""
        return self._finish_reason is not None

    def take(self, payload: bytes) -> Iterator[TextDelta]:
        """The text in one chunk. Raises EngineCrashed `upstream_garbage`, or what an `error` in the chunk means."""
        if payload.startswith(DONE):
            self.is_done = True
            return
        document = self._parse(payload)
        if document.get("error"):
            raise error_in_reply(document["error"], self._target)
        self._has_chunks = True
        self._usage = read_usage(document) or self._usage
        self._model = str(document.get("model") or self._model)
        for choice in _mappings(document.get("choices")):
            if not choice.get("index"):
                yield from self._take_choice(choice)

    def end(self) -> Iterator[ChatEvent]:
        """The tool calls and `Done`. Raises EngineCrashed `upstream_cut` or `upstream_garbage`."""
        if not self._has_chunks:
            raise EngineCrashed("The address does not answer like a chat engine.", code="upstream_garbage")
        if self._finish_reason is None and not self.is_done:
            raise EngineCrashed("The engine's answer broke off.", code="upstream_cut")
        calls = list(self._tools.calls())
        yield from calls
        reason = self._finish_reason or "stop"
        # Some servers end with "stop" although they ask for tools.
        yield Done("tool_calls" if calls and reason == "stop" else reason, self._usage or self._estimate(), self._model)

    def _parse(self, payload: bytes) -> Mapping[str, Any]:
        try:
            document = json.loads(payload)
        except (ValueError, RecursionError) as error:
            if self.is_finished:  # the last chunk was cut, and held no text
                return {}
            raise EngineCrashed("The engine's answer is no JSON.", code="upstream_garbage") from error
        if not isinstance(document, dict):
            raise EngineCrashed("The engine's answer is no JSON object.", code="upstream_garbage")
        return document

    def _take_choice(self, choice: Mapping[str, Any]) -> Iterator[TextDelta]:
        whole = choice.get("message")  # of a reply that did not come as a stream
        delta = choice.get("delta") or whole
        if isinstance(delta, Mapping):
            text = _text(delta.get("content")) or _text(delta.get("refusal"))
            if text:
                self._characters += len(text)
                yield TextDelta(text)
            for fragment in _mappings(delta.get("tool_calls")):
                self._tools.take(fragment)
        reason = choice.get("finish_reason") or ("stop" if whole else None)
        if reason:
            self._finish_reason = FINISH_REASONS.get(str(reason).lower(), "stop")

    def _estimate(self) -> Usage:
        output_tokens = -(-(self._characters + self._tools.characters) // CHARACTERS_PER_TOKEN)
        return Usage(requests=1, input_tokens=estimate_input_tokens(self._request), output_tokens=output_tokens)


def read_usage(document: Mapping[str, Any]) -> Usage | None:
    """The token counts of a chunk, a completion or an embeddings reply; None where it has none."""
    usage = document.get("usage")
    if not isinstance(usage, Mapping):
        return None
    input_tokens, output_tokens = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    if not input_tokens and not output_tokens:  # absent, or a placeholder in every chunk
        return None
    return Usage(requests=1, input_tokens=input_tokens, output_tokens=output_tokens)


def _count(value: object) -> int:
    return int(value) if isinstance(value, int | float) and 0 < value < math.inf else 0


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    return (entry for entry in value if isinstance(entry, Mapping)) if isinstance(value, list) else iter(())


def _text(content: object) -> str:
    """The text of a `content`: a string, or a list of parts of which only those of type text count."""
    if isinstance(content, str):
        return content
    return "".join(str(part.get("text") or "") for part in _mappings(content) if part.get("type") == "text")
