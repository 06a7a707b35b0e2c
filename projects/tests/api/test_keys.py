"""/api/v1/projects/{project_id}/keys/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from accounts.services.keys import authenticate_key
from projects.models import Project, ProjectKey
from projects.tests.conftest import As


@pytest.fixture
def keys_url(url: str) -> str:
    """Address of the keys."""
    return f"{url}keys/"


@pytest.mark.parametrize("who", ["owner", "manager", "staff"])
def test_people_who_manage_keys_see_them_without_secrets(
    project: Project, keys_url: str, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    rows = as_person(request.getfixturevalue(who)).get(keys_url).data["results"]
    assert [(row["key_id"], row["is_own"], row["status"]) for row in rows] == [
        (str(project.api_key_id), True, "active")
    ]
    assert not {"api_key_text", "key_hash"} & set(rows[0])


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("viewer", 403), ("stranger", 404)])
def test_others_are_refused(
    project: Project, keys_url: str, who: str, status: int, as_person: As, request: pytest.FixtureRequest
) -> None:
    client = as_person(request.getfixturevalue(who))
    answers = [
        client.get(keys_url),
        client.post(keys_url, {"name": "mine"}),
        client.post(f"{keys_url}rotate/"),
        client.delete(f"{keys_url}{project.api_key_id}/"),
    ]
    assert [answer.status_code for answer in answers] == [status] * 4
    assert (ApiKey.objects.count(), ApiKey.objects.get().status) == (1, "active")


def test_owner_makes_a_key_and_sees_it_once(keys_url: str, owner: Account, as_person: As) -> None:
    answer = as_person(owner).post(keys_url, {"name": "nightly", "permissions": ["tasks:write"]})
    assert (answer.status_code, answer.data["name"], answer.data["permissions"]) == (201, "nightly", ["tasks:write"])
    assert str(authenticate_key(answer.data["api_key_text"]).key.pk) == answer.data["key_id"]
    assert answer.data["api_key_text"] not in as_person(owner).get(keys_url).content.decode()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "wide", "permissions": ["*"]}, "permissions"),
        ({"name": "none", "permissions": []}, "permissions"),
        ({"name": "late", "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
    ],
)
def test_bad_key_is_a_field_error(
    keys_url: str, owner: Account, as_person: As, body: dict[str, object], field: str
) -> None:
    answer = as_person(owner).post(keys_url, body)
    assert (answer.status_code, list(answer.data["errors"])) == (400, [field])
    assert ProjectKey.objects.count() == 1


def test_owner_replaces_the_own_key(project: Project, keys_url: str, owner: Account, as_person: As) -> None:
    answer = as_person(owner).post(f"{keys_url}rotate/")
    assert (answer.status_code, answer.data["is_own"]) == (201, True)
    assert ApiKey.objects.get(pk=project.api_key_id).status == "revoked"


def test_revoked_bound_key_is_refused_at_its_next_request(
    url: str, keys_url: str, owner: Account, as_person: As, bound: APIClient
) -> None:
    assert bound.get(url).status_code == 200
    key = ApiKey.objects.get(name="program")
    assert as_person(owner).delete(f"{keys_url}{key.pk}/").status_code == 204
    key.refresh_from_db()
    assert key.status == "revoked"


def test_bound_key_makes_no_stronger_key(keys_url: str, owner: Account, as_person: As, api: APIClient) -> None:
    weak = as_person(owner).post(keys_url, {"name": "weak", "permissions": ["projects:write"]}).data["api_key_text"]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {weak}")
    assert list(api.post(keys_url, {"name": "up", "permissions": ["tasks:write"]}).data["errors"]) == ["permissions"]
    assert not ApiKey.objects.filter(name="up").exists()
