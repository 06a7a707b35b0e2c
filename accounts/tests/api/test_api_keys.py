"""/api/v1/api-keys/: list, read, create, revoke."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey, ApiKeyStatus
from accounts.services import create_api_key, revoke_api_key

pytestmark = pytest.mark.django_db

URL = "/api/v1/api-keys/"
ByKey = Callable[..., APIClient]


def test_the_text_of_a_new_key_is_shown_once(signed_in: APIClient) -> None:
    created = signed_in.post(URL, {"name": "laptop", "permissions": ["account:read"]})

    body = created.json()
    assert created.status_code == 201
    assert created.headers["Cache-Control"] == "no-store"
    assert body["api_key"].startswith(body["prefix"])
    client = APIClient(headers={"Authorization": f"Bearer {body['api_key']}"})
    assert client.get("/api/v1/account/").status_code == 200
    assert "api_key" not in signed_in.get(f"{URL}{body['key_id']}/").json()
    assert body["api_key"] not in signed_in.get(URL).content.decode()


def test_a_new_key_may_expire(signed_in: APIClient) -> None:
    moment = timezone.now() + timedelta(days=1)

    created = signed_in.post(URL, {"name": "laptop", "permissions": ["*"], "expires_at": moment.isoformat()})

    assert ApiKey.objects.get(pk=created.json()["key_id"]).expires_at == moment


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"permissions": ["*"]}, "name"),
        ({"name": "", "permissions": ["*"]}, "name"),
        ({"name": "n" * 101, "permissions": ["*"]}, "name"),
        ({"name": "laptop"}, "permissions"),
        ({"name": "laptop", "permissions": []}, "permissions"),
        ({"name": "laptop", "permissions": ["gold:dig"]}, "permissions.0"),
        ({"name": "laptop", "permissions": ["*"], "expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"name": "laptop", "permissions": ["*"], "expires_at": "tomorrow"}, "expires_at"),
    ],
)
def test_a_wrong_wish_is_refused_by_field(signed_in: APIClient, body: dict[str, object], field: str) -> None:
    response = signed_in.post(URL, body)

    assert response.status_code == 400
    assert list(response.json()["errors"]) == [field]
    assert not ApiKey.objects.exists()


def test_a_key_makes_no_keys(by_key: ByKey) -> None:
    client = by_key("*")

    response = client.post(URL, {"name": "more", "permissions": ["*"]})

    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert ApiKey.objects.count() == 1


def test_a_key_revokes_no_keys(by_key: ByKey, key: tuple[ApiKey, str]) -> None:
    assert by_key("*").delete(f"{URL}{key[0].pk}/").status_code == 403

    key[0].refresh_from_db()
    assert key[0].status == ApiKeyStatus.ACTIVE


@pytest.mark.django_db(transaction=True)
def test_the_owner_revokes_a_key_and_it_ends_at_once(signed_in: APIClient, key: tuple[ApiKey, str]) -> None:
    program = APIClient(headers={"Authorization": f"Bearer {key[1]}"})
    assert program.get("/api/v1/account/").status_code == 200

    assert signed_in.delete(f"{URL}{key[0].pk}/").status_code == 204

    assert program.get("/api/v1/account/").json()["code"] == "key_revoked"
    assert signed_in.get(f"{URL}{key[0].pk}/").json()["status"] == "revoked"


@pytest.mark.parametrize("method", ["get", "delete"])
def test_a_strangers_key_does_not_exist(signed_in: APIClient, stranger: Account, method: str) -> None:
    foreign, _text = create_api_key(user=stranger, name="theirs", permissions=["*"])

    response = getattr(signed_in, method)(f"{URL}{foreign.pk}/")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    foreign.refresh_from_db()
    assert foreign.status == ApiKeyStatus.ACTIVE


def test_staff_find_only_their_own_keys_here(staff: Account, key: tuple[ApiKey, str]) -> None:
    client = APIClient()
    client.force_login(staff)

    assert client.get(URL).json()["results"] == []


def test_the_list_is_ones_own_newest_first(signed_in: APIClient, owner: Account, stranger: Account) -> None:
    create_api_key(user=stranger, name="theirs", permissions=["*"])
    for name in ("first", "second"):
        create_api_key(user=owner, name=name, permissions=["*"])

    assert [row["name"] for row in signed_in.get(URL).json()["results"]] == ["second", "first"]


def test_the_list_is_filtered_by_state(signed_in: APIClient, owner: Account, key: tuple[ApiKey, str]) -> None:
    gone, _text = create_api_key(user=owner, name="gone", permissions=["*"])
    revoke_api_key(key=gone, actor=owner)

    names = [row["name"] for row in signed_in.get(URL, {"status": "revoked"}).json()["results"]]

    assert names == ["gone"]


def test_an_id_that_is_none_does_not_exist(signed_in: APIClient) -> None:
    assert signed_in.get(f"{URL}../../etc/").status_code == 404
