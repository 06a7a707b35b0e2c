"""Who may do what over REST: every endpoint of accounts, every kind of caller; on refusal nothing happens."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey, ApiKeyStatus
from accounts.services import block_account, create_api_key, delete_account, revoke_api_key

pytestmark = pytest.mark.django_db

KEYS = "/api/v1/api-keys/"
NEW_KEY = {"name": "new", "permissions": ["*"]}
READS = ["/api/v1/account/", "/api/v1/account/usage/", KEYS, KEYS + "{key}/"]
WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("patch", "/api/v1/account/", {"full_name": "Changed"}),
    ("post", KEYS, NEW_KEY),
    ("delete", KEYS + "{key}/", {}),
]


def program(account: Account, *scopes: str, **fields: Any) -> APIClient:
    """A client with a new key."""
    _key, text = create_api_key(user=account, name="program", permissions=list(scopes), **fields)
    return APIClient(headers={"Authorization": f"Bearer {text}"})


def browser(account: Account) -> APIClient:
    """A client with a session."""
    client = APIClient()
    client.force_login(account)
    return client


def blocked(owner: Account) -> APIClient:
    client = program(owner, "*")
    block_account(account=owner, actor=None, reason="Spam")
    return client


def deleted(owner: Account) -> APIClient:
    client = browser(owner)
    delete_account(account=owner, actor=None)
    return client


def revoked(owner: Account) -> APIClient:
    client = program(owner, "*")
    revoke_api_key(key=ApiKey.objects.get(name="program"), actor=owner)
    return client


def expired(owner: Account) -> APIClient:
    client = program(owner, "*", expires_at=timezone.now() + timedelta(hours=1))
    ApiKey.objects.filter(name="program").update(expires_at=timezone.now())
    return client


CALLERS: list[tuple[Callable[[Account], APIClient], int, str]] = [
    (lambda _owner: APIClient(), 401, "not_authenticated"),
    (blocked, 403, "account_blocked"),
    (deleted, 403, "account_deleted"),
    (revoked, 401, "key_revoked"),
    (expired, 401, "key_expired"),
    (lambda owner: program(owner, "tasks:write"), 403, "scope_missing"),
]
NAMES = ["nobody", "blocked", "deleted", "revoked", "expired", "other_scope"]


def nothing_changed(owner: Account, laptop: ApiKey) -> bool:
    """Neither the name nor the keys."""
    owner.refresh_from_db()
    return owner.full_name == "" and not ApiKey.objects.filter(name="new").exists()


@pytest.mark.parametrize("path", READS)
@pytest.mark.parametrize(("make", "status", "code"), CALLERS, ids=NAMES)
def test_callers_without_the_right_read_nothing(
    owner: Account, laptop: ApiKey, path: str, make: Callable[[Account], APIClient], status: int, code: str
) -> None:
    response = make(owner).get(path.format(key=laptop.pk))

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert "owner@example.org" not in response.content.decode()


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
@pytest.mark.parametrize(("make", "status", "code"), CALLERS, ids=NAMES)
def test_callers_without_the_right_change_nothing(
    owner: Account, laptop: ApiKey, method: str, path: str, body: dict[str, Any],
    make: Callable[[Account], APIClient], status: int, code: str,
) -> None:  # fmt: skip
    client = make(owner)
    before = ApiKey.objects.get(pk=laptop.pk).status

    response = getattr(client, method)(path.format(key=laptop.pk), body)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert nothing_changed(owner, laptop)
    assert ApiKey.objects.get(pk=laptop.pk).status == before


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_the_strongest_key_changes_nothing_either(
    owner: Account, laptop: ApiKey, method: str, path: str, body: dict[str, Any]
) -> None:
    response = getattr(program(owner, "*"), method)(path.format(key=laptop.pk), body)

    assert (response.status_code, response.json()["code"]) == (403, "scope_missing")
    assert nothing_changed(owner, laptop)
    assert ApiKey.objects.get(pk=laptop.pk).status == ApiKeyStatus.ACTIVE


@pytest.mark.parametrize("make", [browser, lambda owner: program(owner, "account:read")], ids=["browser", "program"])
@pytest.mark.parametrize("path", READS)
def test_the_owner_reads_by_session_and_by_key(
    owner: Account, laptop: ApiKey, path: str, make: Callable[[Account], APIClient]
) -> None:
    assert make(owner).get(path.format(key=laptop.pk)).status_code == 200


@pytest.mark.parametrize("who", ["stranger", "member", "staff"])
@pytest.mark.parametrize("method", ["get", "delete"])
def test_a_foreign_key_does_not_exist_for_anybody(
    who: str, method: str, laptop: ApiKey, request: pytest.FixtureRequest
) -> None:
    client = browser(request.getfixturevalue(who))

    assert getattr(client, method)(f"{KEYS}{laptop.pk}/").status_code == 404

    laptop.refresh_from_db()
    assert laptop.status == ApiKeyStatus.ACTIVE


@pytest.mark.parametrize(
    ("method", "path"),
    [("put", "/api/v1/account/"), ("delete", "/api/v1/account/"), ("post", "/api/v1/account/usage/"),
     ("put", KEYS + "{key}/"), ("patch", KEYS + "{key}/"), ("delete", KEYS)],
)  # fmt: skip
def test_what_nobody_may_do_is_no_method(owner: Account, laptop: ApiKey, method: str, path: str) -> None:
    response = getattr(browser(owner), method)(path.format(key=laptop.pk), {"name": "new", "status": "revoked"})

    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert nothing_changed(owner, laptop)


@pytest.mark.parametrize(
    "body",
    [
        {"full_name": "a\0b"}, {"full_name": "\ud800"}, {"full_name": "n" * 256}, {"full_name": None},
        {"full_name": ["Ada"]}, {"full_name": {"first": "Ada"}}, {"language": "vi\n"}, {"language": 1},
    ],
)  # fmt: skip
def test_values_that_cannot_be_stored_are_refused_by_field(owner: Account, body: dict[str, Any]) -> None:
    # Encoded here, because the test client refuses lone surrogates that a program may well send.
    response = browser(owner).generic("PATCH", "/api/v1/account/", json.dumps(body), content_type="application/json")

    assert response.status_code == 400
    owner.refresh_from_db()
    assert (owner.full_name, owner.language) == ("", "")


@pytest.mark.parametrize(
    "moment",
    ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-02-30T00:00:00Z", "", 0, "now", "2026-13-01"],
)
def test_moments_that_cannot_be_make_no_key(owner: Account, moment: object) -> None:
    response = browser(owner).post(KEYS, NEW_KEY | {"expires_at": moment})

    assert (response.status_code, list(response.json()["errors"])) == (400, ["expires_at"])
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("query", [{"name": "\0"}, {"status": "lost"}, {"name__icontains": "\0"}])
def test_a_filter_that_cannot_be_is_refused(owner: Account, laptop: ApiKey, query: dict[str, str]) -> None:
    response = browser(owner).get(KEYS, query)

    assert (response.status_code, list(response.json()["errors"])) == (400, list(query))


def test_vietnamese_names_come_back_as_they_were_sent(owner: Account) -> None:
    client = browser(owner)

    client.patch("/api/v1/account/", {"full_name": "Nguyễn Thị Hạnh 🎙"})
    created = client.post(KEYS, NEW_KEY | {"name": "  Máy tính của Hạnh  "})

    assert client.get("/api/v1/account/").json()["full_name"] == "Nguyễn Thị Hạnh 🎙"
    assert created.json()["name"] == "Máy tính của Hạnh"
    assert [row["name"] for row in client.get(KEYS, {"name__icontains": "CỦA"}).json()["results"]] == [
        "Máy tính của Hạnh"
    ]
