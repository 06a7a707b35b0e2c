"""From a request to espeak's parameters, and from the child's frames to events, without the library."""

import math
from collections.abc import Iterator

import numpy as np
import pytest

from tasks.engines.errors import EngineInputError
from tts.engines.base import AudioChunk, Done, Progress, SpeechEvent, SpeechRequest, Voice, WordTiming
from tts.engines.espeak import EspeakEngine, _Translation
from tts.engines.espeak_process import wire
from tts.engines.espeak_process.voices import EspeakVoice, build_voices
from tts.engines.segments import split_segments

Frame = tuple[bytes, bytes]
LIMITS = {"sample_rate_hz": 100, "max_audio_seconds": 10}


def sound(seconds: float, value: int = 1) -> Frame:
    """Samples at the hundred hertz of LIMITS."""
    return wire.AUDIO, np.full(round(seconds * 100), value, dtype=np.int16).tobytes()


def word(segment: int, position: int, sample: int) -> Frame:
    return wire.SPOKEN, wire.WORD.pack(segment, position, sample)


def finished(segment: int) -> Frame:
    return wire.FINISHED, b"%d" % segment


def events(text: str, *frames: Frame) -> Iterator[SpeechEvent]:
    request = SpeechRequest(text, "en-us")
    return _Translation(request, split_segments(text), LIMITS).events(iter(frames))


def kinds(found: list[SpeechEvent]) -> list[str]:
    return [type(event).__name__ for event in found]


def test_sound_words_and_progress_come_in_their_order() -> None:
    found = list(events("one two", word(0, 0, 0), sound(0.5), word(0, 4, 50), sound(0.25), finished(0)))
    assert kinds(found) == ["WordTiming", "AudioChunk", "WordTiming", "AudioChunk", "Progress", "Done"]
    assert [event for event in found if isinstance(event, WordTiming)] == [
        WordTiming(0, 3, 0.0),
        WordTiming(4, 3, 0.5),
    ]
    assert isinstance(found[-1], Done)
    assert (found[-1].duration_seconds, found[-1].sample_rate) == (0.75, 100)


def test_sound_is_held_back_until_the_first_word() -> None:
    found = list(events("one", sound(0.1, 1), sound(0.2, 2), word(0, 0, 30), sound(0.3, 3)))
    chunks = [event.samples for event in found if isinstance(event, AudioChunk)]
    assert [(len(chunk), int(chunk[0])) for chunk in chunks] == [(10, 1), (20, 2), (30, 3)]


def test_sound_without_a_word_is_nothing_that_was_said() -> None:
    heard: list[SpeechEvent] = []
    with pytest.raises(EngineInputError) as caught:
        heard.extend(events("...", sound(0.1), finished(0)))
    assert caught.value.code == "nothing_to_speak"


def test_silence_from_the_first_to_the_last_frame_is_nothing_either() -> None:
    with pytest.raises(EngineInputError):
        list(events("..."))


@pytest.mark.parametrize(("seconds", "is_refused"), [(10.0, False), (10.01, True)])
def test_longest_sound_is_measured_to_the_sample(seconds: float, is_refused: bool) -> None:
    frames = [word(0, 0, 0), sound(5), sound(seconds - 5)]
    if not is_refused:
        assert kinds(list(events("one", *frames)))[-1] == "Done"
        return
    with pytest.raises(EngineInputError, match=r"longer than 10 s\.") as caught:
        list(events("one", *frames))
    assert caught.value.code == "audio_too_long"


def test_held_sound_counts_towards_the_limit() -> None:
    with pytest.raises(EngineInputError) as caught:
        list(events("one", sound(6), sound(6), word(0, 0, 0)))
    assert caught.value.code == "audio_too_long"


def test_word_of_the_second_segment_is_found_in_the_whole_text() -> None:
    text = "one [pause 1s] hai ba"
    found = list(events(text, word(0, 0, 0), finished(0), word(1, 1, 200), word(1, 5, 300), finished(1)))
    regions = [(event.text_start, event.text_length) for event in found if isinstance(event, WordTiming)]
    assert [text[start : start + length] for start, length in regions] == ["one", "hai", "ba"]


def test_word_that_is_told_twice_is_shown_once() -> None:
    found = list(events("don't go", word(0, 0, 0), word(0, 4, 10), word(0, 6, 20), sound(0.3)))
    assert [event.text_start for event in found if isinstance(event, WordTiming)] == [0, 6]


def test_progress_is_the_share_of_the_text_and_comes_to_one_once() -> None:
    text = "one[pause 1s]two"
    found = list(events(text, word(0, 0, 0), finished(0), word(1, 0, 100), finished(1)))
    fractions = [event.fraction for event in found if isinstance(event, Progress)]
    assert fractions[0] == pytest.approx(3 / len(text))
    assert (fractions[-1], fractions.count(1.0)) == (1.0, 1)


def test_usage_counts_the_characters_of_the_request() -> None:
    (*_rest, done) = events("một hai", word(0, 0, 0), sound(1))
    assert isinstance(done, Done)
    assert done.usage.as_dict() == {"requests": 1, "characters": 7, "audio_seconds": 1.0}


def order(speed: float = 1.0, pitch: float = 0.0, text: str = "Hello") -> dict[str, object]:
    """What the child is told; the voices are given, so that no child has to run."""
    engine = EspeakEngine()
    voice = Voice("en-us", "English", "en-US", None, "espeak")
    engine.__dict__["_library_voices"] = {"en-us": EspeakVoice(voice, "gmw/en-US")}
    return engine._order(SpeechRequest(text, "en-us", speed, pitch), split_segments(text))


@pytest.mark.parametrize(
    ("speed", "rate", "stretch"),
    [
        (1.0, 175, 1.0),
        (2.0, 350, 1.0),
        (0.5, 88, 1.0),
        (0.25, 80, 43.75 / 80),
        (4.0, 449, 700 / 449),
        (2.5, 438, 1.0),
        (2.6, 449, 455 / 449),
    ],
)
def test_speed_is_words_per_minute_and_beyond_that_stretching(speed: float, rate: int, stretch: float) -> None:
    told = order(speed=speed)
    assert told["rate"] == rate
    assert math.isclose(float(str(told["stretch"])), stretch)


@pytest.mark.parametrize(("pitch", "value"), [(-12, 0), (-6, 25), (0, 50), (0.1, 50), (6, 75), (12, 100)])
def test_octave_down_to_octave_up_is_zero_to_a_hundred(pitch: float, value: int) -> None:
    assert order(pitch=pitch)["pitch"] == value


def test_order_names_the_librarys_voice_and_every_segment() -> None:
    told = order(text="Hi.[pause 1.5s]Bye")
    assert told["voice"] == "gmw/en-US"
    assert told["segments"] == [["Hi.", 0.0, False], ["Bye", 1.5, False]]


@pytest.mark.parametrize(
    ("listed", "tag"),
    [
        ("en-us", "en-US"),
        ("en-029", "en-029"),
        ("en-gb-x-rp", "en-GB-x-rp"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("vi-vn-x-south", "vi-VN-x-south"),
        ("CA-BA", "ca-x-balear"),
        ("piqd", "tlh"),
        ("hak", "hak"),
    ],
)
def test_language_is_written_as_rfc_5646_recommends(listed: str, tag: str) -> None:
    (entry,) = build_voices([("x/y", "Y", listed)], [], engine="espeak").values()
    assert entry.voice.language == tag


@pytest.mark.parametrize("identifier", ["art/xex", "gmq/fo", "trk/kaa"])
def test_voice_that_stays_silent_is_not_offered(identifier: str) -> None:
    assert build_voices([(identifier, "X", "x"), ("gmw/de", "German", "de")], [], engine="e").keys() == {"de"}


def test_voices_are_sorted_by_name_with_variants_behind_their_base() -> None:
    listed = [("aav/vi", "Vietnamese", "vi"), ("gmw/de", "German", "de"), ("gmw/en", "English", "en-gb")]
    voices = build_voices(listed, ["m7", "f2"], engine="espeak")
    assert list(voices) == ["de", "en-gb", "en-gb+f2", "en-gb+m7", "vi", "vi+f2", "vi+m7"]
    assert voices["vi+m7"] == EspeakVoice(Voice("vi+m7", "Vietnamese, male 7", "vi", "male", "espeak"), "aav/vi+m7")
