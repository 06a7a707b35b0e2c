"""A small deterministic engine that repeats what it is told, and does what marks in the message say."""

import json
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from chatbot.engines.base import (
    DOMAIN,
    ChatEvent,
    ChatRequest,
    Done,
    FinishReason,
    Target,
    TextDelta,
    ToolCall,
    check_request,
)
from chatbot.engines.probing import measure_probe
from tasks.engines.cancel import CancelToken
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineCrashed, EngineInputError
from tasks.engines.usage import Usage

_CONTEXT_TOKENS = 100_000
_POLL_SECONDS = 0.02
_WORD = re.compile(r"\s*\S+")
_WORDS = re.compile(r"\[words (\d{1,6})\]")
_DELAY = re.compile(r"\[delay (\d{1,5})ms\]")
_FAIL = re.compile(r"\[fail\]")
_TOOL = re.compile(r"\[tool ([\w.-]+) *")

_CARD = EngineCard(
    name="fake",
    version="1",
    domain=DOMAIN,
    title="Echo (for tests)",
    local=True,
    limits=MappingProxyType({"context_tokens": _CONTEXT_TOKENS}),
)


@dataclass(frozen=True, slots=True)
class _Script:
    """What the engine is going to do. The words keep the white space before them."""

    words: tuple[str, ...]
    tool_calls: tuple[ToolCall, ...] = ()
    delay_seconds: float = 0.0
    fails: bool = False


class FakeChatEngine:
    """`LocalChatEngine` that echoes the last user turn; a token is a word.

    Marks in that turn steer it: `[words 200]` says word1 to word200 instead, `[delay 20ms]` waits before each word,
    `[fail]` crashes after the last word, `[tool name {"key": 1}]` asks for a tool. A `tool` turn at the end is
    echoed without marks; an `assistant` turn at the end is taken up where it stopped.
    """

    @property
    def card(self) -> EngineCard:
        """The card of the engine."""
        return _CARD

    def load(self) -> None:
        """Nothing to wait for."""

    def close(self) -> None:
        """Nothing to give back."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Echo one word."""
        return measure_probe(self, text="Hello")

    def reply(self, request: ChatRequest, target: Target, *, cancel: CancelToken) -> Iterator[ChatEvent]:
        """Echo; see `LocalChatEngine.reply`. Also raises EngineInputError `context_too_long`."""
        check_request(request)
        input_tokens = sum(len(turn.text.split()) for turn in request.turns)
        if input_tokens > _CONTEXT_TOKENS:
            message = f"The conversation has {input_tokens} words; the limit is {_CONTEXT_TOKENS}."
            raise EngineInputError(message, code="context_too_long")
        return _perform(_write_script(request), request, cancel, input_tokens=input_tokens, model=target.model)


def _perform(
    script: _Script, request: ChatRequest, cancel: CancelToken, *, input_tokens: int, model: str
) -> Iterator[ChatEvent]:
    words, finish_reason = _limit(script.words, request)
    for word in words:
        _wait(script.delay_seconds, cancel)
        yield TextDelta(word)
    cancel.raise_if_cancelled()
    if script.fails:
        raise EngineCrashed("The engine failed, as it was told to.", code="told_to_fail")
    yield from script.tool_calls
    usage = Usage(requests=1, input_tokens=input_tokens, output_tokens=len(words))
    yield Done("tool_calls" if script.tool_calls else finish_reason, usage, model or _CARD.name)


def _write_script(request: ChatRequest) -> _Script:
    last = request.turns[-1]
    if last.role == "tool":
        return _Script(words=_split(last.text))
    user = next((turn for turn in reversed(request.turns) if turn.role == "user"), last)
    text, calls = _take_tools(user.text)
    delay, count = _DELAY.search(text), _WORDS.search(text)
    rest = _DELAY.sub("", _WORDS.sub("", _FAIL.sub("", text))).strip()
    words = tuple(f" word{number}" for number in range(1, int(count[1]) + 1)) if count else _split(rest)
    if user.images and not words:
        words = (" image",) * len(user.images)
    spoken = len(last.text.split()) if last.role == "assistant" else 0
    return _Script(
        words=words[spoken:] if spoken else _without_first_space(words),
        tool_calls=calls,
        delay_seconds=int(delay[1]) / 1000 if delay else 0.0,
        fails=_FAIL.search(text) is not None,
    )


def _split(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text))


def _without_first_space(words: tuple[str, ...]) -> tuple[str, ...]:
    return (words[0].lstrip(), *words[1:]) if words else ()


def _take_tools(text: str) -> tuple[str, tuple[ToolCall, ...]]:
    """The text without its tool marks, and the calls; arguments that are no JSON go up to the next bracket."""
    calls: list[ToolCall] = []
    while match := _TOOL.search(text):
        start = match.end()
        try:
            _value, end = json.JSONDecoder().raw_decode(text, start)
        except ValueError:
            end = text.find("]", start) if "]" in text[start:] else len(text)
        calls.append(ToolCall(f"call_{len(calls) + 1}", match[1], text[start:end].strip() or "{}"))
        text = text[: match.start()] + text[end:].lstrip().removeprefix("]")
    return text, tuple(calls)


def _limit(words: tuple[str, ...], request: ChatRequest) -> tuple[tuple[str, ...], FinishReason]:
    """The words up to `max_tokens` and the first stop sequence, which may begin in one word and end in another."""
    allowed = words[: request.max_tokens]
    text = "".join(allowed)
    ends = [at for stop in request.stop if stop and (at := text.find(stop)) >= 0]
    if ends:
        return _split(text[: min(ends)]), "stop"
    return allowed, "stop" if len(allowed) == len(words) else "length"


def _wait(seconds: float, cancel: CancelToken) -> None:
    deadline = time.monotonic() + seconds
    cancel.raise_if_cancelled()
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(left, _POLL_SECONDS))
        cancel.raise_if_cancelled()
