"""The engine that quotes: answers from the sources that were found for a question; no language model."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chatbot.engines.base import DOMAIN, ChatEvent, ChatRequest, Done, FinishReason, Target, TextDelta, check_request
from chatbot.engines.librarian.answering import Answer, answer
from chatbot.engines.probing import measure_probe
from chatbot.engines.tokens import CHARACTERS_PER_TOKEN, estimate_input_tokens, estimate_tokens
from tasks.engines.cancel import CancelToken
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineInputError
from tasks.engines.usage import Usage

_CONTEXT_TOKENS = 32_000
#: A few words a piece, as they are read.
_PIECE = re.compile(r"(?:\s*\S+){1,3}\s*\Z|(?:\s*\S+){1,3}")

_CARD = EngineCard(
    name="librarian",
    version="1",
    domain=DOMAIN,
    title="Librarian",
    local=True,
    limits=MappingProxyType({"context_tokens": _CONTEXT_TOKENS}),
    options=MappingProxyType({"reads_sources": 1, "reads_guide": 1}),
)


class LibrarianEngine:
    """`LocalChatEngine` that quotes. Equal requests get equal answers, so "continue" goes on exactly."""

    @property
    def card(self) -> EngineCard:
        """The card of the engine."""
        return _CARD

    def load(self) -> None:
        """Nothing to wait for."""

    def close(self) -> None:
        """Nothing to give back."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Greet."""
        return measure_probe(self, text="Hello")

    def reply(self, request: ChatRequest, target: Target, *, cancel: CancelToken) -> Iterator[ChatEvent]:
        """Answer; see `LocalChatEngine.reply`. Also raises EngineInputError `context_too_long`."""
        check_request(request)
        input_tokens = estimate_input_tokens(request)
        if input_tokens > _CONTEXT_TOKENS:
            message = f"The conversation has about {input_tokens} tokens; the limit is {_CONTEXT_TOKENS}."
            raise EngineInputError(message, code="context_too_long")
        return _speak(request, cancel, input_tokens)


def _speak(request: ChatRequest, cancel: CancelToken, input_tokens: int) -> Iterator[ChatEvent]:
    cancel.raise_if_cancelled()
    whole = answer(request)
    text, finish_reason = _limit(whole, request)
    for piece in _PIECE.findall(text):
        cancel.raise_if_cancelled()
        yield TextDelta(piece)
    cancel.raise_if_cancelled()
    if finish_reason == "tool_calls":
        yield from whole.calls
    usage = Usage(requests=1, input_tokens=input_tokens, output_tokens=estimate_tokens(text))
    yield Done(finish_reason, usage, _CARD.name)


def _limit(whole: Answer, request: ChatRequest) -> tuple[str, FinishReason]:
    """The text up to the first stop sequence and `max_tokens`; a text that was cut starts no tools."""
    text = whole.text
    ends = [at for stop in request.stop if stop and (at := text.find(stop)) >= 0]
    text = text[: min(ends)] if ends else text
    if request.max_tokens is not None and estimate_tokens(text) > request.max_tokens:
        return text[: request.max_tokens * CHARACTERS_PER_TOKEN], "length"
    if whole.calls and not ends:
        return text, "tool_calls"
    return text, "stop"
