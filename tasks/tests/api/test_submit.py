"""POST /api/v1/tasks/"""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from tasks.tests.api.conftest import As, with_key

pytestmark = pytest.mark.django_db

URL = "/api/v1/tasks/"
ECHO: dict[str, Any] = {"task_type": "test.echo", "input_data": {"a": 1}}


def test_owner_starts_a_task(signed_in: As, owner: Account, project: Project) -> None:
    response = signed_in(owner).post(URL, {**ECHO, "project_id": str(project.pk), "priority": 3})
    task = Task.objects.get()
    assert (response.status_code, response.json()["task_id"]) == (202, str(task.pk))
    assert response.headers["Location"].endswith(f"/api/v1/tasks/{task.pk}/")
    assert (task.user, task.project, task.priority, task.input_data) == (owner, project, 3, {"a": 1})


def test_key_with_the_scope_starts_a_task(owner: Account, project: Project) -> None:
    assert with_key(owner, "tasks:write").post(URL, ECHO).status_code == 202
    assert Task.objects.get().api_key is not None


def test_key_needs_the_scope_of_the_kind_too(owner: Account, project: Project) -> None:
    speak = {"task_type": "tts.speak", "input_data": {"text": "Hello", "engine": "fake"}}
    refused = with_key(owner, "tasks:write").post(URL, speak)
    assert (refused.status_code, refused.json()["code"], Task.objects.exists()) == (403, "scope_missing", False)
    assert with_key(owner, "tasks:write", "tts:write").post(URL, speak).status_code == 202


def test_key_without_the_scope_is_refused(owner: Account, project: Project) -> None:
    response = with_key(owner, "tasks:read").post(URL, ECHO)
    assert response.status_code == 403
    assert response.headers["Content-Type"] == "application/problem+json"
    assert not Task.objects.exists()


def test_nobody_is_told_to_sign_in(api: APIClient, project: Project) -> None:
    response = api.post(URL, ECHO)
    assert response.status_code == 401
    assert "WWW-Authenticate" in response.headers
    assert not Task.objects.exists()


def test_strangers_project_does_not_exist_for_them(signed_in: As, stranger: Account, project: Project) -> None:
    response = signed_in(stranger).post(URL, {**ECHO, "project_id": str(project.pk)})
    assert response.status_code == 404
    assert not Task.objects.exists()


def test_strangers_parent_does_not_exist_for_them(signed_in: As, owner: Account, stranger: Account) -> None:
    from projects.services import create_project

    create_project(user=owner, project_name="Mine")
    parent_id = (
        signed_in(owner).post(URL, {"task_type": "tasks.chain", "input_data": {"steps": [ECHO]}}).json()["task_id"]
    )
    create_project(user=stranger, project_name="Theirs")
    response = signed_in(stranger).post(URL, {**ECHO, "parent_task_id": parent_id})
    assert (response.status_code, response.json()["code"]) == (404, "task_not_found")
    assert not Task.objects.filter(user=stranger).exists()


def test_repeated_request_with_the_same_key_is_one_task(signed_in: As, owner: Account, project: Project) -> None:
    client = signed_in(owner)
    first = client.post(URL, ECHO, headers={"Idempotency-Key": "once"})
    again = client.post(URL, ECHO, headers={"Idempotency-Key": "once"})
    assert first.json()["task_id"] == again.json()["task_id"]
    assert Task.objects.count() == 1


def test_idempotency_key_of_another_body_is_refused(signed_in: As, owner: Account, project: Project) -> None:
    client = signed_in(owner)
    client.post(URL, ECHO, headers={"Idempotency-Key": "once"})
    response = client.post(URL, {**ECHO, "input_data": {"a": 2}}, headers={"Idempotency-Key": "once"})
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"task_type": "test.nothing"}, "task_type"),
        ({"input_data": "text"}, "input_data"),
        ({"priority": 101}, "priority"),
        ({"max_retries": -1}, "max_retries"),
        ({"deadline": "yesterday"}, "deadline"),
        ({"deadline": (timezone.now() - timedelta(days=1)).isoformat()}, "deadline"),
        ({"child_policy": "explode"}, "child_policy"),
        ({"parent_task_id": "not-a-uuid"}, "parent_task_id"),
    ],
)
def test_bad_field_is_named(
    signed_in: As, owner: Account, project: Project, change: dict[str, Any], field: str
) -> None:
    response = signed_in(owner).post(URL, ECHO | change)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"task_type": "test.echo", "input_data": {"a": NaN}}', 400, "invalid_json"),
        (b'{"task_type": "test.echo", "input_data": {"a": "\\u0000"}}', 400, "invalid_json"),
        (b'{"task_type": "test.echo", "input_data": {"a": "\\ud800"}}', 400, "invalid_json"),
        (b"\xff\xfe", 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (b"[" * 10_000 + b"]" * 10_000, 400, "invalid_json"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400, "invalid_json"),
        (json.dumps({"a": "x" * 10_000_000}).encode(), 413, "body_too_large"),
    ],
    ids=["NaN", "NUL", "surrogate", "binary", "truncated", "deep list", "deep object", "10 MB"],
)
def test_hostile_json_is_refused(
    signed_in: As, owner: Account, project: Project, body: bytes, status: int, code: str
) -> None:
    response = signed_in(owner).post(URL, body, content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert not Task.objects.exists()
