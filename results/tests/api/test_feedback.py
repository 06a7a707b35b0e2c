"""/api/v1/results/{result_id}/feedback/."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.services import create_project
from results.models import Result, ResultFeedback
from results.services import rate_result
from results.tests.conftest import Answer, As


@pytest.fixture
def url(result: Result) -> str:
    """Address of the feedback of `result`."""
    return f"/api/v1/results/{result.pk}/feedback/"


@pytest.mark.parametrize("who", ["owner", "member", "staff"])
def test_people_rate_and_rate_again(url: str, who: str, as_person: As, request: pytest.FixtureRequest) -> None:
    client = as_person(request.getfixturevalue(who))
    first = client.put(url, {"rating": 2, "feedback_text": "Too quick"})
    assert (first.status_code, first.data["rating"], first.data["username"]) == (200, 2, who)
    again = client.put(url, {"rating": 5})
    assert (again.data["rating"], again.data["feedback_text"]) == (5, "Too quick")
    assert again.data["feedback_id"] == first.data["feedback_id"]


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404)])
def test_others_may_not_rate(url: str, who: str, status: int, as_person: As, request: pytest.FixtureRequest) -> None:
    assert as_person(request.getfixturevalue(who)).put(url, {"rating": 5}).status_code == status
    assert not ResultFeedback.objects.exists()


def test_bound_key_rates_in_its_project_only(url: str, answer: Answer, owner: Account, bound: APIClient) -> None:
    (elsewhere,) = answer("elsewhere", project=create_project(user=owner, project_name="Other"))
    assert bound.put(url, {"rating": 3}).status_code == 200
    assert bound.put(f"/api/v1/results/{elsewhere.pk}/feedback/", {"rating": 3}).status_code == 404
    assert ResultFeedback.objects.get().result != elsewhere


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "rating"),
        ({"rating": 0}, "rating"),
        ({"rating": 6}, "rating"),
        ({"rating": 4.5}, "rating"),
        ({"rating": None}, "rating"),
        ({"rating": 5, "feedback_text": "x" * 5_001}, "feedback_text"),
        ({"rating": 5, "feedback_text": "nul \x00"}, "feedback_text"),
    ],
)
def test_bad_rating_is_refused(url: str, owner: Account, as_person: As, body: dict[str, Any], field: str) -> None:
    answered = as_person(owner).put(url, body)
    assert answered.status_code == 400
    assert list(answered.data.get("errors", {"feedback_text": []})) == [field]
    assert not ResultFeedback.objects.exists()


@pytest.mark.parametrize("who", ["owner", "viewer", "staff"])
def test_people_read_what_everybody_thought(
    url: str, result: Result, owner: Account, member: Account, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    rate_result(result=result, user=owner, rating=2, feedback_text="Hm.")
    rate_result(result=result, user=member, rating=5)
    rows = as_person(request.getfixturevalue(who)).get(url).data
    assert [(row["username"], row["rating"], row["feedback_text"]) for row in rows] == [
        ("member", 5, ""), ("owner", 2, "Hm.")
    ]  # fmt: skip


def test_stranger_reads_nothing(url: str, stranger: Account, as_person: As) -> None:
    assert as_person(stranger).get(url).status_code == 404


def test_member_withdraws_the_own_rating_only(
    url: str, result: Result, owner: Account, member: Account, as_person: As
) -> None:
    rate_result(result=result, user=owner, rating=2)
    rate_result(result=result, user=member, rating=5)
    assert [as_person(member).delete(url).status_code for _time in range(2)] == [204, 204]
    assert ResultFeedback.objects.get().user == owner


def test_stranger_withdraws_nothing(url: str, result: Result, owner: Account, stranger: Account, as_person: As) -> None:
    rate_result(result=result, user=owner, rating=2)
    assert as_person(stranger).delete(url).status_code == 404
    assert ResultFeedback.objects.count() == 1
