"""DELETE /api/v1/projects/{project_id}/ and POST .../restore/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from projects.services import archive_project
from projects.tests.conftest import As


def status_of(project: Project) -> str:
    """As it is stored now."""
    return Project.objects.values_list("status", flat=True).get(pk=project.pk)


@pytest.mark.parametrize("who", ["owner", "staff"])
def test_people_who_may_archive_and_restore(
    project: Project, url: str, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    client = as_person(request.getfixturevalue(who))
    answer = client.delete(url)
    assert (answer.status_code, answer.content, status_of(project)) == (204, b"", "archived")
    assert client.get(url).data["abilities"]["submit_tasks"] is False
    assert (client.post(f"{url}restore/").data["status"], status_of(project)) == ("active", "active")


@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("member", 403), ("viewer", 403), ("stranger", 404)])
def test_others_may_not_archive(
    project: Project, url: str, who: str, status: int, as_person: As, request: pytest.FixtureRequest
) -> None:
    assert as_person(request.getfixturevalue(who)).delete(url).status_code == status
    assert status_of(project) == "active"


@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("member", 403), ("viewer", 403), ("stranger", 404)])
def test_others_may_not_restore(
    project: Project, url: str, owner: Account, who: str, status: int, as_person: As, request: pytest.FixtureRequest
) -> None:
    archive_project(project=project, actor=owner)
    assert as_person(request.getfixturevalue(who)).post(f"{url}restore/").status_code == status
    assert status_of(project) == "archived"


def test_bound_key_of_the_owner_archives(project: Project, url: str, bound: APIClient) -> None:
    assert (bound.delete(url).status_code, status_of(project)) == (204, "archived")


def test_archived_project_cannot_be_changed(project: Project, url: str, owner: Account, as_person: As) -> None:
    client = as_person(owner)
    client.delete(url)
    answer = client.patch(url, {"priority": 2})
    assert (answer.status_code, answer.data["code"]) == (403, "project_archived")
