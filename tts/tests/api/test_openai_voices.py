"""OpenAI's voice names become voices of the engine."""

import pytest

from tts.api.openai_voices import _VOICES, resolve_voice
from tts.selectors.speakers import choose_speaker

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "text", "voice"),
    [
        ("alloy", "Hello", "en-us"),
        ("nova", "Hello", "en-us+f3"),
        ("nova", "Xin chào các bạn", "vi+f3"),
        ("onyx", "Tiếng Việt", "vi+m7"),
        ("de", "Hallo", "de"),
        ("nobody", "Hello", "nobody"),
    ],
)
def test_voice_follows_name_and_language(asked: str, text: str, voice: str) -> None:
    assert resolve_voice(asked, text, choose_speaker("espeak")) == voice


def test_engine_without_counterparts_uses_its_default_voice() -> None:
    assert resolve_voice("nova", "Hello", choose_speaker("fake")) == "alto"


def test_every_counterpart_exists_in_espeak() -> None:
    known = choose_speaker("espeak").voice_names()
    assert {voice for pair in _VOICES.values() for voice in pair} <= known
