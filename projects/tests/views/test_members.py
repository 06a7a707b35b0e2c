"""The members' tab."""

import pytest

from accounts.models import Account
from projects.models import Project, ProjectMember
from projects.tests.conftest import Browser


def roles(project: Project) -> dict[str, str]:
    """Active members' roles by username."""
    return dict(ProjectMember.objects.active().filter(project=project).values_list("user__username", "role"))


def test_owner_adds_a_person(project: Project, page: str, owner: Account, stranger: Account, browser: Browser) -> None:
    answer = browser(owner).post(f"{page}members/", {"username": "stranger", "role": "viewer"})
    assert (answer.status_code, roles(project)["stranger"]) == (302, "viewer")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"username": "nobody", "role": "viewer"}, "username"),
        ({"username": "", "role": "viewer"}, "username"),
        ({"username": "stranger", "role": "owner"}, "role"),
        ({"username": "member", "role": "viewer"}, "__all__"),
    ],
)
def test_refusals_are_shown_in_the_form(
    project: Project, page: str, owner: Account, browser: Browser, stranger: Account, data: dict[str, str], field: str
) -> None:
    answer = browser(owner).post(f"{page}members/", data)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert roles(project) == {"owner": "owner", "member": "member"}


@pytest.mark.parametrize("named", ["stranger", "nobody"])
def test_member_may_not_add_and_learns_no_names(
    project: Project, page: str, member: Account, stranger: Account, browser: Browser, named: str
) -> None:
    assert browser(member).post(f"{page}members/", {"username": named, "role": "viewer"}).status_code == 403
    assert "stranger" not in roles(project)


def test_owner_changes_a_role_and_removes(
    project: Project, page: str, owner: Account, member: Account, browser: Browser
) -> None:
    client = browser(owner)
    client.post(f"{page}members/{member.pk}/role/", {"role": "manager"})
    assert roles(project)["member"] == "manager"
    client.post(f"{page}members/{member.pk}/remove/")
    assert roles(project) == {"owner": "owner"}


def test_owner_hands_the_project_over(
    project: Project, page: str, owner: Account, member: Account, browser: Browser
) -> None:
    browser(owner).post(f"{page}members/{member.pk}/make-owner/")
    assert roles(project) == {"owner": "manager", "member": "owner"}


def test_invalid_role_is_told_and_changes_nothing(
    project: Project, page: str, owner: Account, member: Account, browser: Browser
) -> None:
    answer = browser(owner).post(f"{page}members/{member.pk}/role/", {"role": "captain"}, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert roles(project)["member"] == "member"


@pytest.mark.parametrize("verb", ["role", "remove", "make-owner"])
def test_viewer_may_not_touch_members(
    project: Project, page: str, viewer: Account, member: Account, browser: Browser, verb: str
) -> None:
    answer = browser(viewer).post(f"{page}members/{member.pk}/{verb}/", {"role": "viewer"})
    assert (answer.status_code, roles(project)["member"]) == (403, "member")


def test_member_leaves(project: Project, page: str, member: Account, browser: Browser) -> None:
    answer = browser(member).post(f"{page}members/{member.pk}/remove/")
    assert (answer["Location"], roles(project)) == ("/projects/", {"owner": "owner"})


def test_stranger_as_target_is_not_found(page: str, owner: Account, stranger: Account, browser: Browser) -> None:
    assert browser(owner).post(f"{page}members/{stranger.pk}/remove/").status_code == 404
