"""The speech engines as the site finds them: by dotted path, beside broken ones."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tasks.engines.errors import EngineUnavailable
from tasks.engines.loader import EngineRegistry
from tts.engines.base import SpeechEngine, as_speech_engine

ESPEAK, FAKE = "tts.engines.espeak.EspeakEngine", "tts.engines.fake.FakeEngine"


@pytest.fixture
def broken_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "half_engine.py").write_text("class Engine:\n    card = None\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "half_engine.Engine"
    sys.modules.pop("half_engine", None)


def test_both_engines_are_found_by_their_paths() -> None:
    registry = EngineRegistry("tts", [ESPEAK, FAKE], accepts=as_speech_engine)
    assert registry.names() == ("espeak", "fake")
    assert registry.broken() == ()
    registry.close()


def test_half_an_engine_is_recorded_and_the_others_speak(broken_module: str, caplog: pytest.LogCaptureFixture) -> None:
    registry: EngineRegistry[SpeechEngine] = EngineRegistry("tts", [broken_module, FAKE], accepts=as_speech_engine)
    with caplog.at_level(logging.ERROR):
        assert registry.get("fake").probe()["voice"] == "alto"
    assert [(entry.path, entry.error) for entry in registry.broken()] == [
        ("half_engine.Engine", "TypeError: Engine does not keep the contract of the domain 'tts'")
    ]


def test_a_missing_library_breaks_one_engine_only(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("tts.engines.espeak_process.client.find_spec", lambda name: None)
    registry = EngineRegistry("tts", [ESPEAK, FAKE], accepts=as_speech_engine)
    with pytest.raises(EngineUnavailable, match=r"no tts engine called 'espeak'\. Engines: fake\."):
        registry.get("espeak")
    assert caplog.messages == ["engine.load.failed"]
    assert registry.broken()[0].error == "EngineUnavailable: The package espeakng-loader is not installed."


LIGHT = """
import sys
import tts.audio, tts.engines.base, tts.engines.espeak, tts.engines.fake
print(sorted({"django", "numpy", "av", "soundfile", "torch", "espeakng_loader"} & set(sys.modules)))
"""


def test_importing_engines_and_formats_loads_nothing_heavy() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
