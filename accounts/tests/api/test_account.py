"""GET and PATCH /api/v1/account/."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.models import Account

pytestmark = pytest.mark.django_db

URL = "/api/v1/account/"
FIELDS = {
    "user_id", "username", "email", "full_name", "avatar_url", "role", "account_type", "verification_status", "status",
    "language", "created_at", "updated_at", "last_login", "last_activity",
}  # fmt: skip


def test_the_owner_sees_themselves_and_no_hash(signed_in: APIClient, owner: Account) -> None:
    body = signed_in.get(URL).json()

    assert set(body) == FIELDS
    assert (body["user_id"], body["status"]) == (str(owner.pk), "active")


def test_the_owner_changes_name_and_language(signed_in: APIClient, owner: Account) -> None:
    response = signed_in.patch(URL, {"full_name": "Ada", "language": "vi"})

    assert (response.json()["full_name"], response.json()["language"]) == ("Ada", "vi")
    owner.refresh_from_db()
    assert (owner.full_name, owner.language) == ("Ada", "vi")


@pytest.mark.parametrize(("field", "value"), [("role", "admin"), ("is_active", False), ("requests_per_hour", 10**9)])
def test_the_owner_cannot_give_themselves_rights(
    signed_in: APIClient, owner: Account, field: str, value: object
) -> None:
    before = getattr(owner, field)

    assert signed_in.patch(URL, {field: value}).status_code == 200

    owner.refresh_from_db()
    assert getattr(owner, field) == before


def test_an_unknown_language_is_refused(signed_in: APIClient, owner: Account) -> None:
    response = signed_in.patch(URL, {"language": "tlh", "full_name": "Ada"})

    assert response.status_code == 400
    assert response.json()["errors"] == {"language": ['"tlh" is not a valid choice.']}
    owner.refresh_from_db()
    assert owner.full_name == ""


def test_a_key_reads_but_does_not_change(by_key: Callable[..., APIClient], owner: Account) -> None:
    client = by_key("*")

    assert client.get(URL).status_code == 200
    assert client.patch(URL, {"full_name": "Ada"}).status_code == 403
    owner.refresh_from_db()
    assert owner.full_name == ""


def test_nobody_sees_nothing(db: None) -> None:
    assert APIClient().get(URL).status_code == 401
