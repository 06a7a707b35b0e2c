"""The chunks of a chat completion as the events of a response, and the response that they make up."""

import json
import math
import time
from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.engines.openai_wire.reply import FINISH_REASONS, read_usage
from chatbot.gateway.answers import mappings, text_of
from chatbot.gateway.responses.writing import Call, Event, Item, Message

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


class Assembler:
    """Fed with chunks; its events are numbered from 0. Only the first choice counts: a response has no others.

    `key` makes the ids of this response and its items; `echo` is what it repeats of the request.
    """

    def __init__(self, echo: Mapping[str, Any], *, key: str, model: str) -> None:
        self._echo, self._key, self._model = echo, key, model
        self._created_at: int | None = None
        self._items: list[Item] = []
        self._calls: dict[object, Call] = {}
        self._usage: dict[str, Any] | None = None
        self._status, self._reason = "in_progress", ""
        self._error: dict[str, Any] | None = None
        self._count = 0

    @property
    def response(self) -> dict[str, Any]:
        """As it stands now."""
        return {
            "id": f"resp_{self._key}",
            "object": "response",
            "created_at": self._created_at,
            "status": self._status,
            "error": self._error,
            "incomplete_details": {"reason": self._reason} if self._status == "incomplete" else None,
            "model": self._model,
            "output": [item.document() for item in self._items],
            "usage": self._usage,
            **self._echo,
        }

    def take(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        """The events of one chunk."""
        yield from map(self._numbered, self._taken(chunk))

    def end(self) -> Iterator[Event]:
        """The last events of a response that came to its end; the second time there are none."""
        yield from map(self._numbered, self._ended())

    def fail(self, error: Mapping[str, Any]) -> Iterator[Event]:
        """The last event of a response that broke off; `error` is OpenAI's error object."""
        yield from map(self._numbered, self._failed(error))

    def _taken(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        yield from self._begun(chunk)
        if read_usage(chunk) is not None:
            self._usage = usage_of(chunk["usage"])
        for choice in mappings(chunk.get("choices")):
            if choice.get("index"):
                continue
            if isinstance(delta := choice.get("delta"), dict):
                yield from self._said(delta)
            if reason := choice.get("finish_reason"):
                self._reason = _INCOMPLETE.get(FINISH_REASONS.get(str(reason).lower(), ""), "")

    def _begun(self, chunk: Mapping[str, Any]) -> Iterator[Event]:
        if self._created_at is None:
            created = chunk.get("created")
            self._created_at = created if isinstance(created, int) else int(time.time())
            self._model = str(chunk.get("model") or self._model)
            yield {"type": "response.created", "response": self.response}
            yield {"type": "response.in_progress", "response": self.response}

    def _said(self, delta: Mapping[str, Any]) -> Iterator[Event]:
        if text := text_of(delta.get("content")):
            yield from self._written("output_text", text)
        if isinstance(refusal := delta.get("refusal"), str) and refusal:
            yield from self._written("refusal", refusal)
        for fragment in mappings(delta.get("tool_calls")):
            yield from self._called(fragment)

    def _written(self, kind: str, text: str) -> Iterator[Event]:
        message = self._items[-1] if self._items else None
        if not isinstance(message, Message):
            message = Message(f"msg_{self._key}{len(self._items)}", len(self._items))
            self._items.append(message)
            yield message.begin()
        yield from message.take(kind, text)

    def _called(self, fragment: Mapping[str, Any]) -> Iterator[Event]:
        """Calls stay open to the end, because nothing keeps an engine from writing several of them by turns."""
        function = fragment.get("function")
        known = function if isinstance(function, dict) else {}
        call_id, name = str(fragment.get("id") or ""), str(known.get("name") or "")
        index = fragment.get("index")
        key = index if isinstance(index, int) else None
        call = self._calls.get(key)
        # Servers that always say 0, or no index at all, start a call with a new id.
        if call is None or (call_id and call.call_id and call_id != call.call_id):
            for item in self._items[-1:]:
                if isinstance(item, Message):
                    yield from item.finish("completed")
            call = Call(f"fc_{self._key}{len(self._items)}", len(self._items), call_id=call_id, name=name)
            self._calls[key] = call
            self._items.append(call)
            yield call.begin()
        call.call_id, call.name = call.call_id or call_id, call.name or name
        if arguments := known.get("arguments"):
            yield from call.take(arguments if isinstance(arguments, str) else json.dumps(arguments))

    def _ended(self) -> Iterator[Event]:
        if self._status != "in_progress":
            return
        yield from self._begun({})
        status = "incomplete" if self._reason else "completed"
        for item in self._items:
            yield from item.finish(status if item is self._items[-1] else "completed")
        self._status = status
        yield {"type": f"response.{status}", "response": self.response}

    def _failed(self, error: Mapping[str, Any]) -> Iterator[Event]:
        yield from self._begun({})
        for item in self._items:
            item.status = "incomplete" if item.status == "in_progress" else item.status
        self._status = "failed"
        self._error = {"code": error.get("code") or "server_error", "message": error.get("message") or ""}
        yield {"type": "response.failed", "response": self.response}

    def _numbered(self, event: Event) -> Event:
        self._count += 1
        return {**event, "sequence_number": self._count - 1}


def usage_of(usage: Mapping[str, Any]) -> dict[str, Any]:
    """A chat's usage as that of a response; details that the engine does not give are zero."""
    given, answered = _number(usage, "prompt_tokens"), _number(usage, "completion_tokens")
    read, written = _details(usage, "prompt_tokens_details"), _details(usage, "completion_tokens_details")
    return {
        "input_tokens": given,
        "input_tokens_details": {
            "cached_tokens": _number(read, "cached_tokens"),
            "cache_write_tokens": _number(read, "cache_write_tokens"),
        },
        "output_tokens": answered,
        "output_tokens_details": {"reasoning_tokens": _number(written, "reasoning_tokens")},
        "total_tokens": _number(usage, "total_tokens") or given + answered,
    }


def _details(usage: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    details = usage.get(name)
    return details if isinstance(details, dict) else {}


def _number(holder: Mapping[str, Any], name: str) -> int:
    value = holder.get(name)
    return int(value) if isinstance(value, int | float) and 0 < value < math.inf else 0
