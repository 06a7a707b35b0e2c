"""GET /api/v1/results/{result_id}/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.ids import uuid7
from projects.services import create_project
from results.models import Result
from results.services import rate_result
from results.tests.conftest import Answer, As


def url_of(result: Result) -> str:
    """Address of a result."""
    return f"/api/v1/results/{result.pk}/"


@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_get_everything_about_it(
    result: Result, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    data = as_person(request.getfixturevalue(who)).get(url_of(result)).data
    assert (data["result_id"], data["task_id"]) == (str(result.pk), str(result.task_id))
    assert (data["task_type"], data["engine_name"], data["engine_version"]) == ("test.echo", "quick", "1.2")
    assert (data["output_data"], data["token_usage"]) == ({"text": "Hello"}, {"characters": 200})
    assert (data["processing_time"], data["confidence_score"]) == (40, 0.9)
    assert (data["cost"], data["currency"], data["is_final"]) == ("0.003000", "USD", True)


def test_ratings_are_part_of_it(result: Result, owner: Account, member: Account, as_person: As) -> None:
    rate_result(result=result, user=owner, rating=2)
    rate_result(result=result, user=member, rating=5)
    data = as_person(member).get(url_of(result)).data
    assert (data["average_rating"], data["rating_count"], data["my_rating"]) == (3.5, 2, 5)


def test_stranger_gets_not_found(result: Result, stranger: Account, as_person: As) -> None:
    answered = as_person(stranger).get(url_of(result))
    assert (answered.status_code, answered.data["code"]) == (404, "result_not_found")


def test_bound_key_gets_its_project_only(result: Result, answer: Answer, owner: Account, bound: APIClient) -> None:
    (elsewhere,) = answer("elsewhere", project=create_project(user=owner, project_name="Other"))
    assert (bound.get(url_of(result)).status_code, bound.get(url_of(elsewhere)).status_code) == (200, 404)


def test_inventions_are_not_found_and_anonymous_is_refused(
    result: Result, owner: Account, as_person: As, api: APIClient
) -> None:
    assert as_person(owner).get(f"/api/v1/results/{uuid7()}/").status_code == 404
    assert api.get(url_of(result)).status_code == 401


def test_results_cannot_be_changed(result: Result, owner: Account, as_person: As) -> None:
    client = as_person(owner)
    methods = (client.put, client.patch, client.delete)
    assert [send(url_of(result), {"cost": 0}).status_code for send in methods] == [405] * 3
