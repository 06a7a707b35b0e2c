"""Speech by espeak-ng: about 140 languages, formant synthesis, no network and no weights."""

import os
import threading
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

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
from tts.engines.espeak_process import wire
from tts.engines.espeak_process.client import EspeakPool
from tts.engines.espeak_process.voices import EspeakVoice, build_voices
from tts.engines.segments import Segment, split_segments
from tts.engines.words import WordFollower

_NAME = "espeak"
_NORMAL_RATE_WPM = 175  # espeak-ng's default
_SLOWEST_RATE_WPM, _FASTEST_RATE_WPM = 80, 449  # from 450 on its word events come late; beyond, the sound is stretched
_NORMAL_PITCH = 50  # 0 to 100 is one octave down to one octave up: pitch_adjust_tab in espeak-ng's wavegen.c
_CHILDREN = 4
_SILENCE_SECONDS = 20.0
# 20,000 letters take 1.6 hours at the slowest; as many numbers or emoji, read out by name, would take a day.
_MAX_AUDIO_SECONDS = 3 * 3600


class EspeakEngine:
    """`SpeechEngine` over a pool of espeak processes; at most four requests speak at once, others wait for a place."""

    def __init__(
        self,
        *,
        children: int = _CHILDREN,
        silence_seconds: float = _SILENCE_SECONDS,
        max_audio_seconds: int = _MAX_AUDIO_SECONDS,
    ) -> None:
        """`silence_seconds` without a sign of life from a child raises EngineTimeout."""
        self._children, self._silence_seconds = children, silence_seconds
        self._max_audio_seconds = max_audio_seconds
        self._lock = threading.Lock()
        self._pool_of_pid: tuple[int, EspeakPool] | None = None

    @cached_property
    def card(self) -> EngineCard:
        """The card, with the version that the library itself reports."""
        facts = self._pool().facts()
        return EngineCard(
            name=_NAME,
            version=facts.version,
            domain="tts",
            title="eSpeak NG",
            local=True,
            needs=("espeakng_loader",),
            limits=MappingProxyType(
                {
                    "max_characters": MAX_CHARACTERS,
                    "max_audio_seconds": self._max_audio_seconds,
                    "sample_rate_hz": facts.sample_rate,
                }
            ),
            options=MappingProxyType({"default_voice": "en-us"}),
        )

    def voices(self) -> tuple[Voice, ...]:
        """All languages of the library, with women's and men's variants for English and Vietnamese."""
        return tuple(self._voices_by_name.values())

    def load(self) -> None:
        """Start one child, when none runs."""
        self._pool().warm()

    def synthesize(self, request: SpeechRequest, *, cancel: CancelToken) -> Iterator[SpeechEvent]:
        """Speak in one of the children; see `SpeechEngine.synthesize`."""
        self.load()
        check_request(request, card=self.card, voices=self._voices_by_name)
        segments = split_segments(request.text)
        return self._speak(request, segments, cancel)

    def close(self) -> None:
        """End the idle children."""
        self._pool().close()

    def probe(self) -> Mapping[str, str | int | float]:
        """Speak one English word."""
        return measure_probe(self, text="Hello", voice="en-us") | {"version": self.card.version}

    def pids(self) -> tuple[int, ...]:
        """The process ids of the living children, for diagnostics."""
        return self._pool().pids()

    @cached_property
    def _library_voices(self) -> dict[str, EspeakVoice]:
        facts = self._pool().facts()
        return build_voices(facts.voices, facts.variants, engine=_NAME)

    @cached_property
    def _voices_by_name(self) -> dict[str, Voice]:
        return {name: entry.voice for name, entry in self._library_voices.items()}

    def _pool(self) -> EspeakPool:
        with self._lock:
            # After a fork of the worker the pipes belong to its parent: two readers would tear frames apart.
            if self._pool_of_pid is None or self._pool_of_pid[0] != os.getpid():
                pool = EspeakPool(size=self._children, silence_seconds=self._silence_seconds)
                self._pool_of_pid = (os.getpid(), pool)
            return self._pool_of_pid[1]

    def _speak(
        self, request: SpeechRequest, segments: tuple[Segment, ...], cancel: CancelToken
    ) -> Iterator[SpeechEvent]:
        cancel.raise_if_cancelled()
        pool = self._pool()
        child = pool.take(cancel)
        finished = False
        try:
            frames = child.speak(self._order(request, segments), cancel=cancel)
            yield from _Translation(request, segments, self.card.limits).events(frames)
            finished = True
        finally:
            if finished:
                pool.give_back(child)
            else:
                pool.discard(child)

    def _order(self, request: SpeechRequest, segments: tuple[Segment, ...]) -> dict[str, Any]:
        wanted_rate = _NORMAL_RATE_WPM * request.speed
        rate = min(max(round(wanted_rate), _SLOWEST_RATE_WPM), _FASTEST_RATE_WPM)
        is_reachable = _SLOWEST_RATE_WPM <= wanted_rate <= _FASTEST_RATE_WPM
        return {
            "voice": self._library_voices[request.voice].library_name,
            "rate": rate,
            "stretch": 1.0 if is_reachable else wanted_rate / rate,
            "pitch": round(_NORMAL_PITCH * (1 + request.pitch / 12)),
            "segments": [[piece.text, piece.pause_seconds, piece.ends_sentence] for piece in segments],
        }


class _Translation:
    """Turns the frames of one request into events."""

    def __init__(
        self, request: SpeechRequest, segments: tuple[Segment, ...], limits: Mapping[str, int | float]
    ) -> None:
        self._request, self._segments = request, segments
        self._sample_rate, self._max_seconds = int(limits["sample_rate_hz"]), limits["max_audio_seconds"]
        self._words = WordFollower(request.text)
        self._samples = 0
        self._heard_word = False
        self._held: list[bytes] = []

    def events(self, frames: Iterator[tuple[bytes, bytes]]) -> Iterator[SpeechEvent]:
        for kind, payload in frames:
            if kind == wire.AUDIO:
                yield from self._audio(payload)
            elif kind == wire.SPOKEN:
                yield from self._word(payload)
            elif kind == wire.FINISHED:
                segment = self._segments[int(payload)]
                yield from self._progress(segment.start + len(segment.text))
        if not self._heard_word:
            raise EngineInputError("The text holds nothing that can be spoken.", code="nothing_to_speak")
        yield from self._release()
        yield Progress(1.0)
        duration = self._samples / self._sample_rate
        usage = Usage(requests=1, characters=len(self._request.text), audio_seconds=duration)
        yield Done(sample_rate=self._sample_rate, duration_seconds=duration, usage=usage)

    def _audio(self, payload: bytes) -> Iterator[SpeechEvent]:
        # The library answers text it cannot read with a few silent samples: nothing goes out before the first word.
        self._held.append(payload)
        self._samples += len(payload) // 2
        if self._samples > self._max_seconds * self._sample_rate:
            message = f"The speech would be longer than {self._max_seconds:,} s."
            raise EngineInputError(message, code="audio_too_long")
        if self._heard_word:
            yield from self._release()

    def _release(self) -> Iterator[SpeechEvent]:
        import numpy as np

        held, self._held = self._held, []
        for payload in held:
            yield AudioChunk(np.frombuffer(payload, dtype=np.int16))

    def _word(self, payload: bytes) -> Iterator[SpeechEvent]:
        index, position, start_sample = wire.WORD.unpack(payload)
        self._heard_word = True
        region = self._words.follow(self._segments[index].start + position)
        if region is not None:
            yield WordTiming(*region, start_seconds=start_sample / self._sample_rate)

    def _progress(self, spoken_until: int) -> Iterator[SpeechEvent]:
        fraction = spoken_until / len(self._request.text)
        if fraction < 1:
            yield Progress(fraction)
