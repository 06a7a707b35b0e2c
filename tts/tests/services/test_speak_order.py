"""One order for several engines: who fails, who is heard, what is counted, and when it stops."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from config.common.ids import uuid7
from tasks.engines.cancel import CancelFlag, CancelToken, NeverCancelled
from tasks.engines.errors import Cancelled, EngineCrashed, EngineError, EngineInputError, LeaseLost, Paused
from tasks.models import Engine
from tts.engines.base import AudioChunk, SpeechEvent, SpeechRequest
from tts.engines.fake import FakeEngine
from tts.handlers import speak as speak_task
from tts.models import AudioFile, AudioRequest
from tts.selectors.live import read_live_status
from tts.services.inputs import SpeechOrder
from tts.services.rendering import Rendering, outcome_of, speak_order
from tts.tests.conftest import Speak

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

ORDER = SpeechOrder(text="Hello", output_format="wav", speed=1.0, pitch=0.0, voices={"fake": "alto"})
BOTH = replace(ORDER, voices={"fake": "alto", "second": "tenor"})
Synthesize = Callable[..., Iterator[SpeechEvent]]


@pytest.fixture(autouse=True)
def _second() -> None:
    Engine.objects.create(domain="tts", name="second", adapter="fake")


@pytest.fixture
def engine_does(monkeypatch: pytest.MonkeyPatch) -> Callable[[Synthesize], None]:
    """Replace what the fake engine does with a request; everything around it stays."""

    def replace_it(synthesize: Synthesize) -> None:
        monkeypatch.setattr(FakeEngine, "synthesize", lambda self, request, *, cancel: synthesize(request))

    return replace_it


def speak_now(order: SpeechOrder, cancel: CancelToken | None = None) -> list[Rendering]:
    return speak_order(order, request_id=uuid7(), cancel=cancel or NeverCancelled(), report=lambda percent: None)


def stored(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def failing_with(error: Exception) -> Synthesize:
    """An engine that speaks a little and then fails."""

    def synthesize(request: SpeechRequest) -> Iterator[SpeechEvent]:
        yield AudioChunk(np.ones(1_000, dtype=np.int16))
        raise error

    return synthesize


def test_every_engine_is_asked_in_its_turn() -> None:
    first, second = speak_now(BOTH)
    assert [(item.engine_name, item.engine_version, item.is_cached) for item in (first, second)] == [
        ("fake", "1", False),
        ("second", "1", False),
    ]
    assert first.audio_file is not None
    assert second.audio_file is not None
    assert first.audio_file.checksum != second.audio_file.checksum
    assert second.audio_file.filename == "hello-tenor.wav"


def test_nothing_is_in_the_database_before_the_task_ends() -> None:
    speak_now(BOTH)
    assert AudioFile.objects.count() == 0


@pytest.mark.parametrize("gone", ["fake", "second"])
def test_engine_switched_off_meanwhile_fails_alone(gone: str) -> None:
    order = replace(
        BOTH, voices={"fake": "nobody", "second": "tenor"} if gone == "fake" else {"fake": "alto", "second": "nobody"}
    )
    renderings = {item.engine_name: item for item in speak_now(order)}
    error = renderings.pop(gone).error
    assert error is not None
    assert error.code == "unknown_voice"
    assert [item.error for item in renderings.values()] == [None]


def test_when_all_fail_the_first_failure_is_the_tasks(media: Path) -> None:
    with pytest.raises(EngineInputError, match="nobody") as caught:
        speak_now(replace(BOTH, voices={"fake": "nobody", "second": "someone"}))
    assert caught.value.code == "unknown_voice"
    assert stored(media) == []


@pytest.mark.parametrize(
    "error", [EngineCrashed("It died."), EngineError("Odd.", code="odd", retryable=True), EngineInputError("Bad.")]
)
def test_failure_in_mid_speech_keeps_its_verdict_and_leaves_no_file(
    error: EngineError, engine_does: Callable[[Synthesize], None], media: Path
) -> None:
    engine_does(failing_with(error))
    with pytest.raises(EngineError) as caught:
        speak_now(ORDER)
    assert (caught.value.code, caught.value.retryable) == (error.code, error.retryable)
    assert stored(media) == []


@pytest.mark.parametrize("stop", [Cancelled("Stop."), Paused("Wait."), LeaseLost("Not yours.")])
def test_interruption_is_nobodys_failure(
    stop: EngineError, engine_does: Callable[[Synthesize], None], media: Path
) -> None:
    engine_does(failing_with(stop))
    with pytest.raises(type(stop)):
        speak_now(BOTH)
    assert stored(media) == []


def test_bug_in_an_engine_is_not_hidden(engine_does: Callable[[Synthesize], None], media: Path) -> None:
    engine_does(failing_with(ZeroDivisionError("bug")))
    with pytest.raises(ZeroDivisionError):
        speak_now(BOTH)
    assert stored(media) == []


def test_engine_without_a_sample_made_no_sound(engine_does: Callable[[Synthesize], None], media: Path) -> None:
    engine_does(lambda request: iter(()))
    with pytest.raises(EngineInputError) as caught:
        speak_now(ORDER)
    assert (caught.value.code, stored(media)) == ("empty_audio", [])


def test_cancel_between_two_engines_asks_the_second_no_more(engine_does: Callable[[Synthesize], None]) -> None:
    flag, asked = CancelFlag(), list[str]()

    def synthesize(request: SpeechRequest) -> Iterator[SpeechEvent]:
        asked.append(request.voice)
        yield AudioChunk(np.ones(10, dtype=np.int16))
        flag.cancel()

    engine_does(synthesize)
    with pytest.raises(Cancelled):
        speak_now(BOTH, flag)
    assert asked == ["alto"]


@pytest.mark.parametrize("output_format", ["wav", "mp3", "flac", "opus", "aac", "pcm"])
def test_known_sound_has_the_facts_of_the_first(output_format: str, speak: Speak) -> None:
    request = speak(output_format=output_format)
    order = SpeechOrder.from_input(request.task.input_data)
    (made,) = speak_order(order, request_id=request.pk, cancel=NeverCancelled(), report=lambda percent: None)
    assert made.audio_file is not None
    assert made.audio_file.file_path.endswith(f".{output_format}")
    assert made.audio_file.duration == pytest.approx(0.66)


def outcome(speak: Speak, **renderings: EngineError | None) -> Any:
    """The outcome when these engines failed so, or spoke when they are None."""
    request = speak("Chào bạn")
    order = replace(ORDER, text="Chào bạn")
    row = AudioFile(
        request=request, engine_name="fake", mime_type="audio/wav", file_size=9, checksum="c", duration=1.23456
    )
    made = [
        Rendering(name, "1", 7, audio_file=row if error is None else None, error=error)
        for name, error in renderings.items()
    ]
    return outcome_of(order, request, made)


def test_only_engines_that_spoke_are_paid_for(speak: Speak) -> None:
    ended = outcome(speak, fake=None, second=EngineCrashed("It died."))
    assert ended.usage == {"requests": 1, "characters": 8}
    assert [entry["engine"] for entry in ended.output_data["files"]] == ["fake"]
    assert ended.output_data["files"][0]["duration"] == 1.235


def test_each_engine_has_a_result_good_or_bad(speak: Speak) -> None:
    good, bad = outcome(speak, fake=None, second=EngineCrashed("It died.")).results
    assert (good.error_message, good.usage) == ("", {"requests": 1, "characters": 8, "audio_seconds": 1.235})
    assert (bad.error_message, bad.usage, bad.output_data) == ("It died.", {}, {"error_code": "engine_crashed"})
    assert (bad.engine_type, bad.engine_version, bad.processing_time_ms) == ("tts", "1", 7)


class Context(NeverCancelled):
    """What a worker gives the handler, with the percentages it was told."""

    def __init__(self, request: AudioRequest) -> None:
        self.task_id, self.project_id, self.user_id = request.task_id, request.task.project_id, request.user_id
        self.attempt, self.input_data = 3, request.task.input_data
        self.told: list[float] = []

    def report_progress(self, percent: float, message: str = "") -> None:
        self.told.append(percent)


def test_handler_tells_worker_and_poll_how_far_it_is(speak: Speak) -> None:
    request = speak("Hello there " * 50)
    context = Context(request)
    ended = speak_task(context)
    assert (context.told[-1], context.told) == (100.0, sorted(context.told))
    assert ended.output_data["audio_request_id"] == str(request.pk)
    live = read_live_status(request.pk)
    assert live is not None
    assert live["attempt"] == 3


def test_handler_of_a_request_that_was_deleted_finds_nothing(speak: Speak) -> None:
    request = speak()
    context = Context(request)
    AudioRequest.objects.all().delete()
    with pytest.raises(AudioRequest.DoesNotExist):
        speak_task(context)
    assert context.told == []
