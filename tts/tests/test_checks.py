"""Configuration mistakes, the command and the registration."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from tasks.models import Engine
from tasks.registry import kind_named
from tts.checks import ESPEAK_PATH, check_default_engine, check_espeak_library


def test_installed_library_is_no_mistake() -> None:
    assert check_espeak_library(None) == []


def test_missing_library_is_told_with_a_hint(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr("tts.checks.find_spec", lambda name: None)
    (warning,) = check_espeak_library(None)
    assert (warning.id, "pip install" in str(warning.hint)) == ("tts.W001", True)
    settings.ENGINE_PATHS = {"tts": [path for path in settings.ENGINE_PATHS["tts"] if path != ESPEAK_PATH]}
    assert check_espeak_library(None) == []


@pytest.mark.django_db
def test_missing_default_engine_is_told() -> None:
    assert check_default_engine(None, databases=["default"]) == []
    Engine.objects.update(is_default=False)
    (warning,) = check_default_engine(None, databases=["default"])
    assert warning.id == "tts.W002"
    assert check_default_engine(None) == []


@pytest.mark.django_db
def test_clean_audio_says_what_it_removed(media: Path) -> None:
    (media / "tts").mkdir()
    (media / "tts/orphan.wav").write_bytes(b"x")
    out = StringIO()
    call_command("clean_audio", older_than_hours=0, stdout=out)
    assert out.getvalue() == "Removed 1 audio file(s).\n"
    assert not (media / "tts/orphan.wav").exists()


def test_kind_is_registered_for_light_workers() -> None:
    kind = kind_named("tts.speak")
    assert (kind.queue_name, kind.profile, kind.scope) == ("tts_queue", "light", "tts:write")
