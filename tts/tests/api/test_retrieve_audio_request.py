"""GET /api/v1/audio-requests/{id}/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.ids import uuid7
from tasks.models import Task
from tts.models import AudioRequest
from tts.services.status import StatusWriter
from tts.tests.conftest import As, Run, Speak

pytestmark = pytest.mark.django_db


def url(request: AudioRequest) -> str:
    return f"/api/v1/audio-requests/{request.pk}/"


def test_owner_member_and_staff_see_a_completed_request_with_its_file(
    as_person: As, owner: Account, member: Account, staff: Account, spoken: AudioRequest
) -> None:
    for person in (owner, member, staff):
        data = as_person(person).get(url(spoken)).data
        assert (data["status"], data["progress"], data["queue_position"]) == ("completed", 100, None)
        assert data["processing_time"] >= 0
        (file,) = data["files"]
        assert (file["engine_name"], file["duration"], file["sample_rate"]) == ("fake", 0.66, 16_000)
        assert file["url"] == f"http://testserver{url(spoken)}file/?engine=fake"


def test_waiting_requests_tell_their_place_in_the_queue(as_person: As, owner: Account, speak: Speak) -> None:
    requests = [speak(f"text {number}") for number in range(3)]
    positions = [as_person(owner).get(url(request)).data["queue_position"] for request in requests]
    assert positions == [1, 2, 3]


def test_running_request_shows_the_workers_newest_percentage(as_person: As, owner: Account, speak: Speak) -> None:
    request = speak()
    Task.objects.filter(pk=request.task_id).update(status="in_queue", enqueued_at="2026-01-01T00:00Z")
    Task.objects.filter(pk=request.task_id).update(
        status="processing", enqueued_at=None, lease_expires_at="2999-01-01T00:00Z", attempt=1, progress=10
    )
    StatusWriter(request.pk, attempt=1).report(64)
    assert as_person(owner).get(url(request)).data["progress"] == 64


def test_failed_request_tells_why(as_person: As, owner: Account, speak: Speak, run: Run) -> None:
    request = speak("...")
    run(request)
    data = as_person(owner).get(url(request)).data
    assert (data["status"], data["error_code"]) == ("failed", "nothing_to_speak")
    assert data["error_message"] == "The text holds nothing that can be spoken."


def test_stranger_and_nobodys_request_are_not_found(
    as_person: As, stranger: Account, owner: Account, speak: Speak
) -> None:
    refused = as_person(stranger).get(url(speak()))
    missing = as_person(owner).get(f"/api/v1/audio-requests/{uuid7()}/")
    assert (refused.status_code, refused.data) == (missing.status_code, missing.data)
    assert refused.data["code"] == "audio_request_not_found"


def test_anonymous_is_refused(api: APIClient, speak: Speak) -> None:
    assert api.get(url(speak())).status_code == 401


def test_bound_key_sees_its_projects_request(bound: APIClient, speak: Speak) -> None:
    assert bound.get(url(speak())).status_code == 200
