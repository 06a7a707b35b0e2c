"""Redis goes away in the middle: sound is still made, kept and found; only the shortcuts are gone."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import Account
from config.common.ids import uuid7
from config.common.problems import Unavailable
from results.models import Result
from tasks.engines.cancel import NeverCancelled
from tts.models import AudioFile, AudioRequest
from tts.selectors.live import cached_answer, read_live_status
from tts.selectors.requests import audio_requests_for, live_progress
from tts.services import cancel_audio_request
from tts.services.cache import find_cached, remember
from tts.services.inputs import SpeechOrder
from tts.services.rendering import cached_renderings, speak_order
from tts.services.status import StatusWriter, forget_status
from tts.tests.conftest import As, Run, Speak, nothing_written

Lose = Callable[[], None]

pytestmark = pytest.mark.django_db


def test_report_is_dropped_and_the_next_second_asks_nobody(lose_redis: Lose, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("tts.services.status.time.monotonic", lambda: now[0])
    writer = StatusWriter(uuid7(), attempt=1)
    lose_redis()
    writer.report(10)
    # A worker that waited for a dead Redis ten times a second would spend its time on that alone.
    assert writer._next_write_at == 101.0
    now[0] = 100.9
    writer.report(20)
    assert writer._next_write_at == 101.0


def test_nothing_live_is_known(lose_redis: Lose) -> None:
    lose_redis()
    assert read_live_status(uuid7()) is None


def test_poll_asks_the_database_each_time(lose_redis: Lose) -> None:
    asked: list[int] = []

    def load() -> dict[str, Any]:
        asked.append(1)
        return {"n": len(asked)}

    lose_redis()
    request_id = uuid7()
    assert [cached_answer(request_id, "viewer", load) for _ in range(3)] == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_answer_loaded_before_the_loss_is_given_all_the_same(lose_redis: Lose) -> None:
    def load() -> dict[str, Any]:
        lose_redis()
        return {"status": "processing"}

    assert cached_answer(uuid7(), "viewer", load) == {"status": "processing"}


def test_forgetting_is_no_error(lose_redis: Lose) -> None:
    request_id = uuid7()
    StatusWriter(request_id, attempt=1).report(10)
    lose_redis()
    forget_status(request_id)
    assert read_live_status(request_id) is None


def test_cache_is_empty_and_the_log_says_why(
    lose_redis: Lose, spoken: AudioRequest, caplog: pytest.LogCaptureFixture
) -> None:
    lose_redis()
    with caplog.at_level(logging.WARNING, logger="tts.services.cache"):
        assert find_cached("0" * 64) is None
        remember("0" * 64, spoken.files.get())
    assert caplog.messages == ["tts.cache.unavailable"] * 2


def test_known_text_is_spoken_anew(lose_redis: Lose, spoken: AudioRequest) -> None:
    order = SpeechOrder.from_input(spoken.task.input_data)
    assert cached_renderings(order, request_id=spoken.pk) is not None
    lose_redis()
    assert cached_renderings(order, request_id=spoken.pk) is None
    (rendering,) = speak_order(order, request_id=spoken.pk, cancel=NeverCancelled(), report=lambda percent: None)
    assert rendering.audio_file is not None
    assert (rendering.is_cached, rendering.audio_file.checksum) == (False, spoken.files.get().checksum)


def test_row_tells_the_progress(lose_redis: Lose, speak: Speak) -> None:
    request = speak()
    StatusWriter(request.pk, attempt=1).report(90)
    lose_redis()
    request.task.status, request.task.attempt, request.task.progress = "processing", 1, 30
    assert live_progress(request) == 30


def test_request_accepted_before_is_completed_without_redis(lose_redis: Lose, speak: Speak, run: Run) -> None:
    request = speak("Hello after the loss")
    lose_redis()
    assert run(request) == "completed"
    assert (request.files.count(), Result.objects.filter(task_id=request.task_id).count()) == (1, 1)


def test_new_request_is_refused_whole(lose_redis: Lose, speak: Speak) -> None:
    lose_redis()
    with pytest.raises(Unavailable):
        speak()
    assert nothing_written()


def test_rest_submit_says_when_to_come_back(lose_redis: Lose, speak: Speak, with_key: As, owner: Account) -> None:
    client = with_key(owner, "tts:write")
    lose_redis()
    response = client.post("/api/v1/audio-requests/", {"text_content": "Hello", "engine": "fake"})
    assert (response.status_code, int(response["Retry-After"]) > 0) == (503, True)
    assert nothing_written()


def test_openai_submit_is_a_server_error_that_may_be_repeated(
    lose_redis: Lose, speak: Speak, with_key: As, owner: Account
) -> None:
    client = with_key(owner, "tts:write")
    lose_redis()
    response = client.post("/v1/audio/speech", {"model": "fake", "input": "Hello", "voice": "alto"})
    assert (response.status_code, response.json()["error"]["type"]) == (503, "server_error")
    assert nothing_written()


def test_page_keeps_the_text_of_a_form_that_cannot_be_sent(
    lose_redis: Lose, browser_client: Client, speak: Speak
) -> None:
    form = {"text_content": "Keep me", "voice": "fake/alto", "speed": "1", "pitch": "0", "output_format": "wav"}
    lose_redis()
    response = browser_client.post("/voice/", form)
    assert response.status_code == 422
    assert "Keep me</textarea>" in response.content.decode()
    assert nothing_written()


def test_cancel_reaches_the_row(lose_redis: Lose, speak: Speak, owner: Account) -> None:
    request = speak()
    lose_redis()
    assert cancel_audio_request(request=request, actor=owner).task.status == "cancelled"


def test_lists_and_files_are_read_as_ever(lose_redis: Lose, spoken: AudioRequest, owner: Account) -> None:
    lose_redis()
    assert audio_requests_for(owner).get() == spoken
    assert AudioFile.objects.visible_to(owner).get().request_id == spoken.pk
