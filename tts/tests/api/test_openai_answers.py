"""What `POST /v1/audio/speech` answers once a task has ended: known text, failures, time running out."""

import base64
import json
from typing import Any

import pytest
from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.problems import DomainError, Unavailable
from projects.models import Project
from projects.services import create_project
from tasks.models import Engine, Task
from tasks.services import cancel_task
from tts.api.openai import SpeechFailed, SpeechTimeout, _failure, _give_up
from tts.models import AudioFile, AudioRequest
from tts.services import InvalidSpeechInput
from tts.tests.conftest import As, Run, Speak, nothing_written

pytestmark = [
    pytest.mark.django_db,
    # The test client is synchronous; the server is not.
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume asynchronous iterators"),
]

URL = "/v1/audio/speech"
BODY = {"model": "fake", "input": "Hello there", "voice": "alto", "response_format": "wav"}


@pytest.fixture
def program(with_key: As, owner: Account) -> APIClient:
    return with_key(owner, "tts:write")


def body_of(response: Any) -> bytes:
    return b"".join(response)


def failed(request: AudioRequest, code: str) -> DomainError:
    """What the caller is told when a worker ended the task with this code."""
    row = Task.objects.filter(pk=request.task_id)
    # One state after the other: a trigger refuses to skip any.
    row.update(status="in_queue", enqueued_at=Now())
    row.update(status="processing", enqueued_at=None, lease_expires_at="2999-01-01T00:00Z", attempt=1)
    ending = {"error_code": code, "error_message": "It broke.", "completed_at": Now()}
    row.update(status="failed", lease_expires_at=None, **ending)
    return _failure(AudioRequest.objects.get(pk=request.pk))


def test_known_text_is_answered_with_its_bytes(program: APIClient, spoken: AudioRequest) -> None:
    response = program.post(URL, BODY)
    audio_file = spoken.files.get()
    assert (response.status_code, response["Content-Type"]) == (200, "audio/wav")
    assert response["Content-Length"] == str(audio_file.file_size)
    assert int(response["x-ratelimit-remaining-requests"]) > 0
    content = body_of(response)
    assert (len(content), content[:4]) == (audio_file.file_size, b"RIFF")


def test_events_carry_the_same_bytes_and_the_usage(program: APIClient, spoken: AudioRequest) -> None:
    plain = body_of(program.post(URL, BODY))
    response = program.post(URL, BODY | {"stream_format": "sse"})
    assert (response["Content-Type"], response["Cache-Control"]) == ("text/event-stream", "no-cache")
    events = [json.loads(line.removeprefix("data: ")) for line in body_of(response).decode().split("\n\n") if line]
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == plain
    usage = {"input_tokens": 11, "output_tokens": 0, "total_tokens": 11}
    assert events[-1] == {"type": "speech.audio.done", "usage": usage}


def test_custom_voice_of_openai_is_read_by_its_id(program: APIClient, spoken: AudioRequest) -> None:
    assert program.post(URL, BODY | {"voice": {"id": "alto"}}).status_code == 200
    assert AudioRequest.objects.latest("pk").voice_name == "alto"


@pytest.mark.parametrize("model", ["tts-1", "tts-1-hd", "gpt-4o-mini-tts"])
def test_models_of_openai_are_the_default_engine(model: str, program: APIClient, spoken: AudioRequest) -> None:
    Engine.objects.filter(domain="tts").update(is_default=False)
    Engine.objects.filter(domain="tts", name="fake").update(is_default=True)
    assert program.post(URL, BODY | {"model": model, "voice": "nova"}).status_code == 200
    assert AudioFile.objects.latest("pk").engine_name == "fake"


def test_idempotency_key_gives_the_first_request_again(program: APIClient, spoken: AudioRequest) -> None:
    first, again = (program.post(URL, BODY, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, body_of(first)) == (again.status_code, body_of(again))
    assert AudioRequest.objects.count() == 2  # `spoken` and one more


def test_project_of_the_sdk_is_where_the_task_lies(program: APIClient, owner: Account, spoken: AudioRequest) -> None:
    other = create_project(user=owner, project_name="Other")
    response = program.post(URL, BODY, headers={"OpenAI-Project": str(other.pk)})
    assert (response.status_code, Task.objects.latest("pk").project_id) == (200, other.pk)


@pytest.mark.parametrize("value", [5, [], {}, True])
@pytest.mark.parametrize("name", ["stream_format", "response_format", "model"])
def test_option_that_is_no_text_is_named(name: str, value: Any, program: APIClient, project: Project) -> None:
    response = program.post(URL, BODY | {name: value})
    assert (response.status_code, response.json()["error"]["param"]) == (400, name)
    assert nothing_written()


@pytest.mark.parametrize("voice", [{}, {"id": None}, {"id": 5}, {"id": ""}, None, 5])
def test_voice_that_is_no_name_is_named(voice: Any, program: APIClient, project: Project) -> None:
    response = program.post(URL, BODY | {"voice": voice})
    assert response.json()["error"]["code"] == "invalid_parameter"
    assert nothing_written()


def test_default_format_is_mp3(program: APIClient, speak: Speak, run: Run) -> None:
    run(speak(output_format="mp3"))
    response = program.post(URL, {name: value for name, value in BODY.items() if name != "response_format"})
    assert response["Content-Type"] == "audio/mpeg"


def test_call_that_waits_too_long_is_a_timeout_and_cancels(
    program: APIClient, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tts.api.openai.WAIT_SECONDS", 0.0)
    response = program.post(URL, BODY)
    assert (response.status_code, response.json()["error"]["code"]) == (504, "timeout")
    task = Task.objects.get()
    assert (task.status, task.history.latest("pk").reason) == ("cancelled", "the caller's time was up")


def test_engine_that_is_gone_is_unavailable(program: APIClient, project: Project) -> None:
    Engine.objects.filter(name="fake").update(adapter="gone")
    response = program.post(URL, BODY)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "model_not_found")
    assert nothing_written()


@pytest.mark.parametrize("code", ["nothing_to_speak", "empty_audio", "empty_text", "text_too_long"])
def test_text_at_fault_is_a_bad_input(code: str, speak: Speak) -> None:
    error = failed(speak(), code)
    assert isinstance(error, InvalidSpeechInput)
    assert (error.status_code, error.code, error.errors) == (400, code, {"input": ["It broke."]})


@pytest.mark.parametrize("code", ["disk_full", "engine_crashed", "engine_timeout", "engine_unavailable", "worker_lost"])
def test_passing_failure_may_be_repeated(code: str, speak: Speak) -> None:
    error = failed(speak(), code)
    assert isinstance(error, Unavailable)
    assert (error.status_code, error.detail, error.headers) == (503, "It broke.", {"Retry-After": "5"})


@pytest.mark.parametrize(("code", "told"), [("write_failed", "write_failed"), ("", "speech_failed")])
def test_other_failure_is_an_error_of_the_server(code: str, told: str, speak: Speak) -> None:
    error = failed(speak(), code)
    assert isinstance(error, SpeechFailed)
    assert (error.status_code, error.code) == (500, told)


def test_work_that_somebody_cancelled_is_told(speak: Speak, owner: Account) -> None:
    request = speak()
    cancel_task(task_id=request.task_id, actor=owner)
    error = _failure(AudioRequest.objects.get(pk=request.pk))
    assert (error.status_code, error.code) == (400, "request_cancelled")


def test_work_still_going_on_is_cancelled(speak: Speak) -> None:
    request = speak()
    assert isinstance(_failure(request), SpeechTimeout)
    assert Task.objects.get(pk=request.task_id).status == "cancelled"


def test_caller_that_hangs_up_after_the_end_takes_nothing_away(spoken: AudioRequest) -> None:
    _give_up(spoken, "the caller hung up")
    assert (Task.objects.get(pk=spoken.task_id).status, spoken.files.count()) == ("completed", 1)
