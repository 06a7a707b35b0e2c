"""POST /api/v1/projects/."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from accounts.services.keys import authenticate_key, create_api_key
from projects.models import Project
from projects.tests.conftest import As

URL = "/api/v1/projects/"
#: The Postman request of D3, its deadline moved to a time that has not passed.
D3_REQUEST: dict[str, Any] = {
    "project_name": "Test Project",
    "project_description": "This is a test project",
    "priority": 1,
    "deadline": "2124-12-31T23:59:59Z",
    "metadata": {"client": "Test Client", "department": "R&D"},
    "settings": {"max_tokens": 1000, "temperature": 0.7},
}
D3_RESPONSE = {*D3_REQUEST, "project_id", "user_id", "api_key", "status", "created_at", "updated_at"}


def test_person_sends_the_request_of_the_documents(stranger: Account, as_person: As) -> None:
    answer = as_person(stranger).post(URL, D3_REQUEST)
    project = Project.objects.get()
    assert answer.status_code == 201
    assert set(answer.data) >= D3_RESPONSE
    assert {name: answer.data[name] for name in D3_REQUEST} == D3_REQUEST
    assert (answer.data["project_id"], answer.data["user_id"]) == (str(project.pk), str(stranger.pk))
    assert (answer.data["api_key"], answer.data["status"]) == (str(project.api_key_id), "active")
    assert answer["Location"].endswith(f"{URL}{project.pk}/")


def test_creator_is_owner_and_sees_the_key_once(stranger: Account, as_person: As) -> None:
    client = as_person(stranger)
    made = client.post(URL, {"project_name": "Yard"}).data
    assert (made["my_role"], all(made["abilities"].values())) == ("owner", True)
    assert str(authenticate_key(made["api_key_text"]).key.pk) == made["api_key"]
    assert "api_key_text" not in client.get(f"{URL}{made['project_id']}/").data


def test_program_creates_a_project_with_a_free_key(stranger: Account, api: APIClient) -> None:
    _key, text = create_api_key(user=stranger, name="free", permissions=["projects:write"])
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    answer = api.post(URL, {"project_name": "Yard"})
    assert (answer.status_code, answer.data["user_id"]) == (201, str(stranger.pk))
    assert ApiKey.objects.get(pk=answer.data["api_key"]).permissions == ["projects:read", "projects:write"]


def test_key_without_the_scope_is_refused(stranger: Account, api: APIClient) -> None:
    _key, text = create_api_key(user=stranger, name="reader", permissions=["projects:read"])
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert api.post(URL, {"project_name": "Yard"}).status_code == 403
    assert not Project.objects.exists()


def test_bound_key_is_refused(bound: APIClient) -> None:
    answer = bound.post(URL, {"project_name": "Second"})
    assert (answer.status_code, answer.data["code"]) == (403, "project_bound_key")
    assert Project.objects.count() == 1


@pytest.mark.django_db
def test_anonymous_is_refused(api: APIClient) -> None:
    assert api.post(URL, D3_REQUEST).status_code == 401
    assert not Project.objects.exists()


def test_name_taken_is_a_conflict(project: Project, owner: Account, as_person: As) -> None:
    answer = as_person(owner).post(URL, {"project_name": "Station"})
    assert (answer.status_code, answer["Content-Type"]) == (409, "application/problem+json")
    assert (answer.data["code"], list(answer.data["errors"])) == ("project_name_taken", ["project_name"])
    assert Project.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project_name", ""),
        ("project_name", "nul \x00"),
        ("project_name", "x" * 256),
        ("priority", "high"),
        ("priority", 2**40),
        ("deadline", "2024-12-31T23:59:59Z"),
        ("deadline", "soon"),
        ("metadata", []),
        ("metadata", {"text": "x" * 70_000}),
        ("settings", "warm"),
        ("allowed_intents", "greeting"),
        ("allowed_intents", ["x" * 101]),
        ("project_description", "x" * 20_001),
        ("task_scope", "x" * 20_001),
    ],
)
def test_bad_field_is_named_and_nothing_is_written(stranger: Account, as_person: As, field: str, value: Any) -> None:
    answer = as_person(stranger).post(URL, D3_REQUEST | {field: value})
    assert answer.status_code == 400
    assert {name.split(".")[0] for name in answer.data.get("errors", {"project_name": []})} == {field}
    assert (Project.objects.count(), ApiKey.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"project_name": "Yard", "metadata": {"ratio": NaN}}', 400, "invalid_json"),
        (b'{"project_name": "Yard", "metadata": {"ratio": Infinity}}', 400, "invalid_json"),
        (b'{"project_name": "Yard", "metadata": {"n":' + b"[" * 10_000 + b"]" * 10_000 + b"}}", 400, "invalid_json"),
        (b'{"project_name": "' + b"x" * 10_000_000 + b'"}', 413, "body_too_large"),
        (b'{"project_name": "Yard"', 400, "invalid_json"),
        (b'{"project_name": "\xff"}', 400, "invalid_json"),
        (b'["Yard"]', 400, "invalid_request"),
    ],
)
def test_bad_json_is_refused(stranger: Account, as_person: As, body: bytes, status: int, code: str) -> None:
    answer = as_person(stranger).post(URL, body, content_type="application/json")
    assert (answer.status_code, answer.data["code"]) == (status, code)
    assert not Project.objects.exists()


def test_right_to_left_and_emoji_names_are_kept(stranger: Account, as_person: As) -> None:
    names = ["مشروع", "🚂🚃", "Nhà ga số 1"]
    made = [as_person(stranger).post(URL, {"project_name": name}).data["project_name"] for name in names]
    assert made == names
