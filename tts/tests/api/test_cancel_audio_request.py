"""DELETE /api/v1/audio-requests/{id}/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from tasks.models import Task
from tts.models import AudioRequest
from tts.tests.conftest import As, Speak

pytestmark = pytest.mark.django_db


def url(request: AudioRequest) -> str:
    return f"/api/v1/audio-requests/{request.pk}/"


def status_of(request: AudioRequest) -> str:
    return Task.objects.get(pk=request.task_id).status


def test_owner_cancels_and_the_record_stays(as_person: As, owner: Account, speak: Speak) -> None:
    request = speak()
    response = as_person(owner).delete(url(request))
    assert (response.status_code, response.data["status"]) == (200, "cancelled")
    assert AudioRequest.objects.filter(pk=request.pk).exists()


def test_staff_cancel(as_person: As, staff: Account, speak: Speak) -> None:
    assert as_person(staff).delete(url(speak())).data["status"] == "cancelled"


def test_member_may_not_cancel_the_owners(as_person: As, member: Account, speak: Speak) -> None:
    request = speak()
    assert as_person(member).delete(url(request)).status_code == 403
    assert status_of(request) == "pending"


def test_stranger_does_not_find_it(as_person: As, stranger: Account, speak: Speak) -> None:
    request = speak()
    assert as_person(stranger).delete(url(request)).status_code == 404
    assert status_of(request) == "pending"


def test_anonymous_is_refused(api: APIClient, speak: Speak) -> None:
    request = speak()
    assert api.delete(url(request)).status_code == 401
    assert status_of(request) == "pending"


def test_reading_key_may_not_cancel(with_key: As, owner: Account, speak: Speak) -> None:
    request = speak()
    assert with_key(owner, "tts:read").delete(url(request)).status_code == 403
    assert status_of(request) == "pending"


def test_ended_request_conflicts(as_person: As, owner: Account, spoken: AudioRequest) -> None:
    response = as_person(owner).delete(url(spoken))
    assert (response.status_code, response.data["code"]) == (409, "illegal_transition")
    assert status_of(spoken) == "completed"
