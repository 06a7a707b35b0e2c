"""One answer of a loaded model: tokens become pieces of text, and the end says why and at what price."""

import contextlib
from dataclasses import dataclass

from chatbot.engines.base import Done, FinishReason, TextDelta
from chatbot.engines.local_model.decoding import StopScanner, TextDecoder
from chatbot.engines.local_model.failures import computing
from chatbot.engines.local_model.network import Draw, Network
from chatbot.engines.local_model.prompting import Prompter
from chatbot.engines.local_model.threads import Outlet
from tasks.engines.usage import Usage


class _StopMet(Exception):
    """The text has reached a stop sequence."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a model: the tokens to draw, where the text stops, and the name that the answer bears."""

    draw: Draw
    stop: tuple[str, ...]
    model: str


class Speaker:
    """Takes tokens and puts text; the usage counts every token that was made, the end mark as well."""

    def __init__(self, prompter: Prompter, stop: tuple[str, ...], end_ids: frozenset[int], outlet: Outlet) -> None:
        self._decoder = TextDecoder(prompter.decode)
        self._scanner = StopScanner(stop)
        self._end_ids = end_ids
        self._outlet = outlet
        self._made = 0
        self._ended = False

    def put(self, token: int) -> None:
        """Say what the token adds; raises _StopMet at a stop sequence and ReaderLeft when nobody listens."""
        self._made += 1
        self._ended = token in self._end_ids
        if not self._ended:
            self._say(self._scanner.add(self._decoder.add(token)))
        if self._scanner.found:
            raise _StopMet

    def finish(self, question: Question) -> None:
        """Say what was held back, then the end."""
        self._say(self._scanner.add(self._decoder.rest()))
        self._say(self._scanner.rest())
        reason: FinishReason = "stop" if self._ended or self._scanner.found else "length"
        usage = Usage(requests=1, input_tokens=len(question.draw.prompt), output_tokens=self._made)
        self._outlet.put(Done(reason, usage, question.model))

    def _say(self, text: str) -> None:
        if text:
            self._outlet.put(TextDelta(text))


def answer(network: Network, prompter: Prompter, question: Question, outlet: Outlet) -> None:
    """Answer into the outlet. Raises EngineUnavailable `out_of_memory`, EngineCrashed, or ReaderLeft."""
    speaker = Speaker(prompter, question.stop, network.end_ids, outlet)
    with computing(), contextlib.suppress(_StopMet):
        network.generate(question.draw, put=speaker.put, check=outlet.check)
    speaker.finish(question)
