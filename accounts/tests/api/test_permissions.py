"""Scopes of keys, taken from the view that the resolver found."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from accounts.api.permissions import check_scope
from accounts.models import ApiKey
from accounts.scopes import allows
from accounts.services.errors import ScopeMissing

ByKey = Callable[..., APIClient]


@pytest.mark.django_db
@pytest.mark.parametrize("scopes", [["account:read"], ["*"], ["tasks:write", "account:read"]])
def test_a_key_with_the_scope_reads(by_key: ByKey, scopes: list[str]) -> None:
    assert by_key(*scopes).get("/api/v1/account/").status_code == 200


@pytest.mark.django_db
def test_a_key_without_the_scope_is_told_which_one(by_key: ByKey) -> None:
    response = by_key("tasks:write").get("/api/v1/account/")

    assert response.status_code == 403
    assert response.json() == {
        "type": "urn:roundhouse:problem:scope_missing",
        "title": "The API key lacks a scope.",
        "status": 403,
        "detail": "This API key lacks the scope account:read.",
        "code": "scope_missing",
    }


@pytest.mark.django_db
def test_what_names_no_scope_is_closed_to_every_key(by_key: ByKey) -> None:
    response = by_key("*").patch("/api/v1/account/", {"full_name": "Ada"})

    assert (response.status_code, response.json()["detail"]) == (403, "API keys may not do this; sign in instead.")


@pytest.mark.django_db
def test_a_header_cannot_name_another_route(by_key: ByKey) -> None:
    client = by_key("tasks:read")

    response = client.get("/api/v1/account/", headers={"X-Original-URL": "/api/v1/tasks/", "X-Route": "task-list"})

    assert response.status_code == 403


@pytest.mark.django_db
def test_a_header_cannot_name_another_method(by_key: ByKey) -> None:
    response = by_key("account:read").patch(
        "/api/v1/account/", {"full_name": "Ada"}, headers={"X-HTTP-Method-Override": "GET"}
    )

    assert response.status_code == 403


@pytest.mark.parametrize(
    ("permissions", "scope", "allowed"),
    [
        (["tasks:read"], "tasks:read", True),
        (["tasks:write"], "tasks:read", True),
        (["tasks:read"], "tasks:write", False),
        (["tasks:write"], "projects:read", False),
        (["*"], "tts:write", True),
        ([], "tasks:read", False),
        (["tasks:*"], "tasks:read", False),
    ],
)
def test_write_includes_read_and_nothing_else(permissions: list[str], scope: str, allowed: bool) -> None:
    assert allows(permissions, scope) is allowed


def test_head_and_options_need_the_scope_of_get() -> None:
    key = ApiKey(permissions=["tasks:read"])

    check_scope(key, {"GET": "tasks:read"}, "HEAD")
    check_scope(key, {"GET": "tasks:read"}, "OPTIONS")
    with pytest.raises(ScopeMissing):
        check_scope(key, {"GET": "account:read"}, "HEAD")
