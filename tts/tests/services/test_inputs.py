"""What may be spoken, and what each refusal says."""

from typing import Any

import pytest

from tts.services.inputs import (
    INPUT_SCHEMA,
    InvalidSpeechInput,
    SpeechOrder,
    estimate_usage,
    prepare_input,
)

pytestmark = pytest.mark.django_db


def prepare(text: str = "Hello", **data: Any) -> dict[str, Any]:
    return prepare_input({"text": text, "engine": "fake"} | data)


def refusal(data: dict[str, Any]) -> InvalidSpeechInput:
    with pytest.raises(InvalidSpeechInput) as caught:
        prepare_input(data)
    return caught.value


def test_defaults_are_filled_in() -> None:
    assert prepare() == {
        "text": "Hello",
        "voice": {"fake": "alto"},
        "output_format": "wav",
        "speed": 1.0,
        "pitch": 0.0,
        "engines": ["fake"],
        "metadata": {},
    }


def test_engine_that_nobody_named_is_the_default_one() -> None:
    assert prepare_input({"text": "Hello"})["voice"] == {"espeak": "en-us"}


def test_preparing_again_changes_nothing() -> None:
    once = prepare(voice="tenor", speed=2, metadata={"a": 1})
    assert prepare_input(once) == once


def test_decomposed_vietnamese_is_composed_and_line_ends_are_line_feeds() -> None:
    assert prepare("Vie\u0323\u0302t\r\nNam\r")["text"] == "Việt\nNam\n"


@pytest.mark.parametrize("text", ["مرحبا بالعالم", "Hello 👋 thế giới 世界", "🎉🎉🎉", "a\tb\nc", "\u202eabc"])
def test_any_script_is_accepted(text: str) -> None:
    assert prepare(text)["text"] == text


@pytest.mark.parametrize("text", ["", "   ", "\n\t\u00a0", "\u2003"])
def test_empty_text_is_refused(text: str) -> None:
    error = refusal({"text": text, "engine": "fake"})
    assert (error.code, error.errors) == ("empty_text", {"text": ["Enter a text to speak."]})


def test_200_000_characters_are_refused_without_echoing_them() -> None:
    error = refusal({"text": "a" * 200_000, "engine": "fake"})
    assert error.code == "text_too_long"
    assert error.errors == {"text": ["The text has 200000 characters; the limit is 20000."]}


def test_the_longest_text_is_accepted() -> None:
    assert len(prepare("a" * 20_000)["text"]) == 20_000


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\ufffe"])
def test_binary_text_is_refused(character: str) -> None:
    error = refusal({"text": f"ab{character}", "engine": "fake"})
    assert error.code == "control_characters"
    assert error.errors["text"] == [f"The text holds a control character (U+{ord(character):04X} at position 2)."]


def test_unknown_voice_is_refused() -> None:
    error = refusal({"text": "Hello", "engine": "fake", "voice": "../../etc/passwd"})
    assert error.code == "unknown_voice"
    assert error.errors == {"voice": ["The engine fake has no voice called '../../etc/passwd'."]}


def test_unknown_format_is_refused_with_the_known_ones() -> None:
    error = refusal({"text": "Hello", "engine": "fake", "output_format": "exe"})
    message = "There is no format 'exe'. Formats: wav, flac, mp3, opus, aac, pcm."
    assert (error.code, error.errors) == ("unknown_format", {"output_format": [message]})


@pytest.mark.parametrize("speed", [0, 99, 0.2499, 4.01, float("nan"), float("inf"), -1])
def test_speed_out_of_range_is_refused(speed: float) -> None:
    error = refusal({"text": "Hello", "engine": "fake", "speed": speed})
    assert (error.code, error.errors) == ("invalid_speed", {"speed": ["Choose a value from 0.25 to 4."]})


@pytest.mark.parametrize("pitch", [-12.1, 13, float("nan")])
def test_pitch_out_of_range_is_refused(pitch: float) -> None:
    error = refusal({"text": "Hello", "engine": "fake", "pitch": pitch})
    assert (error.code, error.errors) == ("invalid_pitch", {"pitch": ["Choose a value from -12 to 12."]})


def test_unknown_engine_is_refused() -> None:
    error = refusal({"text": "Hello", "engine": "nobody"})
    assert (error.code, error.errors) == ("unknown_engine", {"engine": ["There is no usable engine nobody."]})


def test_all_wrong_fields_are_named_at_once() -> None:
    error = refusal({"text": " ", "engine": "fake", "voice": "x", "speed": 0, "pitch": 99, "output_format": "y"})
    assert error.code == "invalid_input"
    assert set(error.errors) == {"text", "voice", "speed", "pitch", "output_format"}


def test_several_engines_speak_in_their_own_default_voices() -> None:
    prepared = prepare_input({"text": "Hello", "engines": ["fake", "espeak", "fake"]})
    assert prepared["engines"] == ["fake", "espeak"]
    assert prepared["voice"] == {"fake": "alto", "espeak": "en-us"}


def test_voices_per_engine() -> None:
    voices = {"fake": "tenor", "espeak": "vi"}
    assert prepare_input({"text": "Xin chào", "engines": ["fake", "espeak"], "voice": voices})["voice"] == voices


def test_one_voice_for_two_engines_must_exist_in_both() -> None:
    error = refusal({"text": "Hello", "engines": ["fake", "espeak"], "voice": "alto"})
    assert error.errors == {"voice": ["The engine espeak has no voice called 'alto'."]}


def test_voice_for_an_engine_that_is_not_asked_is_refused() -> None:
    error = refusal({"text": "Hello", "engine": "fake", "voice": {"espeak": "vi"}})
    assert error.errors == {"voice": ["A voice is given for espeak, which is not asked."]}


def test_engine_and_engines_together_are_refused() -> None:
    error = refusal({"text": "Hello", "engine": "fake", "engines": ["fake"]})
    assert error.errors == {"engines": ["Give engine or engines, not both."]}


@pytest.mark.parametrize("engines", [[], ["a", "b", "c", "d", "e"]])
def test_none_or_five_engines_are_refused(engines: list[str]) -> None:
    assert refusal({"text": "Hello", "engines": engines}).errors == {"engines": ["Ask 1 to 4 engines."]}


def test_large_metadata_is_refused() -> None:
    error = refusal({"text": "Hello", "engine": "fake", "metadata": {"a": "x" * 9_000}})
    assert error.errors == {"metadata": ["At most 8192 bytes are accepted."]}


def test_estimate_counts_the_characters_once_per_engine() -> None:
    prepared = prepare_input({"text": "Chào", "engines": ["fake", "espeak"]})
    assert estimate_usage(prepared) == {"requests": 1, "characters": 8}


def test_order_is_read_from_the_prepared_input() -> None:
    order = SpeechOrder.from_input(prepare("Hello", voice="tenor", metadata={"a": 1}))
    assert (order.engines, order.first_voice, dict(order.metadata)) == (("fake",), "tenor", {"a": 1})


def test_schema_refuses_unknown_fields() -> None:
    assert INPUT_SCHEMA["additionalProperties"] is False
    assert "filename" not in INPUT_SCHEMA["properties"]
