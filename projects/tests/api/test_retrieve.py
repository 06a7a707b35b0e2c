"""GET /api/v1/projects/{project_id}/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.ids import uuid7
from projects.models import Project
from projects.services import create_project, get_abilities
from projects.tests.conftest import As


@pytest.mark.parametrize("who", ["owner", "manager", "member", "viewer", "staff"])
def test_people_get_the_project_with_their_abilities(
    project: Project, url: str, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    answer = as_person(person).get(url)
    assert (answer.status_code, answer.data["project_id"]) == (200, str(project.pk))
    assert answer.data["abilities"] == get_abilities(project=project, user=person)


def test_stranger_gets_not_found(url: str, stranger: Account, as_person: As) -> None:
    answer = as_person(stranger).get(url)
    assert (answer.status_code, answer.data["code"]) == (404, "project_not_found")


def test_bound_key_gets_its_own_project_and_no_other(url: str, bound: APIClient, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    assert bound.get(url).status_code == 200
    assert bound.get(f"/api/v1/projects/{other.pk}/").status_code == 404


def test_invented_and_malformed_ids_are_not_found(owner: Account, as_person: As) -> None:
    assert as_person(owner).get(f"/api/v1/projects/{uuid7()}/").status_code == 404
    assert as_person(owner).get("/api/v1/projects/17/").status_code == 404


def test_anonymous_is_refused(url: str, api: APIClient) -> None:
    assert api.get(url).status_code == 401
