"""The enabled engines and their voices."""

from typing import Any

import pytest
from pytest_django import Settings

from projects.models import Project
from tasks.engines.errors import EngineError, EngineUnavailable
from tasks.models import Engine
from tasks.services import UnknownEngine
from tts.engines.base import Voice
from tts.engines.fake import FakeEngine
from tts.models import AudioFile
from tts.selectors.previews import preview_text
from tts.selectors.speakers import (
    choose_speaker,
    counterpart_voice,
    enabled_speakers,
    find_voices,
    speaker_for,
    speakers_remembered,
)
from tts.selectors.words import spoken_words

pytestmark = pytest.mark.django_db


def test_default_comes_first() -> None:
    assert [speaker.name for speaker in enabled_speakers()] == ["espeak", "fake"]


def test_speaker_tells_its_limits() -> None:
    speaker = choose_speaker("fake")
    assert (speaker.version, speaker.max_characters, speaker.default_voice) == ("1", 20_000, "alto")
    assert speaker.voice_names() == {"alto", "tenor"}


def test_model_belongs_to_the_version() -> None:
    Engine.objects.filter(name="fake").update(model="large")
    assert choose_speaker("fake").version == "1 large"


def test_project_setting_beats_the_default(project: Project) -> None:
    project.settings = {"engines": {"tts": "fake"}}
    assert choose_speaker(None, project).name == "fake"
    assert choose_speaker("espeak", project).name == "espeak"
    assert choose_speaker(None).name == "espeak"


def test_disabled_engine_is_unknown() -> None:
    Engine.objects.filter(name="fake").update(is_enabled=False)
    with pytest.raises(UnknownEngine):
        choose_speaker("fake")
    assert [speaker.name for speaker in enabled_speakers()] == ["espeak"]


def test_row_of_an_engine_that_is_not_installed_is_left_out(settings: Settings) -> None:
    row = Engine.objects.create(domain="tts", name="gone", adapter="gone")
    with pytest.raises(EngineUnavailable):
        speaker_for(row)
    assert [speaker.name for speaker in enabled_speakers()] == ["espeak", "fake"]


def test_voices_go_by_the_name_of_the_row() -> None:
    Engine.objects.create(domain="tts", name="second", adapter="fake")
    assert find_voices(engine="second") == [
        Voice("alto", "Alto", "en", "female", "second"),
        Voice("tenor", "Tenor", "vi", "male", "second"),
    ]


@pytest.mark.parametrize(
    ("voice", "counterpart"), [("vi", "tenor"), ("vi-south+m3", "tenor"), ("en-gb+f3", "alto"), ("de", "alto")]
)
def test_counterpart_speaks_the_same_language(voice: str, counterpart: str) -> None:
    assert counterpart_voice(choose_speaker("espeak"), voice, choose_speaker("fake")) == counterpart


def test_preview_is_in_the_voices_language() -> None:
    speaker = choose_speaker("espeak")
    assert preview_text(speaker, "vi-south+f3") == "Xin chào, đây là giọng nói của tôi."
    assert preview_text(speaker, "en-gb") == "Hello, this is how I sound."
    assert preview_text(speaker, "af") == "1, 2, 3, 4, 5."


def test_words_end_where_the_next_one_starts() -> None:
    audio_file = AudioFile(duration=2.0, word_timings=[[0, 5, 0.0], [6, 5, 0.75]])
    assert spoken_words(audio_file, "Hello there") == [
        {"text": "Hello", "start_ms": 0, "end_ms": 750},
        {"text": "there", "start_ms": 750, "end_ms": 2000},
    ]


def test_sound_without_timings_has_no_words() -> None:
    assert spoken_words(AudioFile(duration=2.0, word_timings=[]), "Hello") == []


@pytest.mark.parametrize("name", ["nobody", ""])
def test_voice_that_does_not_exist_introduces_itself_in_numbers(name: str) -> None:
    assert preview_text(choose_speaker("espeak"), name) == "1, 2, 3, 4, 5."


def test_preview_of_a_chinese_voice_is_in_mandarin() -> None:
    assert preview_text(choose_speaker("espeak"), "cmn") == "你好,这是我的声音。"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ({"language": "vi"}, {"vi", "vi-VN-x-central", "vi-VN-x-south"}),
        ({"language": "VI-vn"}, {"vi-VN-x-central", "vi-VN-x-south"}),
        ({"language": "v"}, set()),
        ({"language": "en-US", "search": "female"}, {"en-US"}),
        ({"search": "TENOR"}, {"vi"}),
        ({"engine": "fake", "language": "de"}, set()),
    ],
)
def test_voices_are_found_by_whole_subtags(words: dict[str, str], found: set[str]) -> None:
    assert {voice.language for voice in find_voices(**words)} == found


def test_adapter_that_cannot_speak_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tts.selectors.speakers.load_adapter", lambda row: object())
    with pytest.raises(EngineError) as caught:
        choose_speaker("fake")
    assert (caught.value.code, caught.value.message) == ("engine_unavailable", "The engine fake cannot speak.")
    assert enabled_speakers() == []


def test_engine_that_fails_when_asked_for_its_voices_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: FakeEngine) -> None:
        raise EngineUnavailable("It does not start.")

    monkeypatch.setattr(FakeEngine, "voices", fail)
    assert [speaker.name for speaker in enabled_speakers()] == ["espeak"]
    assert find_voices(engine="fake") == []


@pytest.mark.parametrize("setting", [{}, {"engines": None}, {"engines": []}, {"engines": {"tts": 5}}, {"engines": "x"}])
def test_project_setting_of_another_shape_is_ignored(setting: dict[str, object], project: Project) -> None:
    project.settings = setting
    assert choose_speaker(None, project).name == "espeak"


def test_words_of_vietnamese_are_cut_by_code_points() -> None:
    text = "🎉 Đường Huế"
    audio_file = AudioFile(duration=1.0, word_timings=[[0, 1, 0.0], [2, 5, 0.25], [8, 3, 0.7504]])
    assert [(word["text"], word["start_ms"], word["end_ms"]) for word in spoken_words(audio_file, text)] == [
        ("🎉", 0, 250),
        ("Đường", 250, 750),
        ("Huế", 750, 1000),
    ]


def test_speaker_is_looked_up_once_while_a_request_is_accepted(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1), speakers_remembered():
        first = choose_speaker("fake")
        assert choose_speaker("fake") is first
    with django_assert_num_queries(1):
        assert choose_speaker("fake").row == first.row


def test_refused_speaker_is_not_remembered() -> None:
    Engine.objects.filter(domain="tts", name="fake").update(is_enabled=False)
    with speakers_remembered():
        with pytest.raises(UnknownEngine):
            choose_speaker("fake")
        Engine.objects.filter(domain="tts", name="fake").update(is_enabled=True)
        assert choose_speaker("fake").name == "fake"
