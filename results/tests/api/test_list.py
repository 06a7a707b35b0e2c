"""GET /api/v1/results/."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services.keys import create_api_key
from projects.services import create_project
from results.models import Result
from results.tests.conftest import Answer, As

URL = "/api/v1/results/"


def engines(answered: Any) -> list[str]:
    """Engine names of one page, in its order."""
    assert answered.status_code == 200, answered.data
    return [row["engine_name"] for row in answered.data["results"]]


@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_see_results_newest_first_without_outputs(
    answer: Answer, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    answer("first")
    answer("second")
    answered = as_person(request.getfixturevalue(who)).get(URL)
    assert engines(answered) == ["second", "first"]
    assert "output_data" not in answered.data["results"][0]


def test_stranger_sees_nothing(result: Result, stranger: Account, as_person: As) -> None:
    assert engines(as_person(stranger).get(URL)) == []


def test_bound_key_sees_its_project_only(answer: Answer, owner: Account, bound: APIClient) -> None:
    answer("elsewhere", project=create_project(user=owner, project_name="Other"))
    answer("here")
    assert engines(bound.get(URL)) == ["here"]


def test_key_without_the_scope_is_refused(result: Result, owner: Account, api: APIClient) -> None:
    _key, text = create_api_key(user=owner, name="narrow", permissions=["tasks:write"])
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert api.get(URL).status_code == 403


@pytest.mark.django_db
def test_anonymous_is_refused(api: APIClient) -> None:
    assert api.get(URL).status_code == 401


def test_filters_narrow_the_list(answer: Answer, owner: Account, as_person: As) -> None:
    (failed,) = answer("failed", error_message="no")
    (other,) = answer("other", project=create_project(user=owner, project_name="Other"))
    Result.objects.filter(pk=failed.pk).update(created_at=timezone.now() - timedelta(days=2))
    yesterday = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    client = as_person(owner)
    for query, expected in {
        f"task_id={failed.task_id}": ["failed"],
        f"project_id={other.task.project_id}": ["other"],
        "engine_name=other": ["other"],
        "engine_type=speech": [],
        "status=failed": ["failed"],
        "is_final=false": [],
        f"created_before={yesterday}": ["failed"],
        f"created_after={yesterday}": ["other"],
    }.items():
        assert engines(client.get(f"{URL}?{query}")) == expected, query


@pytest.mark.parametrize("query", ["status=burning", "task_id=17", "created_after=soon"])
def test_bad_filter_is_a_field_error(result: Result, owner: Account, as_person: As, query: str) -> None:
    answered = as_person(owner).get(f"{URL}?{query}")
    assert (answered.status_code, list(answered.data["errors"])) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_does_not_grow(
    answer: Answer, owner: Account, as_person: As, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        answer(f"engine{number}")
    client = as_person(owner)
    with django_assert_num_queries(1):
        assert len(engines(client.get(URL))) == rows
