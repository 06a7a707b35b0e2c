"""The contract of speech engines: what goes in, which events come out, and what every engine promises."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, runtime_checkable

from tasks.engines.cancel import CancelToken, NeverCancelled
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineInputError
from tasks.engines.usage import Usage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MIN_SPEED, MAX_SPEED = 0.25, 4.0  # the range of OpenAI's audio.speech
MIN_PITCH_SEMITONES, MAX_PITCH_SEMITONES = -12.0, 12.0
MAX_CHARACTERS = 20_000

Gender: TypeAlias = Literal["female", "male"]


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice as people choose it. `name` is stable and unique in its engine; `language` is a BCP-47 tag."""

    name: str
    title: str
    language: str
    gender: Gender | None
    engine: str


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Text to speak. `speed` 1.0 is the voice's own pace, 2.0 takes half the time; `pitch` is in semitones, -12 to 12.

    The text is plain: no SSML, no phonemes. The only mark in it is a pause, `[pause 500ms]` or `[pause 1.5s]`.
    """

    text: str
    voice: str
    speed: float = 1.0
    pitch: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class AudioChunk:
    """The next piece of sound: mono int16 samples of shape (n,), n > 0, at the rate that `Done` names."""

    samples: "NDArray[np.int16]"


@dataclass(frozen=True, slots=True)
class WordTiming:
    """Where a word of the text is heard. Offsets count Unicode code points of the request's text from 0."""

    text_start: int
    text_length: int
    start_seconds: float


@dataclass(frozen=True, slots=True)
class Progress:
    """The share of the text that is spoken, 0 to 1."""

    fraction: float


@dataclass(frozen=True, slots=True)
class Done:
    """The last event of a successful synthesis. `duration_seconds` is the sum of all chunks."""

    sample_rate: int
    duration_seconds: float
    usage: Usage


SpeechEvent: TypeAlias = AudioChunk | WordTiming | Progress | Done


@runtime_checkable
class SpeechEngine(Protocol):
    """Turns text into sound. `tasks.engines.contract.Engine` says what holds for all engines; this one adds:

    The same request gives the same samples, in every process and beside any number of other requests. Word timings
    come in the order of the text and never go back in time; chunks may come before or after the timings of
    the words in them. Progress never falls and reaches 1.0. `Done` comes last and once. Nothing is kept of a request.
    """

    @property
    def card(self) -> EngineCard:
        """The card, with limits `max_characters` and `sample_rate_hz` and the option `default_voice`."""

    def voices(self) -> tuple[Voice, ...]:
        """Every voice, in a fixed order, at least one. May start what is needed to ask, and remembers the answer."""

    def load(self) -> None:
        """Make the first request as fast as the next one."""

    def synthesize(self, request: SpeechRequest, *, cancel: CancelToken) -> Iterator[SpeechEvent]:
        """Speak. A request that breaks a limit raises `EngineInputError` in the call itself, before any event.

        While the events are read it raises `EngineInputError` (`nothing_to_speak`) before the first event when the
        text holds nothing that can be heard, `EngineCrashed`, `EngineTimeout` or `EngineUnavailable` when the engine
        fails, and what the token raises, within a tenth of a second. Closing the iterator stops the work.
        """

    def close(self) -> None:
        """Give everything back; a later request loads again."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Speak a word; returns `voice`, `first_audio_ms`, `total_ms`, `audio_seconds` and `sample_rate_hz`."""


def as_speech_engine(candidate: object) -> SpeechEngine | None:
    """The object itself when it has every part of the contract, else None; for `EngineRegistry(accepts=...)`."""
    return candidate if isinstance(candidate, SpeechEngine) else None


def check_request(request: SpeechRequest, *, card: EngineCard, voices: Mapping[str, Voice]) -> None:
    """Hold a request against the limits of an engine.

    Raises EngineInputError: `empty_text`, `text_too_long`, `unknown_voice`, `invalid_speed` or `invalid_pitch`.
    """
    limit = int(card.limits["max_characters"])
    if not request.text.strip():
        raise EngineInputError("The text is empty.", code="empty_text")
    if len(request.text) > limit:
        message = f"The text has {len(request.text)} characters; the limit is {limit}."
        raise EngineInputError(message, code="text_too_long")
    if request.voice not in voices:
        message = f"The engine {card.name} has no voice called {request.voice[:50]!r}."
        raise EngineInputError(message, code="unknown_voice")
    if not MIN_SPEED <= request.speed <= MAX_SPEED:  # False for NaN as well
        raise EngineInputError(f"The speed must be {MIN_SPEED} to {MAX_SPEED}.", code="invalid_speed")
    if not MIN_PITCH_SEMITONES <= request.pitch <= MAX_PITCH_SEMITONES:
        message = f"The pitch must be {MIN_PITCH_SEMITONES:g} to {MAX_PITCH_SEMITONES:g} semitones."
        raise EngineInputError(message, code="invalid_pitch")


def measure_probe(engine: SpeechEngine, *, text: str, voice: str) -> dict[str, str | int | float]:
    """Speak `text` for real and report the times in milliseconds; the shared body of `probe`."""
    first_audio_ms = math.nan
    started = perf_counter()
    facts: dict[str, str | int | float] = {"voice": voice}
    for event in engine.synthesize(SpeechRequest(text=text, voice=voice), cancel=NeverCancelled()):
        if isinstance(event, AudioChunk) and math.isnan(first_audio_ms):
            first_audio_ms = _elapsed_ms(started)
        elif isinstance(event, Done):
            facts |= {"audio_seconds": round(event.duration_seconds, 3), "sample_rate_hz": event.sample_rate}
    return facts | {"first_audio_ms": first_audio_ms, "total_ms": _elapsed_ms(started)}


def _elapsed_ms(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)
