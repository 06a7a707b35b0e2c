"""Limits of single keys over REST: set when the key is made, shown with the usage, named when they refuse."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey, UsageQuota
from accounts.services import create_api_key, revoke_api_key, set_quota
from accounts.tests.conftest import limit
from accounts.tests.scopes import PROJECT, accept

pytestmark = pytest.mark.django_db

URL = "/api/v1/api-keys/"
USAGE = "/api/v1/account/usage/"
ByKey = Callable[..., APIClient]


def wish(*limits: dict[str, object]) -> dict[str, object]:
    """A key with these limits."""
    return {"name": "laptop", "permissions": ["account:read"], "limits": list(limits)}


def characters(amount: object, period: str = "daily") -> dict[str, object]:
    """One limit."""
    return {"quota_type": "characters", "period": period, "limit": amount}


def limits_shown(client: APIClient) -> list[tuple[str, str, str, int]]:
    """Scope, kind, period and limit of every row that is not the account's."""
    rows: list[dict[str, Any]] = client.get(USAGE).json()["quotas"]
    return [
        (row["scope_id"], row["quota_type"], row["period"], row["limit"]) for row in rows if row["scope"] != "account"
    ]


def test_the_owner_makes_a_key_with_limits_of_its_own(signed_in: APIClient) -> None:
    created = signed_in.post(URL, wish(characters(100), characters(2000, "monthly")))

    key_id = created.json()["key_id"]
    assert created.status_code == 201
    assert limits_shown(signed_in) == [(key_id, "characters", "daily", 100), (key_id, "characters", "monthly", 2000)]
    assert set(UsageQuota.objects.values_list("scope", "api_key_id", "user_id")) == {
        ("key", ApiKey.objects.get().pk, None)
    }


def test_a_key_without_limits_has_none(signed_in: APIClient) -> None:
    assert signed_in.post(URL, wish()).status_code == 201

    assert limits_shown(signed_in) == []


@pytest.mark.parametrize("amount", [0, 2**53 - 1])
def test_the_smallest_and_the_largest_limit_are_kept_exactly(signed_in: APIClient, amount: int) -> None:
    signed_in.post(URL, wish(characters(amount)))

    assert UsageQuota.objects.get().limit == amount


@pytest.mark.parametrize(
    ("limits", "field"),
    [
        ([characters(-1)], "limits.0.limit"),
        ([characters(2**53)], "limits.0.limit"),
        ([characters("many")], "limits.0.limit"),
        ([characters(1), characters(2, "weekly")], "limits.1.period"),
        ([characters(1) | {"quota_type": "gold"}], "limits.0.quota_type"),
        ([{"quota_type": "tokens", "period": "daily"}], "limits.0.limit"),
        ([characters(1), characters(2)], "limits"),
    ],
)
def test_a_wrong_limit_makes_neither_key_nor_quota(
    signed_in: APIClient, limits: list[dict[str, object]], field: str
) -> None:
    response = signed_in.post(URL, wish(*limits))

    assert (response.status_code, list(response.json()["errors"])) == (400, [field])
    assert not ApiKey.objects.exists()
    assert not UsageQuota.objects.exists()


def test_limits_that_are_no_list_are_refused(signed_in: APIClient) -> None:
    response = signed_in.post(URL, {"name": "laptop", "permissions": ["*"], "limits": {"characters": 5}})

    assert response.status_code == 400
    assert not ApiKey.objects.exists()


def test_a_program_sees_the_account_and_its_own_limits_only(by_key: ByKey, owner: Account) -> None:
    program = by_key("account:read")
    mine = ApiKey.objects.get(name="program")
    other = create_api_key(user=owner, name="other", permissions=["*"], limits={("tokens", "daily"): 5})[0]
    set_quota(key=mine, quota_type="tokens", period="daily", limit=7, actor=None)
    limit(owner, "tokens", "daily", 9)

    assert limits_shown(program) == [(str(mine.pk), "tokens", "daily", 7)]
    rows = program.get(USAGE).json()["quotas"]
    assert {row["limit"] for row in rows if row["scope_id"] == str(owner.pk)} == {9}
    assert str(other.pk) not in program.get(USAGE).content.decode()


def test_limits_of_revoked_keys_are_no_longer_shown(signed_in: APIClient, owner: Account) -> None:
    key = create_api_key(user=owner, name="old", permissions=["*"], limits={("tokens", "daily"): 5})[0]
    assert len(limits_shown(signed_in)) == 1

    revoke_api_key(key=key, actor=owner)

    assert limits_shown(signed_in) == []


@pytest.mark.parametrize("who", ["stranger", "staff"])
def test_nobody_else_sees_a_keys_limits_here(who: str, owner: Account, request: pytest.FixtureRequest) -> None:
    create_api_key(user=owner, name="mine", permissions=["*"], limits={("tokens", "daily"): 5})
    client = APIClient()
    client.force_login(request.getfixturevalue(who))

    assert limits_shown(client) == []


def test_a_projects_quota_is_not_among_a_persons(signed_in: APIClient) -> None:
    set_quota(project_id=PROJECT, quota_type="tokens", period="daily", limit=5, actor=None)

    assert limits_shown(signed_in) == []


@pytest.mark.django_db(transaction=True)
def test_open_work_of_a_key_is_reserved_in_both_rows(signed_in: APIClient, owner: Account, laptop: ApiKey) -> None:
    set_quota(key=laptop, quota_type="characters", period="daily", limit=100, actor=None)
    accept(owner, 30, laptop)
    accept(owner, 5)

    rows = [row for row in signed_in.get(USAGE).json()["quotas"] if row["quota_type"] == "characters"]

    assert {(row["scope"], row["reserved"], row["remaining"]) for row in rows if row["period"] == "daily"} == {
        ("account", 35, 999_965), ("key", 30, 70)
    }  # fmt: skip


def test_the_number_of_queries_does_not_grow_with_keys(signed_in: APIClient, owner: Account) -> None:
    create_api_key(user=owner, name="first", permissions=["*"], limits={("tokens", "daily"): 5})
    with CaptureQueriesContext(connection) as few:
        signed_in.get(USAGE)
    for name in "abcdefgh":
        create_api_key(user=owner, name=name, permissions=["*"], limits={("tokens", "daily"): 5})
    with CaptureQueriesContext(connection) as many:
        signed_in.get(USAGE)

    assert len(many) <= len(few)
