"""What is special about the engine of tones; the contract covers the rest."""

import numpy as np
import pytest

from tts.engines.base import SpeechRequest, WordTiming
from tts.engines.fake import FakeEngine
from tts.tests.engines.contract import listen


def test_the_duration_is_proportional_to_the_text() -> None:
    assert listen(FakeEngine(), SpeechRequest("a" * 50, "alto")).seconds == pytest.approx(3.0)


def test_a_letter_is_a_tone_of_its_own_frequency() -> None:
    speech = listen(FakeEngine(), SpeechRequest("c" * 100, "alto"))
    spectrum = np.abs(np.fft.rfft(speech.samples.astype(np.float64)))
    loudest_hz = np.argmax(spectrum) * speech.done.sample_rate / len(speech.samples)
    assert loudest_hz == pytest.approx(220 + ord("c") % 40 * 20, rel=0.01)


def test_words_start_where_their_first_character_sounds() -> None:
    words = listen(FakeEngine(), SpeechRequest("ab cd", "alto")).words
    assert words == [WordTiming(0, 2, 0.0), WordTiming(3, 2, 0.18)]


def test_spaces_are_silent() -> None:
    speech = listen(FakeEngine(), SpeechRequest("a a", "alto"))
    first, second, third = np.split(speech.samples, 3)
    assert first.any()
    assert not second.any()
    assert np.array_equal(first, third)
