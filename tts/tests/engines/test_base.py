"""The limits of a request, which serializers and engines share."""

from typing import Any

import pytest

from tasks.engines.errors import EngineInputError
from tts.engines.base import SpeechRequest, check_request, measure_probe
from tts.engines.fake import FakeEngine

ENGINE = FakeEngine()
VOICES = {voice.name: voice for voice in ENGINE.voices()}


def check(**fields: Any) -> None:
    check_request(SpeechRequest(**{"text": "Hello", "voice": "alto", **fields}), card=ENGINE.card, voices=VOICES)


@pytest.mark.parametrize("speed", [0.25, 1, 4.0])
@pytest.mark.parametrize("pitch", [-12.0, 0, 12.0])
def test_the_ends_of_the_ranges_are_allowed(speed: float, pitch: float) -> None:
    check(speed=speed, pitch=pitch)


def test_a_text_of_the_longest_length_is_allowed() -> None:
    check(text="x" * 20_000)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"text": "  "}, "The text is empty."),
        ({"text": "x" * 200_000}, "The text has 200000 characters; the limit is 20000."),
        ({"voice": "Alnilam"}, "The engine fake has no voice called 'Alnilam'."),
        ({"speed": 99}, "The speed must be 0.25 to 4.0."),
        ({"pitch": 13}, "The pitch must be -12 to 12 semitones."),
    ],
)
def test_a_refusal_says_what_is_wrong(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(EngineInputError) as caught:
        check(**fields)
    assert str(caught.value) == message


def test_a_voice_as_long_as_a_book_is_not_repeated_whole() -> None:
    with pytest.raises(EngineInputError) as caught:
        check(voice="v" * 100_000)
    assert len(str(caught.value)) < 120


def test_a_probe_reports_what_it_heard() -> None:
    facts = measure_probe(ENGINE, text="Hello", voice="tenor")
    assert (facts["voice"], facts["audio_seconds"], facts["sample_rate_hz"]) == ("tenor", 0.3, 16_000)
    assert set(facts) == {"voice", "audio_seconds", "sample_rate_hz", "first_audio_ms", "total_ms"}
