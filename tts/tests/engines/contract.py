"""What every speech engine must do: a test class that runs once per engine, and helpers to listen to one."""

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tasks.engines.cancel import CancelFlag, CancelToken, NeverCancelled
from tasks.engines.errors import Cancelled, EngineInputError
from tts.engines.base import (
    AudioChunk,
    Done,
    Progress,
    SpeechEngine,
    SpeechEvent,
    SpeechRequest,
    WordTiming,
    as_speech_engine,
)

SENTENCE = "The roundhouse keeps its engines around one turntable, and every engine waits for its turn."


@dataclass(frozen=True)
class Speech:
    """Everything that came out of one request."""

    samples: NDArray[np.int16]
    words: list[WordTiming]
    fractions: list[float]
    done: Done

    @property
    def seconds(self) -> float:
        """The length of what was heard."""
        return len(self.samples) / self.done.sample_rate

    def spelled(self, text: str) -> list[str]:
        """The pieces of the text that the word timings point at."""
        return [text[word.text_start : word.text_start + word.text_length] for word in self.words]


def listen(engine: SpeechEngine, request: SpeechRequest, *, cancel: CancelToken | None = None) -> Speech:
    """Speak a request to its end and sort the events; asserts that `Done` comes last and once."""
    events = list(engine.synthesize(request, cancel=cancel or NeverCancelled()))
    done = [event for event in events if isinstance(event, Done)]
    assert done == events[-1:]
    chunks = [event.samples for event in events if isinstance(event, AudioChunk)]
    assert all(chunk.dtype == np.int16 and chunk.ndim == 1 and len(chunk) for chunk in chunks)
    return Speech(
        samples=np.concatenate(chunks),
        words=[event for event in events if isinstance(event, WordTiming)],
        fractions=[event.fraction for event in events if isinstance(event, Progress)],
        done=done[0],
    )


def leave(events: Iterator[SpeechEvent]) -> None:
    """Stop listening before the end."""
    assert isinstance(events, Generator)
    events.close()


class SpeechEngineContract:
    """Derive from it, give the fixtures `engine` and `voices` (a voice per language), and the contract is tested."""

    @pytest.fixture
    def request_english(self, voices: dict[str, str]) -> SpeechRequest:
        return SpeechRequest(text=SENTENCE, voice=voices["en"])

    def test_it_is_recognised_as_a_speech_engine(self, engine: SpeechEngine) -> None:
        assert as_speech_engine(engine) is engine
        assert as_speech_engine(object()) is None

    def test_its_card_is_complete(self, engine: SpeechEngine) -> None:
        card = engine.card
        assert card.domain == "tts"
        assert all((card.name, card.version, card.title, card.needs))
        assert card.limits["max_characters"] == 20_000
        assert card.limits["sample_rate_hz"] >= 8_000
        assert card.missing_needs(has_setting=lambda name: False) == ()

    def test_its_voices_are_unique_and_hold_the_default(self, engine: SpeechEngine) -> None:
        voices = engine.voices()
        names = [voice.name for voice in voices]
        assert len(set(names)) == len(names) >= 1
        assert engine.card.options["default_voice"] in names
        assert {voice.engine for voice in voices} == {engine.card.name}
        assert all(voice.title and voice.language for voice in voices)

    def test_the_same_request_gives_the_same_sound(self, engine: SpeechEngine, request_english: SpeechRequest) -> None:
        first = listen(engine, request_english)
        listen(engine, replace(request_english, text="Something else in between!", pitch=3))
        second = listen(engine, request_english)
        assert np.array_equal(first.samples, second.samples)
        assert first.words == second.words

    def test_chunks_add_up_to_the_stated_duration(self, engine: SpeechEngine, request_english: SpeechRequest) -> None:
        speech = listen(engine, request_english)
        assert speech.done.sample_rate == engine.card.limits["sample_rate_hz"]
        assert speech.done.duration_seconds == speech.seconds
        assert 2 < speech.seconds < 20
        assert np.abs(speech.samples.astype(np.int32)).max() > 1_000

    def test_usage_counts_the_request(self, engine: SpeechEngine, request_english: SpeechRequest) -> None:
        speech = listen(engine, request_english)
        expected = {"requests": 1, "characters": len(SENTENCE), "audio_seconds": speech.seconds}
        assert speech.done.usage.as_dict() == expected

    @pytest.mark.parametrize("speed", [0.25, 0.5, 1.5, 2.0, 3.0, 4.0])
    def test_speed_divides_the_duration(
        self, engine: SpeechEngine, request_english: SpeechRequest, speed: float
    ) -> None:
        normal = listen(engine, request_english)
        changed = listen(engine, replace(request_english, speed=speed))
        assert changed.seconds * speed == pytest.approx(normal.seconds, rel=0.1)
        assert changed.words[-1].start_seconds * speed == pytest.approx(normal.words[-1].start_seconds, rel=0.1)

    @pytest.mark.parametrize("pitch", [-12.0, -3.5, 12.0])
    def test_pitch_changes_the_sound_but_hardly_the_duration(
        self, engine: SpeechEngine, request_english: SpeechRequest, pitch: float
    ) -> None:
        normal = listen(engine, request_english)
        changed = listen(engine, replace(request_english, pitch=pitch))
        assert changed.seconds == pytest.approx(normal.seconds, rel=0.03)
        assert not np.array_equal(changed.samples, normal.samples)

    def test_another_voice_sounds_different(self, engine: SpeechEngine, voices: dict[str, str]) -> None:
        english = listen(engine, SpeechRequest("Xin chào", voices["en"]))
        vietnamese = listen(engine, SpeechRequest("Xin chào", voices["vi"]))
        assert not np.array_equal(english.samples, vietnamese.samples)

    @pytest.mark.parametrize(
        ("language", "text", "words"),
        [
            ("en", "Hello, brave new world! (Yes?)", ["Hello", "brave", "new", "world", "Yes"]),
            ("vi", "Xin chào các bạn, hôm nay trời đẹp.", ["Xin", "chào", "các", "bạn", "hôm", "nay", "trời", "đẹp"]),
            ("en", "I 😀 like 👨‍👩‍👧 you", ["I", "😀", "like", "👨‍👩‍👧", "you"]),
            ("he", "שלום עולם (טוב)", ["שלום", "עולם", "טוב"]),
            ("en", "Mr. Smith's 3.14, don't!", ["Mr", "Smith's", "3.14", "don't"]),
            ("en", "one [pause 300ms] two", ["one", "two"]),
            ("en", "\ud800one \x00 two\x07", ["one", "two"]),
            ("en", "😀😀 one\n\ntwo", ["😀😀", "one", "two"]),
        ],
    )
    def test_word_timings_point_at_the_words(
        self, engine: SpeechEngine, voices: dict[str, str], language: str, text: str, words: list[str]
    ) -> None:
        speech = listen(engine, SpeechRequest(text, voices[language]))
        starts = [word.start_seconds for word in speech.words]
        assert [word.strip("\ud800\x07") for word in speech.spelled(text)] == words
        assert starts == sorted(starts)
        assert 0 <= starts[0] <= starts[-1] < speech.seconds

    def test_long_text_keeps_its_offsets(self, engine: SpeechEngine, voices: dict[str, str]) -> None:
        text = "Đây là câu dài. " * 150
        speech = listen(engine, SpeechRequest(text, voices["vi"]))
        assert speech.spelled(text) == ["Đây", "là", "câu", "dài"] * 150

    def test_progress_rises_to_one(self, engine: SpeechEngine, voices: dict[str, str]) -> None:
        fractions = listen(engine, SpeechRequest(f"{SENTENCE} " * 20, voices["en"])).fractions
        assert fractions == sorted(set(fractions))
        assert len(fractions) >= 4
        assert fractions[-1] == 1.0

    def test_a_pause_is_silence_of_its_length(self, engine: SpeechEngine, voices: dict[str, str]) -> None:
        plain = listen(engine, SpeechRequest("one two", voices["en"], pitch=1))
        paused = listen(engine, SpeechRequest("[pause 1.5s]one two", voices["en"], pitch=1))
        silence = round(1.5 * paused.done.sample_rate)
        assert not paused.samples[:silence].any()
        assert np.array_equal(paused.samples[silence:], plain.samples)
        assert paused.words[0].start_seconds == 1.5

    def test_cancelling_stops_at_once(self, engine: SpeechEngine, voices: dict[str, str]) -> None:
        cancel = CancelFlag()
        events = engine.synthesize(SpeechRequest(f"{SENTENCE} " * 100, voices["en"]), cancel=cancel)
        while not isinstance(next(events), AudioChunk):
            pass
        cancel.cancel()
        rest: list[SpeechEvent] = []
        with pytest.raises(Cancelled):
            rest.extend(events)
        assert [event for event in rest if isinstance(event, AudioChunk)] == []

    def test_a_request_cancelled_before_it_starts_says_nothing(
        self, engine: SpeechEngine, request_english: SpeechRequest
    ) -> None:
        cancel = CancelFlag()
        cancel.cancel()
        with pytest.raises(Cancelled):
            next(engine.synthesize(request_english, cancel=cancel))

    def test_leaving_early_does_no_harm(self, engine: SpeechEngine, request_english: SpeechRequest) -> None:
        whole = listen(engine, request_english)
        for _ in range(5):
            events = engine.synthesize(request_english, cancel=NeverCancelled())
            next(events)
            leave(events)
        assert np.array_equal(listen(engine, request_english).samples, whole.samples)

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"text": ""}, "empty_text"),
            ({"text": " \n\t "}, "empty_text"),
            ({"text": "x" * 20_001}, "text_too_long"),
            ({"voice": "nobody"}, "unknown_voice"),
            ({"voice": ""}, "unknown_voice"),
            ({"voice": "../en"}, "unknown_voice"),
            ({"speed": 0.0}, "invalid_speed"),
            ({"speed": 0.24}, "invalid_speed"),
            ({"speed": 99.0}, "invalid_speed"),
            ({"speed": float("nan")}, "invalid_speed"),
            ({"pitch": 12.5}, "invalid_pitch"),
            ({"pitch": float("-inf")}, "invalid_pitch"),
            ({"pitch": float("nan")}, "invalid_pitch"),
            ({"text": "a [pause 11s] b"}, "pause_too_long"),
            ({"text": "a [pause 10s]" * 31}, "pause_too_long"),
        ],
    )
    def test_a_bad_request_is_refused_in_the_call(
        self, engine: SpeechEngine, request_english: SpeechRequest, changes: dict[str, Any], code: str
    ) -> None:
        bad = replace(request_english, **changes)
        with pytest.raises(EngineInputError) as caught:
            engine.synthesize(bad, cancel=NeverCancelled())
        assert (caught.value.code, caught.value.retryable) == (code, False)

    @pytest.mark.parametrize("text", ["...", "\u200b", "\u2014", "\x01\x02", "\ud800", "[pause 1s]", "[pause 1s]..."])
    def test_text_without_anything_to_say_is_refused_before_the_first_event(
        self, engine: SpeechEngine, request_english: SpeechRequest, text: str
    ) -> None:
        events = engine.synthesize(replace(request_english, text=text), cancel=NeverCancelled())
        with pytest.raises(EngineInputError) as caught:
            next(events)
        assert caught.value.code == "nothing_to_speak"

    @pytest.mark.parametrize("text", ["a <break time='9s'/> b", "a [[h@l'oU]] b", "a &lt; b"])
    def test_markup_is_plain_text(self, engine: SpeechEngine, request_english: SpeechRequest, text: str) -> None:
        speech = listen(engine, replace(request_english, text=text))
        assert speech.spelled(text)[0] == "a"
        assert len(speech.words) >= 3
        assert speech.seconds < 9

    def test_four_threads_sound_as_one(self, engine: SpeechEngine, request_english: SpeechRequest) -> None:
        requests = [replace(request_english, pitch=float(pitch)) for pitch in range(4)]
        alone = [listen(engine, request).samples for request in requests]
        with ThreadPoolExecutor(4) as pool:
            together = list(pool.map(lambda request: listen(engine, request).samples, requests * 3))
        assert all(np.array_equal(alone[index % 4], samples) for index, samples in enumerate(together))

    def test_it_works_again_after_closing(self, engine: SpeechEngine, request_english: SpeechRequest) -> None:
        before = listen(engine, request_english)
        engine.close()
        engine.close()
        engine.load()
        assert np.array_equal(listen(engine, request_english).samples, before.samples)

    def test_its_probe_measures_a_spoken_word(self, engine: SpeechEngine) -> None:
        facts = engine.probe()
        assert facts["sample_rate_hz"] == engine.card.limits["sample_rate_hz"]
        assert 0 < float(facts["first_audio_ms"]) <= float(facts["total_ms"])
        assert 0.1 < float(facts["audio_seconds"]) < 2
