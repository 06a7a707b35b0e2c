"""Every route of results by every kind of caller, and addresses that a program may get wrong."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import block_account
from accounts.services.keys import create_api_key, forget_cached
from projects.models import Project
from projects.services import archive_project, remove_member
from results.models import Result, ResultFeedback
from results.services import rate_result
from results.tests.conftest import Answer, As

LIST = "/api/v1/results/"
READS = ["", "{id}/", "{id}/feedback/", "engines/summary/"]


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Keys that this process remembers must not reach the next test."""
    forget_cached()


def client_of(user: Account, *permissions: str) -> APIClient:
    """Client with a free key of a person."""
    _key, text = create_api_key(user=user, name="program", permissions=permissions)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def ratings() -> list[tuple[str, int]]:
    """Stars by person."""
    return list(ResultFeedback.objects.order_by("pk").values_list("user__username", "rating"))


@pytest.mark.parametrize("route", READS)
@pytest.mark.parametrize(
    ("scope", "status"), [("results:read", 200), ("results:write", 200), ("*", 200), ("projects:write", 403)]
)
def test_reading_needs_a_scope_that_reads(result: Result, owner: Account, route: str, scope: str, status: int) -> None:
    assert client_of(owner, scope).get(LIST + route.format(id=result.pk)).status_code == status


@pytest.mark.parametrize(
    ("who", "scope", "status"),
    [
        ("owner", "results:read", 403),
        ("owner", "tasks:write", 403),
        ("viewer", "*", 403),
        ("stranger", "*", 404),
        (None, "", 401),
    ],
)
@pytest.mark.parametrize("method", ["put", "delete"])
def test_caller_who_may_not_rate_changes_no_rating(
    result: Result, owner: Account, who: str | None, scope: str, status: int, method: str, request: Any
) -> None:
    rate_result(result=result, user=owner, rating=2)
    client = client_of(request.getfixturevalue(who), scope) if who else APIClient()
    answered = getattr(client, method)(f"{LIST}{result.pk}/feedback/", {"rating": 5})
    # Withdrawing what one never gave is no error for people who may see the result.
    assert answered.status_code == (204 if (who, method) == ("viewer", "delete") else status)
    assert ratings() == [("owner", 2)]


def test_key_that_may_write_rates_and_withdraws(result: Result, member: Account) -> None:
    client, url = client_of(member, "results:write"), f"{LIST}{result.pk}/feedback/"
    assert (client.put(url, {"rating": 5}).status_code, ratings()) == (200, [("member", 5)])
    assert (client.delete(url).status_code, ratings()) == (204, [])


def test_key_of_a_blocked_person_rates_nothing(result: Result, member: Account, staff: Account) -> None:
    client = client_of(member, "*")
    block_account(account=member, actor=staff, reason="Spam")
    answered = client.put(f"{LIST}{result.pk}/feedback/", {"rating": 1})
    assert (answered.status_code, answered.data["code"], ratings()) == (403, "account_blocked", [])


def test_former_member_keeps_its_stars_and_finds_nothing(
    result: Result, project: Project, owner: Account, member: Account, as_person: As
) -> None:
    rate_result(result=result, user=member, rating=4)
    remove_member(project=project, user=member, actor=owner)
    client, url = as_person(member), f"{LIST}{result.pk}/feedback/"
    assert [client.put(url, {"rating": 1}).status_code, client.delete(url).status_code] == [404, 404]
    assert ratings() == [("member", 4)]


def test_answers_of_an_archived_project_can_still_be_rated(
    result: Result, project: Project, owner: Account, member: Account, as_person: As
) -> None:
    archive_project(project=project, actor=owner)
    assert as_person(member).put(f"{LIST}{result.pk}/feedback/", {"rating": 4}).status_code == 200


def test_browser_without_its_csrf_token_rates_nothing(result: Result, owner: Account) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    answered = client.put(f"{LIST}{result.pk}/feedback/", {"rating": 5}, content_type="application/json")
    assert (answered.status_code, answered.json()["code"], ratings()) == (403, "csrf_failed", [])


@pytest.mark.parametrize(("method", "route"), [("post", ""), ("post", "{id}/feedback/"), ("put", "engines/summary/")])
def test_method_a_route_does_not_have_is_refused(
    result: Result, owner: Account, as_person: As, method: str, route: str
) -> None:
    answered = getattr(as_person(owner), method)(LIST + route.format(id=result.pk), {"rating": 5})
    assert (answered.status_code, ratings(), Result.objects.count()) == (405, [], 1)


def test_pages_follow_each_other_without_gap(answer: Answer, owner: Account, as_person: As) -> None:
    for number in range(5):
        answer(f"engine{number}")
    client, seen = as_person(owner), []
    address: str | None = f"{LIST}?page_size=2"
    while address:
        page = client.get(address).data
        seen += [row["engine_name"] for row in page["results"]]
        address = page["next"]
    assert seen == [f"engine{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize("body", [[], "5", None, {"rating": "5 stars"}, {"rating": [5]}, {"rating": True, "x": 1}])
def test_body_that_is_no_rating_is_refused(result: Result, owner: Account, as_person: As, body: Any) -> None:
    rate_result(result=result, user=owner, rating=2)
    assert as_person(owner).put(f"{LIST}{result.pk}/feedback/", body).status_code == 400
    assert ratings() == [("owner", 2)]


@pytest.mark.parametrize("text", ["Hay lắm! 🚂", "x" * 5_000, "مرحبا\u2028hàng hai", "<b>&amp;</b>"])
def test_comment_of_every_script_comes_back_as_it_was(result: Result, owner: Account, as_person: As, text: str) -> None:
    client, url = as_person(owner), f"{LIST}{result.pk}/feedback/"
    client.put(url, {"rating": 5, "feedback_text": text})
    assert [row["feedback_text"] for row in client.get(url).json()] == [text]
