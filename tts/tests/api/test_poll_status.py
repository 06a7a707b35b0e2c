"""GET /api/v1/audio-requests/{id}/status/."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Account
from tts.models import AudioRequest
from tts.tests.conftest import As, Run, Speak

pytestmark = pytest.mark.django_db


def url(request: AudioRequest) -> str:
    return f"/api/v1/audio-requests/{request.pk}/status/"


def test_owner_polls_a_waiting_request(as_person: As, owner: Account, speak: Speak) -> None:
    request = speak()
    assert as_person(owner).get(url(request)).data == {
        "id": str(request.pk),
        "status": "pending",
        "progress": 0,
        "queue_position": 1,
        "worker_id": None,
        "started_at": None,
        "completed_at": None,
        "error_code": "",
        "error_message": "",
    }


def test_second_poll_costs_no_query(as_person: As, owner: Account, speak: Speak) -> None:
    client, request = as_person(owner), speak()
    first = client.get(url(request)).data
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url(request)).data == first
    assert len(queries) == 0


def test_end_is_seen_at_once(as_person: As, owner: Account, speak: Speak, run: Run) -> None:
    client, request = as_person(owner), speak()
    client.get(url(request))
    run(request)
    assert client.get(url(request)).data["status"] == "completed"


def test_stranger_gets_nothing_from_the_owners_cached_answer(
    as_person: As, owner: Account, stranger: Account, speak: Speak
) -> None:
    request = speak()
    as_person(owner).get(url(request))
    response = as_person(stranger).get(url(request))
    assert (response.status_code, response.data["code"]) == (404, "audio_request_not_found")


def test_anonymous_is_refused(api: APIClient, speak: Speak) -> None:
    assert api.get(url(speak())).status_code == 401


def test_key_needs_the_scope(with_key: As, owner: Account, speak: Speak) -> None:
    request = speak()
    assert with_key(owner, "tasks:read").get(url(request)).status_code == 403
    assert with_key(owner, "tts:read").get(url(request)).status_code == 200
