"""The enabled engines and their voices."""

import pytest
from pytest_django import Settings

from projects.models import Project
from tasks.engines.errors import EngineUnavailable
from tasks.models import Engine
from tasks.services import UnknownEngine
from tts.engines.base import Voice
from tts.models import AudioFile
from tts.selectors.previews import preview_text
from tts.selectors.speakers import choose_speaker, counterpart_voice, enabled_speakers, find_voices, speaker_for
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
