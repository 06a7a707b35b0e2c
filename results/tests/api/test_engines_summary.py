"""GET /api/v1/results/engines/summary/."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from results.models import Result
from results.services import rate_result
from results.tests.conftest import Answer, As

URL = "/api/v1/results/engines/summary/"


@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_see_how_engines_did(
    result: Result, owner: Account, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    rate_result(result=result, user=owner, rating=4)
    answered = as_person(request.getfixturevalue(who)).get(URL)
    assert (answered.status_code, answered.json()) == (200, [{
        "engine_type": "test", "engine_name": "quick", "currency": "USD", "results": 1, "failures": 0,
        "median_ms": 40.0, "cost": "0.003000", "average_rating": 4.0, "ratings": 1,
    }])  # fmt: skip


def test_stranger_sees_none(result: Result, stranger: Account, as_person: As) -> None:
    assert as_person(stranger).get(URL).json() == []


def test_bound_key_sees_its_project_only(answer: Answer, owner: Account, bound: APIClient) -> None:
    answer("elsewhere", project=create_project(user=owner, project_name="Other"))
    answer("here")
    assert [row["engine_name"] for row in bound.get(URL).json()] == ["here"]


def test_filters_choose_project_and_period(answer: Answer, project: Project, owner: Account, as_person: As) -> None:
    other = create_project(user=owner, project_name="Other")
    answer("elsewhere", project=other)
    answer("here")
    client = as_person(owner)
    assert [row["engine_name"] for row in client.get(f"{URL}?project_id={other.pk}").json()] == ["elsewhere"]
    assert client.get(f"{URL}?created_after=2124-01-01T00:00:00Z").json() == []
    assert client.get(f"{URL}?project_id=17").status_code == 400


@pytest.mark.parametrize("rows", [1, 30])
def test_number_of_queries_does_not_grow(
    answer: Answer, owner: Account, as_person: As, rows: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(rows):
        answer(f"engine{number}")
    client = as_person(owner)
    with django_assert_num_queries(2):
        assert len(client.get(URL).json()) == rows
