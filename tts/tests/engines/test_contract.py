"""Every engine of the house keeps the contract."""

from collections.abc import Iterator

import pytest

from tts.engines.base import SpeechEngine
from tts.engines.espeak import EspeakEngine
from tts.engines.fake import FakeEngine
from tts.tests.engines.contract import SpeechEngineContract


@pytest.fixture(scope="module")
def espeak() -> Iterator[SpeechEngine]:
    engine = EspeakEngine()
    yield engine
    engine.close()


class TestEspeak(SpeechEngineContract):
    """The real library in its own process."""

    @pytest.fixture
    def engine(self, espeak: SpeechEngine) -> SpeechEngine:
        return espeak

    @pytest.fixture
    def voices(self) -> dict[str, str]:
        return {"en": "en-us", "vi": "vi", "he": "he"}


class TestEspeakVariant(TestEspeak):
    """A formant variant on top of a language."""

    @pytest.fixture
    def voices(self) -> dict[str, str]:
        return {"en": "en-gb+f3", "vi": "vi-south+m7", "he": "he"}


class TestFake(SpeechEngineContract):
    """The tones that other tests use."""

    @pytest.fixture
    def engine(self) -> SpeechEngine:
        return FakeEngine()

    @pytest.fixture
    def voices(self) -> dict[str, str]:
        return {"en": "alto", "vi": "tenor", "he": "alto"}
