"""The map of abilities, what keys see, and which project a request means."""

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account
from accounts.services.keys import create_api_key
from config.common.ids import uuid7
from projects.models import Project, ProjectMember
from projects.selectors import ABILITIES, annotated_abilities, find_account, visible_projects
from projects.services import archive_project, create_project, create_project_key, get_abilities, project_for
from projects.tests.conftest import refusal

EXPECTED = {
    "owner": set(ABILITIES),
    "manager": set(ABILITIES) - {"archive"},
    "member": {"view", "submit_tasks", "rate_results"},
    "viewer": {"view"},
    "stranger": set(),
    "staff": set(ABILITIES),
}


def granted(abilities: dict[str, bool]) -> set[str]:
    """Names that are true; the keys are always all of them."""
    assert tuple(abilities) == ABILITIES
    return {name for name, allowed in abilities.items() if allowed}


@pytest.mark.parametrize("who", EXPECTED)
def test_abilities_of_each_person(project: Project, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    assert granted(get_abilities(project=project, user=person)) == EXPECTED[who]


@pytest.mark.parametrize("who", ["owner", "manager", "member", "viewer", "staff"])
def test_abilities_in_an_archive(project: Project, owner: Account, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    archived = archive_project(project=project, actor=owner)
    expected = EXPECTED[who] - {"submit_tasks", "update"}
    assert granted(get_abilities(project=archived, user=person)) == expected


@pytest.mark.parametrize("who", EXPECTED)
def test_lists_show_the_same_abilities(project: Project, who: str, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    row = Project.objects.with_membership(person).get(pk=project.pk)
    assert annotated_abilities(row, person) == get_abilities(project=project, user=person)


def test_anonymous_people_may_nothing(project: Project) -> None:
    assert granted(get_abilities(project=project, user=AnonymousUser())) == set()


def test_extra_permissions_give_and_take(project: Project, member: Account) -> None:
    extra = {"manage_tasks": True, "submit_tasks": False, "view": False, "nonsense": True, "archive": "yes"}
    ProjectMember.objects.filter(project=project, user=member).update(permissions=extra)
    assert granted(get_abilities(project=project, user=member)) == {"view", "rate_results", "manage_tasks"}


def test_extra_permissions_take_nothing_from_the_owner(project: Project, owner: Account) -> None:
    ProjectMember.objects.filter(project=project, user=owner).update(permissions={"archive": False})
    assert granted(get_abilities(project=project, user=owner)) == set(ABILITIES)


def test_bound_key_sees_its_project_only(project: Project, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    key = create_project_key(project=project, actor=owner, name="bound").key
    assert list(visible_projects(owner, key)) == [project]
    assert set(visible_projects(owner)) == {project, other}


def test_free_key_sees_what_its_person_sees(project: Project, owner: Account, stranger: Account) -> None:
    key, _text = create_api_key(user=owner, name="free", permissions=["projects:read"])
    create_project(user=stranger, project_name="Foreign")
    assert list(visible_projects(owner, key)) == [project]


def test_bound_key_of_a_former_member_sees_nothing(project: Project, owner: Account, manager: Account) -> None:
    key = create_project_key(project=project, actor=manager, name="bound").key
    ProjectMember.objects.filter(project=project, user=manager).update(status="removed")
    assert list(visible_projects(manager, key)) == []


def test_request_without_a_project_means_the_oldest_own_one(member: Account, project: Project) -> None:
    assert project_for(member, None) == project
    own = create_project(user=member, project_name="Own")
    create_project(user=member, project_name="Younger")
    assert project_for(member, None) == own


def test_archived_projects_are_never_meant(project: Project, owner: Account) -> None:
    archive_project(project=project, actor=owner)
    assert refusal(project_for, user=owner, key=None).code == "project_not_found"
    assert project_for(owner, None, project.pk) == project


def test_staff_without_projects_gets_nobody_elses(project: Project, staff: Account) -> None:
    assert refusal(project_for, user=staff, key=None).status_code == 404
    assert project_for(staff, None, project.pk) == project


def test_bound_key_means_its_project_and_no_other(project: Project, owner: Account) -> None:
    other = create_project(user=owner, project_name="Other")
    key = create_project_key(project=other, actor=owner, name="bound").key
    assert project_for(owner, key) == other
    assert refusal(project_for, user=owner, key=key, project_id=project.pk).status_code == 404


def test_strangers_and_inventions_are_not_found(project: Project, owner: Account, stranger: Account) -> None:
    assert refusal(project_for, user=stranger, key=None, project_id=project.pk).code == "project_not_found"
    assert refusal(project_for, user=owner, key=None, project_id=uuid7()).code == "project_not_found"


def test_people_are_found_by_exact_name_or_address(owner: Account) -> None:
    assert (find_account("owner"), find_account("OWNER@example.org")) == (owner, owner)
    assert (find_account("own"), find_account("")) == (None, None)
