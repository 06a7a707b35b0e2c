"""A small deterministic engine: one tone per character. It keeps the whole contract and makes tests quick."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from tasks.engines.cancel import CancelToken
from tasks.engines.card import EngineCard
from tasks.engines.errors import EngineInputError
from tasks.engines.usage import Usage
from tts.engines.base import (
    MAX_CHARACTERS,
    AudioChunk,
    Done,
    Progress,
    SpeechEvent,
    SpeechRequest,
    Voice,
    WordTiming,
    check_request,
    measure_probe,
)
from tts.engines.segments import Segment, split_segments
from tts.engines.words import WordRegion, find_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SAMPLE_RATE = 16_000
_SECONDS_PER_CHARACTER = 0.06  # about the pace of a reader
_LOWEST_HZ, _STEP_HZ, _STEPS = 220.0, 20.0, 40
_AMPLITUDE = 8_000
_TENOR_RATIO = 0.5  # the second voice sounds an octave lower
_MAX_SEGMENT_CHARACTERS = 100

_CARD = EngineCard(
    name="fake",
    version="1",
    domain="tts",
    title="Tones (for tests)",
    local=True,
    needs=("numpy",),
    limits=MappingProxyType({"max_characters": MAX_CHARACTERS, "sample_rate_hz": _SAMPLE_RATE}),
    options=MappingProxyType({"default_voice": "alto"}),
)
_VOICES = {
    "alto": Voice("alto", "Alto", "en", "female", "fake"),
    "tenor": Voice("tenor", "Tenor", "vi", "male", "fake"),
}


class FakeEngine:
    """`SpeechEngine` that plays text as tones: 0.06 s a character over the speed, silence for spaces.

    A letter's pitch follows from its code point, so a test can tell by ear or by Fourier transform what was said.
    """

    @property
    def card(self) -> EngineCard:
        """The card of the engine."""
        return _CARD

    def voices(self) -> tuple[Voice, ...]:
        """Two voices, an octave apart."""
        return tuple(_VOICES.values())

    def load(self) -> None:
        """Nothing to wait for."""

    def close(self) -> None:
        """Nothing to give back."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Play one word."""
        return measure_probe(self, text="Hello", voice="alto")

    def synthesize(self, request: SpeechRequest, *, cancel: CancelToken) -> Iterator[SpeechEvent]:
        """Play the text; see `SpeechEngine.synthesize`. Letters, digits and symbols sound, punctuation does not."""
        check_request(request, card=_CARD, voices=_VOICES)
        segments = split_segments(request.text, max_characters=_MAX_SEGMENT_CHARACTERS)
        words = [word for word in find_words(request.text) if _sounds(request.text, word)]
        return _play(request, segments, words, cancel)


def _play(
    request: SpeechRequest, segments: tuple[Segment, ...], words: list[WordRegion], cancel: CancelToken
) -> Iterator[SpeechEvent]:
    if not words:
        raise EngineInputError("The text holds nothing that can be spoken.", code="nothing_to_speak")
    samples_per_character = round(_SECONDS_PER_CHARACTER * _SAMPLE_RATE / request.speed)
    position, fraction = 0, 0.0
    for segment in segments:
        cancel.raise_if_cancelled()
        position_of_text = position + round(segment.pause_seconds * _SAMPLE_RATE)
        for word in words:
            if segment.start <= word.start < segment.start + len(segment.text):
                start = position_of_text + (word.start - segment.start) * samples_per_character
                yield WordTiming(word.start, word.length, start / _SAMPLE_RATE)
        samples = _tones(request, segment, samples_per_character)
        position += len(samples)
        yield AudioChunk(samples)
        fraction = (segment.start + len(segment.text)) / len(request.text)
        yield Progress(fraction)
    if fraction < 1:
        yield Progress(1.0)
    usage = Usage(requests=1, characters=len(request.text), audio_seconds=position / _SAMPLE_RATE)
    yield Done(sample_rate=_SAMPLE_RATE, duration_seconds=position / _SAMPLE_RATE, usage=usage)


def _tones(request: SpeechRequest, segment: Segment, samples_per_character: int) -> "NDArray[np.int16]":
    import numpy as np

    ratio = 2 ** (request.pitch / 12) * (_TENOR_RATIO if request.voice == "tenor" else 1.0)
    seconds = np.arange(samples_per_character) / _SAMPLE_RATE
    pieces = [np.zeros(round(segment.pause_seconds * _SAMPLE_RATE), dtype=np.int16)]
    for character in segment.text:
        frequency_hz = (_LOWEST_HZ + ord(character) % _STEPS * _STEP_HZ) * ratio
        amplitude = _AMPLITUDE if _is_audible(character) else 0
        pieces.append((amplitude * np.sin(2 * np.pi * frequency_hz * seconds)).astype(np.int16))
    return np.concatenate(pieces)


def _sounds(text: str, word: WordRegion) -> bool:
    return any(map(_is_audible, text[word.start : word.end]))


def _is_audible(character: str) -> bool:
    # Letters and digits, and everything beyond Latin punctuation that prints (emoji, Han), but no general punctuation.
    return character.isalnum() or (character.isprintable() and ord(character) > 0x2FFF)
