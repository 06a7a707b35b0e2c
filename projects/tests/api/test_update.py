"""PUT and PATCH /api/v1/projects/{project_id}/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project, ProjectActivity
from projects.services import create_project
from projects.tests.conftest import As


@pytest.mark.parametrize("who", ["owner", "manager", "staff"])
def test_people_who_may_change_one_field(
    project: Project, url: str, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    answer = as_person(person).patch(url, {"allowed_intents": ["greeting"]})
    assert (answer.status_code, answer.data["allowed_intents"]) == (200, ["greeting"])
    assert answer.data["project_name"] == "Station"
    assert ProjectActivity.objects.filter(project=project).latest("log_id").user == person


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("viewer", 403), ("stranger", 404)])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_others_are_refused_and_nothing_changes(
    project: Project, url: str, who: str, status: int, method: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    send = getattr(as_person(request.getfixturevalue(who)), method)
    assert send(url, {"project_name": "Mine"}).status_code == status
    project.refresh_from_db()
    assert project.project_name == "Station"


def test_bound_key_changes_its_own_project_and_no_other(url: str, bound: APIClient, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    assert bound.patch(url, {"priority": 4}).data["priority"] == 4
    assert bound.patch(f"/api/v1/projects/{other.pk}/", {"priority": 4}).status_code == 404
    other.refresh_from_db()
    assert other.priority == 1


def test_put_needs_the_name_and_keeps_what_is_not_sent(url: str, owner: Account, as_person: As) -> None:
    client = as_person(owner)
    client.patch(url, {"task_scope": "Announcements"})
    assert list(client.put(url, {"priority": 2}).data["errors"]) == ["project_name"]
    answer = client.put(url, {"project_name": "Depot"})
    assert (answer.data["project_name"], answer.data["priority"]) == ("Depot", 1)
    assert answer.data["task_scope"] == "Announcements"


def test_null_takes_the_deadline_away(url: str, owner: Account, as_person: As) -> None:
    client = as_person(owner)
    assert client.patch(url, {"deadline": "2124-01-01T00:00:00Z"}).data["deadline"] == "2124-01-01T00:00:00Z"
    assert client.patch(url, {"deadline": None}).data["deadline"] is None


def test_owner_and_key_cannot_be_set(
    project: Project, url: str, owner: Account, stranger: Account, as_person: As
) -> None:
    answer = as_person(owner).patch(url, {"user_id": str(stranger.pk), "api_key": None, "status": "archived"})
    assert (answer.status_code, answer.data["user_id"], answer.data["status"]) == (200, str(owner.pk), "active")
    assert answer.data["api_key"] == str(project.api_key_id)


def test_bad_values_are_named(project: Project, url: str, owner: Account, as_person: As) -> None:
    answer = as_person(owner).patch(url, {"priority": 1000, "deadline": "2020-01-01T00:00:00Z"})
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["priority"])
    project.refresh_from_db()
    assert (project.priority, project.deadline) == (1, None)
