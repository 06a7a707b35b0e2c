"""The contract of chat engines: what goes in, which events come out, and what every engine promises.

Engines on this machine run on a worker and are read as iterators; remote ones run in the web process' event loop.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from tasks.engines.cancel import CancelToken
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineInputError
from tasks.engines.usage import Usage

DOMAIN = "chat"
MAX_TEMPERATURE = 2.0  # the range of OpenAI's chat completions

Role: TypeAlias = Literal["system", "user", "assistant", "tool"]
#: OpenAI's words; `stop` also when a stop sequence was met.
FinishReason: TypeAlias = Literal["stop", "length", "tool_calls", "content_filter"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Image:
    """A picture in a turn: its bytes with their type, or an address that a remote engine fetches itself."""

    mime_type: str = ""
    data: bytes = b""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The engine asks for a tool. `arguments` is JSON text as the engine wrote it: it may be broken."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the conversation as an engine sees it; `tool` turns answer the call `tool_call_id`."""

    role: Role
    text: str
    images: tuple[Image, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str = ""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something the engine may ask for; `parameters` is JSON Schema."""

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """A passage found for the question: from a file, a memory or the guide.

    `number` (from 1) is what citations name; `title` and `page` say where it stands; `score` is 0..1, higher is nearer.
    """

    number: int
    kind: Literal["file", "memory", "guide"]
    title: str
    text: str
    page: int | None = None
    heading: str = ""
    reference: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What an engine is asked: the branch from its first turn to the question, oldest first.

    `sources` are already found; an engine that takes prompts gets them as text, `librarian` quotes them itself.
    `language` is the person's, as a BCP-47 tag. `extra` goes to remote engines as it is.
    """

    turns: tuple[Turn, ...]
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    tools: tuple[Tool, ...] = ()
    sources: tuple[Source, ...] = ()
    language: str = "en"
    extra: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes: what the catalogue row says. `credential` never reaches logs or errors."""

    model: str = ""
    base_url: str = ""
    credential: str = field(default="", repr=False)
    options: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the answer; never empty. All pieces joined are the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """The last event of a successful reply. `usage` counts tokens as the engine does; `model` is what answered."""

    finish_reason: FinishReason
    usage: Usage
    model: str = ""


ChatEvent: TypeAlias = TextDelta | ToolCall | Done


@runtime_checkable
class LocalChatEngine(Protocol):
    """Answers on this machine. `tasks.engines.contract.Engine` says what holds for all engines; this one adds:

    Pieces come as soon as they are known. `Done` comes last and once, after all tool calls. Nothing is kept.
    """

    @property
    def card(self) -> EngineCard:
        """The card, with the limit `context_tokens`; `local` is True.

        Its option `writes_titles` says that a conversation's title may be asked for.
        """

    def load(self) -> None:
        """Make the first request as fast as the next one."""

    def reply(self, request: ChatRequest, target: Target, *, cancel: CancelToken) -> Iterator[ChatEvent]:
        """Answer. A request that breaks a limit raises `EngineInputError` in the call itself, before any event.

        While the events are read it raises what `EngineError` describes, and what the token raises, within a tenth of a
        second. Closing the iterator stops the work.
        """

    def close(self) -> None:
        """Give everything back; a later request loads again."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Answer a word; returns `first_token_ms` and `total_ms`."""


@runtime_checkable
class RemoteChatEngine(Protocol):
    """Answers elsewhere, over HTTP. Its methods belong to one event loop at a time; `card.local` is False."""

    @property
    def card(self) -> EngineCard:
        """As `LocalChatEngine.card`; `local` is False."""

    def load(self) -> None:
        """Nothing to load; there for the contract of all engines."""

    def stream(self, request: ChatRequest, target: Target) -> AsyncGenerator[ChatEvent, None]:
        """Answer. Errors as `LocalChatEngine.reply`; cancelling its reader, or closing it, aborts the call."""

    def close(self) -> None:
        """Give connections back."""

    async def aclose(self) -> None:
        """Give back those of the running event loop, and wait for it: before a loop ends that others do not share."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Answers without an address cannot be probed: raises EngineUnavailable; see `probe_target`."""

    def probe_target(self, target: Target) -> Mapping[str, str | int | float]:
        """Ask the address for its models and one word; returns `models`, `first_token_ms` and `total_ms`."""


@runtime_checkable
class ProbesTarget(Protocol):
    """An engine that does nothing before a catalogue row says where it is: every remote one, and some local ones."""

    def probe_target(self, target: Target) -> Mapping[str, str | int | float]:
        """Do the smallest real piece of work there; at least `first_token_ms` and `total_ms`."""


ChatEngine: TypeAlias = LocalChatEngine | RemoteChatEngine


def as_chat_engine(candidate: object) -> ChatEngine | None:
    """The object itself when it has every part of one of the contracts, else None (`EngineRegistry(accepts=...)`)."""
    if isinstance(candidate, LocalChatEngine):
        return candidate
    return candidate if isinstance(candidate, RemoteChatEngine) else None


def check_request(request: ChatRequest) -> None:
    """Hold a request against what every engine needs.

    Raises EngineInputError: `no_turns`, `empty_message`, `invalid_temperature` or `invalid_max_tokens`.
    """
    if not request.turns or request.turns[-1].role == "system":
        raise EngineInputError("There is nothing to answer.", code="no_turns")
    last = request.turns[-1]
    if last.role == "user" and not last.text.strip() and not last.images:
        raise EngineInputError("The message is empty.", code="empty_message")
    if request.temperature is not None and not 0 <= request.temperature <= MAX_TEMPERATURE:  # False for NaN as well
        raise EngineInputError(f"The temperature must be 0 to {MAX_TEMPERATURE:g}.", code="invalid_temperature")
    if request.max_tokens is not None and request.max_tokens < 1:
        raise EngineInputError("At least one token must be allowed.", code="invalid_max_tokens")
