"""Submitting and cancelling."""

from pathlib import Path

import pytest

from accounts.models import Account
from config.common.problems import Forbidden
from projects.models import Project
from tasks.services import IdempotencyKeyReused, IllegalTransition
from tts.models import AudioRequest
from tts.services import InvalidSpeechInput, cancel_audio_request, request_speech
from tts.tests.conftest import Run, Speak, nothing_written

pytestmark = pytest.mark.django_db


def test_request_and_task_are_written_together(speak: Speak, owner: Account) -> None:
    request = speak("Xin chào", voice="tenor", output_format="mp3", speed=1.5, pitch=-2, metadata={"a": 1})
    assert (request.task.task_type, request.task.queue_name) == ("tts.speak", "tts_queue")
    assert (request.user, request.text_content, request.voice_name) == (owner, "Xin chào", "tenor")
    assert (request.output_format, request.speed, request.pitch, request.metadata) == ("mp3", 1.5, -2.0, {"a": 1})


def test_refused_text_writes_nothing(speak: Speak) -> None:
    with pytest.raises(InvalidSpeechInput):
        speak("")
    assert nothing_written()


def test_stranger_to_the_project_writes_nothing(stranger: Account, project: Project) -> None:
    with pytest.raises(Forbidden):
        request_speech(user=stranger, project=project, input_data={"text": "Hello"})
    assert nothing_written()


def test_same_idempotency_key_gives_the_first_request(owner: Account, project: Project) -> None:
    data = {"text": "Hello", "engine": "fake"}
    first = request_speech(user=owner, project=project, input_data=data, idempotency_key="k")
    again = request_speech(user=owner, project=project, input_data=data, idempotency_key="k")
    assert again.pk == first.pk
    assert AudioRequest.objects.count() == 1


def test_same_idempotency_key_with_another_text_is_refused(owner: Account, project: Project) -> None:
    request_speech(user=owner, project=project, input_data={"text": "One"}, idempotency_key="k")
    with pytest.raises(IdempotencyKeyReused):
        request_speech(user=owner, project=project, input_data={"text": "Two"}, idempotency_key="k")
    assert AudioRequest.objects.get().text_content == "One"


def test_cancel_ends_a_waiting_request(speak: Speak, owner: Account) -> None:
    assert cancel_audio_request(request=speak(), actor=owner).task.status == "cancelled"


def test_member_may_not_cancel_the_owners_request(speak: Speak, member: Account) -> None:
    request = speak()
    with pytest.raises(Forbidden):
        cancel_audio_request(request=request, actor=member)
    request.task.refresh_from_db()
    assert request.task.status == "pending"


def test_completed_request_cannot_be_cancelled(spoken: AudioRequest, owner: Account, media: Path) -> None:
    with pytest.raises(IllegalTransition):
        cancel_audio_request(request=spoken, actor=owner)
    assert spoken.files.count() == 1


def test_cancelled_request_never_runs(speak: Speak, run: Run, owner: Account) -> None:
    request = cancel_audio_request(request=speak(), actor=owner)
    assert run(request) == "not_claimed"
    assert request.files.count() == 0
