"""The voices of the real library, under the names that people see."""

import re
from collections.abc import Iterator

import numpy as np
import pytest

from tts.engines.base import SpeechRequest, Voice
from tts.engines.espeak import EspeakEngine
from tts.engines.espeak_process.voices import build_voices
from tts.tests.engines.contract import listen


@pytest.fixture(scope="module")
def engine() -> Iterator[EspeakEngine]:
    engine = EspeakEngine()
    yield engine
    engine.close()


def test_the_version_comes_from_the_library(engine: EspeakEngine) -> None:
    assert re.fullmatch(r"1\.\d+(\.\d+)?(-dev)?", engine.card.version)


def test_more_than_a_hundred_languages_are_offered(engine: EspeakEngine) -> None:
    assert len({voice.language.split("-")[0] for voice in engine.voices()}) >= 100


@pytest.mark.parametrize(
    "voice",
    [
        Voice("en-us", "English (America)", "en-US", None, "espeak"),
        Voice("en-gb", "English (Great Britain)", "en-GB", None, "espeak"),
        Voice("en-us+f3", "English (America), female 3", "en-US", "female", "espeak"),
        Voice("vi", "Vietnamese (Northern)", "vi", None, "espeak"),
        Voice("vi-central", "Vietnamese (Central)", "vi-VN-x-central", None, "espeak"),
        Voice("vi-south+m7", "Vietnamese (Southern), male 7", "vi-VN-x-south", "male", "espeak"),
        Voice("ca-va", "Catalan (Valencian)", "ca-valencia", None, "espeak"),
        Voice("pt-br", "Portuguese (Brazil)", "pt-BR", None, "espeak"),
        Voice("fa-latn", "Persian (Pinglish)", "fa-Latn", None, "espeak"),
    ],
)
def test_a_voice_has_its_stable_name(engine: EspeakEngine, voice: Voice) -> None:
    assert voice in engine.voices()


def test_only_english_and_vietnamese_have_variants(engine: EspeakEngine) -> None:
    bases = {voice.name.split("+")[0] for voice in engine.voices() if "+" in voice.name}
    assert bases == {"en-us", "en-gb", "vi", "vi-central", "vi-south"}
    assert sum("+" in voice.name for voice in engine.voices()) == 25


def test_every_voice_speaks(engine: EspeakEngine) -> None:
    silent = []
    for voice in engine.voices():
        samples = listen(engine, SpeechRequest("Hello 123", voice.name)).samples
        if np.abs(samples.astype(np.int32)).max() < 500:
            silent.append(voice.name)
    assert silent == []


def test_every_variant_sounds_different(engine: EspeakEngine) -> None:
    names = [voice.name for voice in engine.voices() if voice.name.split("+")[0] == "vi"]
    sounds = {listen(engine, SpeechRequest("Xin chào", name)).samples.tobytes() for name in names}
    assert len(sounds) == len(names) == 6


def test_a_variant_the_library_lacks_is_not_offered() -> None:
    voices = build_voices([("aav/vi", "Vietnamese (Northern)", "vi")], ["f3", "other"], engine="espeak")
    assert {name: entry.library_name for name, entry in voices.items()} == {"vi": "aav/vi", "vi+f3": "aav/vi+f3"}


@pytest.mark.parametrize(("semitones", "ratio"), [(-12.0, 0.5), (12.0, 2.0)])
def test_pitch_is_in_semitones(engine: EspeakEngine, semitones: float, ratio: float) -> None:
    normal = fundamental_hz(engine, SpeechRequest("oo", "la"))
    changed = fundamental_hz(engine, SpeechRequest("oo", "la", pitch=semitones))
    assert changed / normal == pytest.approx(ratio, rel=0.2)  # the vowel glides


def fundamental_hz(engine: EspeakEngine, request: SpeechRequest) -> float:
    """The fundamental frequency in a vowel, by autocorrelation between 40 and 200 Hz (formants lie above)."""
    speech = listen(engine, request)
    start = len(speech.samples) // 3
    part = speech.samples[start : start + 1600].astype(np.float64)
    correlation = np.correlate(part - part.mean(), part - part.mean(), "full")[1599:]
    shortest, longest = speech.done.sample_rate // 200, speech.done.sample_rate // 40
    return float(speech.done.sample_rate / (shortest + np.argmax(correlation[shortest:longest])))
