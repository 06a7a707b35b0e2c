"""GET /api/v1/audio-requests/."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from tasks.services import cancel_task
from tts.services import request_speech
from tts.tests.conftest import As, Speak

pytestmark = pytest.mark.django_db

URL = "/api/v1/audio-requests/"


def listed(client: APIClient, **filters: Any) -> list[str]:
    response = client.get(URL, filters)
    assert response.status_code == 200
    return [entry["text_content"] for entry in response.data["results"]]


def test_members_and_staff_see_the_projects_requests_newest_first(
    as_person: As, owner: Account, member: Account, staff: Account, speak: Speak
) -> None:
    speak("one")
    speak("two")
    for person in (owner, member, staff):
        assert listed(as_person(person)) == ["two", "one"]


def test_stranger_sees_none(as_person: As, stranger: Account, speak: Speak) -> None:
    speak()
    assert listed(as_person(stranger)) == []


def test_anonymous_is_refused(api: APIClient) -> None:
    assert api.get(URL).status_code == 401


def test_bound_key_sees_its_own_project_only(bound: APIClient, owner: Account, speak: Speak) -> None:
    other = create_project(user=owner, project_name="Other")
    request_speech(user=owner, project=other, input_data={"text": "elsewhere", "engine": "fake"})
    speak("here")
    assert listed(bound) == ["here"]


def test_key_without_the_scope_is_refused(with_key: As, owner: Account) -> None:
    assert with_key(owner, "tasks:read").get(URL).status_code == 403


def test_filters(as_person: As, owner: Account, project: Project, speak: Speak) -> None:
    speak("first", voice="tenor")
    cancelled = speak("second", output_format="mp3")
    cancel_task(task_id=cancelled.task_id, actor=owner)
    client = as_person(owner)
    assert listed(client, status="cancelled") == ["second"]
    assert listed(client, voice_name="tenor") == ["first"]
    assert listed(client, output_format="mp3") == ["second"]
    assert listed(client, search="IRS") == ["first"]
    assert listed(client, project_id=str(project.pk)) == ["second", "first"]
    assert listed(client, created_after="2999-01-01T00:00:00Z") == []
    assert listed(client, created_before=cancelled.created_at.isoformat()) == ["first"]


def test_invalid_filter_is_named(as_person: As, owner: Account) -> None:
    response = as_person(owner).get(URL, {"status": "sleeping"})
    assert (response.status_code, list(response.data["errors"])) == (400, ["status"])


def test_number_of_queries_does_not_grow_with_the_list(
    as_person: As, owner: Account, speak: Speak, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        speak(f"text {number}")
    client = as_person(owner)
    with django_assert_max_num_queries(3):
        assert len(listed(client)) == 12
