"""Helpers that read a reply to its end, or as far as it comes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Generator, Iterable, Iterator
from dataclasses import dataclass

from chatbot.engines.base import ChatEvent, ChatRequest, Done, LocalChatEngine, Target, TextDelta, ToolCall, Turn
from tasks.engines.cancel import CancelToken, NeverCancelled
from tasks.engines.errors import EngineError


@dataclass(frozen=True)
class Reply:
    """Everything that came out of one request."""

    pieces: list[str]
    tool_calls: list[ToolCall]
    done: Done

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(self.pieces)


def ask(text: str, **fields: object) -> ChatRequest:
    """A request with one user turn."""
    return ChatRequest(**{"turns": (Turn("user", text),)} | fields)  # type: ignore[arg-type]  # any field by name


def sort_events(events: Iterable[ChatEvent]) -> Reply:
    """Asserts the order that the contract promises: text and tool calls, then `Done`, once."""
    found = list(events)
    done = [event for event in found if isinstance(event, Done)]
    assert done == found[-1:]
    pieces = [event.text for event in found if isinstance(event, TextDelta)]
    assert "" not in pieces
    return Reply(pieces, [event for event in found if isinstance(event, ToolCall)], done[0])


def listen(engine: LocalChatEngine, request: ChatRequest, *, cancel: CancelToken | None = None) -> Reply:
    """The whole reply of an engine on this machine."""
    return sort_events(engine.reply(request, Target(), cancel=cancel or NeverCancelled()))


async def hear(events: AsyncIterator[ChatEvent]) -> Reply:
    """The whole reply of a remote engine."""
    return sort_events([event async for event in events])


async def hear_until_error(events: AsyncIterator[ChatEvent]) -> tuple[str, EngineError]:
    """The text that came, and the error that ended it."""
    texts: list[str] = []
    try:
        async for event in events:
            assert isinstance(event, TextDelta)
            texts.append(event.text)
    except EngineError as error:
        return "".join(texts), error
    raise AssertionError("the reply ended well")


def leave(events: Iterator[ChatEvent]) -> None:
    """Stop reading before the end."""
    assert isinstance(events, Generator)
    events.close()


async def until(condition: Callable[[], object]) -> None:
    """Wait until something holds; fails after five seconds."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        await asyncio.sleep(0.005)
