"""/api/v1/projects/{project_id}/members/ and .../transfer/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project, ProjectMember
from projects.tests.conftest import As


@pytest.fixture
def members_url(url: str) -> str:
    """Address of the members."""
    return f"{url}members/"


def active_names(project: Project) -> set[str]:
    """Usernames of active members."""
    return set(ProjectMember.objects.active().filter(project=project).values_list("user__username", flat=True))


@pytest.mark.parametrize("who", ["owner", "member", "viewer", "staff"])
def test_people_see_the_members(members_url: str, who: str, as_person: As, request: pytest.FixtureRequest) -> None:
    answer = as_person(request.getfixturevalue(who)).get(members_url)
    roles = {row["username"]: row["role"] for row in answer.data["results"]}
    assert (answer.status_code, roles["owner"], roles["member"]) == (200, "owner", "member")
    assert "email" not in answer.data["results"][0]


def test_stranger_sees_no_members(members_url: str, stranger: Account, as_person: As) -> None:
    assert as_person(stranger).get(members_url).status_code == 404


@pytest.mark.parametrize("named", ["stranger", "Stranger@Example.org"])
def test_owner_adds_a_person_by_name_or_address(
    project: Project, members_url: str, owner: Account, stranger: Account, as_person: As, named: str
) -> None:
    answer = as_person(owner).post(members_url, {"username": named, "role": "viewer"})
    assert (answer.status_code, answer.data["user_id"], answer.data["role"]) == (201, str(stranger.pk), "viewer")
    assert answer.data["assigned_by"] == str(owner.pk)
    assert active_names(project) == {"owner", "member", "stranger"}


def test_unknown_person_is_a_field_error(members_url: str, owner: Account, as_person: As) -> None:
    answer = as_person(owner).post(members_url, {"username": "nobody"})
    assert (answer.status_code, list(answer.data["errors"])) == (400, ["username"])


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("viewer", 403), ("stranger", 404)])
@pytest.mark.parametrize("named", ["stranger", "nobody"])
def test_others_may_not_add_and_learn_no_names(
    project: Project, members_url: str, who: str, status: int, named: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    client = as_person(request.getfixturevalue(who))
    assert client.post(members_url, {"username": named, "role": "viewer"}).status_code == status
    assert "stranger" not in active_names(project)


def test_owner_changes_a_role(members_url: str, owner: Account, member: Account, as_person: As) -> None:
    answer = as_person(owner).patch(f"{members_url}{member.pk}/", {"role": "manager"})
    assert (answer.status_code, answer.data["role"]) == (200, "manager")


def test_member_may_not_promote_itself(members_url: str, project: Project, member: Account, as_person: As) -> None:
    assert as_person(member).patch(f"{members_url}{member.pk}/", {"role": "manager"}).status_code == 403
    assert ProjectMember.objects.get(project=project, user=member).role == "member"


def test_owner_removes_a_member(
    project: Project, members_url: str, owner: Account, member: Account, as_person: As
) -> None:
    assert as_person(owner).delete(f"{members_url}{member.pk}/").status_code == 204
    assert active_names(project) == {"owner"}
    assert as_person(owner).delete(f"{members_url}{member.pk}/").status_code == 404


def test_owner_cannot_be_removed(project: Project, members_url: str, owner: Account, as_person: As) -> None:
    answer = as_person(owner).delete(f"{members_url}{owner.pk}/")
    assert (answer.status_code, answer.data["code"]) == (409, "owner_required")
    assert "owner" in active_names(project)


def test_bound_key_acts_as_its_owner(members_url: str, project: Project, member: Account, bound: APIClient) -> None:
    assert bound.delete(f"{members_url}{member.pk}/").status_code == 204
    assert active_names(project) == {"owner"}


def test_owner_transfers_the_project(
    project: Project, url: str, owner: Account, member: Account, as_person: As
) -> None:
    answer = as_person(owner).post(f"{url}transfer/", {"user_id": str(member.pk)})
    assert (answer.status_code, answer.data["user_id"], answer.data["my_role"]) == (200, str(member.pk), "manager")


@pytest.mark.parametrize(("who", "status"), [("manager", 403), ("member", 403), ("stranger", 404)])
def test_others_may_not_transfer(
    project: Project, url: str, member: Account, who: str, status: int, as_person: As, request: pytest.FixtureRequest
) -> None:
    client = as_person(request.getfixturevalue(who))
    assert client.post(f"{url}transfer/", {"user_id": str(member.pk)}).status_code == status
    project.refresh_from_db()
    assert project.user.username == "owner"
