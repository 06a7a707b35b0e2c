"""The items of an answer, and the events that tell of them while they are written."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Event = dict[str, Any]


@dataclass(slots=True)
class Part:
    """A piece of a message: `output_text` or `refusal`."""

    kind: str
    texts: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As it stands in the item now."""
        text = "".join(self.texts)
        if self.kind == "refusal":
            return {"type": "refusal", "refusal": text}
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


@dataclass(slots=True)
class Item(ABC):
    """What both kinds of items share; `place` is their position in the output."""

    id: str
    place: int
    status: str = "in_progress"

    @abstractmethod
    def document(self) -> dict[str, Any]:
        """As it stands in the response now."""

    def finish(self, status: str) -> Iterator[Event]:
        """Its last events; the second time there are none."""
        if self.status == "in_progress":
            yield from self._last_events()
            self.status = status
            yield {"type": "response.output_item.done", "output_index": self.place, "item": self.document()}

    def begin(self) -> Event:
        """Its first event."""
        return {"type": "response.output_item.added", "output_index": self.place, "item": self.document()}

    @abstractmethod
    def _last_events(self) -> Iterator[Event]:
        """Those of what is still being written."""

    def _event(self, name: str, **facts: Any) -> Event:
        return {"type": f"response.{name}", "item_id": self.id, "output_index": self.place, **facts}


@dataclass(slots=True)
class Message(Item):
    """Words of the engine."""

    parts: list[Part] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As it stands in the response now."""
        content = [part.document() for part in self.parts]
        return {"id": self.id, "type": "message", "status": self.status, "role": "assistant", "content": content}

    def take(self, kind: str, text: str) -> Iterator[Event]:
        """More of the part that is being written, or the first of a new one."""
        if not self.parts or self.parts[-1].kind != kind:
            yield from self._last_events()
            self.parts.append(Part(kind))
            yield self._told("content_part.added", part=self.parts[-1].document())
        self.parts[-1].texts.append(text)
        yield self._told(f"{kind}.delta", delta=text, **_logprobs(kind))

    def _last_events(self) -> Iterator[Event]:
        for part in self.parts[-1:]:
            name = "refusal" if part.kind == "refusal" else "text"
            yield self._told(f"{part.kind}.done", **{name: "".join(part.texts)}, **_logprobs(part.kind))
            yield self._told("content_part.done", part=part.document())

    def _told(self, name: str, **facts: Any) -> Event:
        return self._event(name, content_index=len(self.parts) - 1, **facts)


@dataclass(slots=True)
class Call(Item):
    """The engine asks for a function."""

    call_id: str = ""
    name: str = ""
    pieces: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """As it stands in the response now."""
        called = {"call_id": self.call_id or f"call_{self.id}", "name": self.name, "arguments": "".join(self.pieces)}
        return {"id": self.id, "type": "function_call", "status": self.status, **called}

    def take(self, arguments: str) -> Iterator[Event]:
        """More of its arguments."""
        self.pieces.append(arguments)
        yield self._event("function_call_arguments.delta", delta=arguments)

    def _last_events(self) -> Iterator[Event]:
        # What takes nothing is written as nothing by some engines; programs read JSON.
        self.pieces = self.pieces or ["{}"]
        yield self._event("function_call_arguments.done", arguments="".join(self.pieces))


def _logprobs(kind: str) -> dict[str, Any]:
    return {"logprobs": []} if kind == "output_text" else {}
