"""Who sees which rows, and what lists add to them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account
from conftest import make_account
from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember
from projects.services import (
    add_member,
    archive_project,
    change_member_role,
    create_project,
    create_project_key,
    remove_member,
)

SEEING = ["owner", "manager", "member", "viewer", "staff"]
BLIND = ["stranger", "former"]
MODELS: list[Any] = [Project, ProjectMember, ProjectActivity, ProjectKey]


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("who", SEEING)
def test_people_of_a_project_see_all_of_its_rows(
    project: Project, model: Any, who: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    rows = set(model.objects.values_list("pk", flat=True))
    assert set(model.objects.visible_to(person).values_list("pk", flat=True)) == rows != set()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("who", BLIND)
def test_strangers_and_former_members_see_none(
    project: Project, model: Any, who: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    assert model.objects.exists()
    assert not model.objects.visible_to(person).exists()


@pytest.mark.parametrize("model", MODELS)
def test_anonymous_people_see_none(project: Project, model: Any) -> None:
    assert not model.objects.visible_to(AnonymousUser()).exists()


@pytest.mark.parametrize("model", MODELS)
def test_rows_of_other_projects_stay_hidden(project: Project, model: Any, member: Account, stranger: Account) -> None:
    theirs = create_project(user=stranger, project_name="Theirs")
    seen = model.objects.visible_to(member)
    assert {getattr(row, "project_id", row.pk) for row in seen} == {project.pk}
    assert {getattr(row, "project_id", row.pk) for row in model.objects.visible_to(stranger)} == {theirs.pk}


@pytest.mark.parametrize("model", MODELS)
def test_member_of_two_projects_sees_each_row_once(model: Any, project: Project, member: Account) -> None:
    create_project(user=member, project_name="Own")
    keys = list(model.objects.visible_to(member).values_list("pk", flat=True))
    assert len(keys) == len(set(keys)) == model.objects.count()


def test_archived_project_stays_visible_and_is_not_active(project: Project, owner: Account, viewer: Account) -> None:
    archive_project(project=project, actor=owner)
    assert list(Project.objects.visible_to(viewer)) == [project]
    assert list(Project.objects.visible_to(viewer).active()) == []


def test_removed_row_is_kept_and_not_active(project: Project, owner: Account, member: Account) -> None:
    remove_member(project=project, user=member, actor=owner)
    assert list(ProjectMember.objects.active().values_list("user__username", flat=True)) == ["owner"]
    assert ProjectMember.objects.get(user=member).status == "removed"


def test_count_of_members_leaves_out_removed_ones(project: Project, owner: Account, member: Account) -> None:
    empty = create_project(user=owner, project_name="Alone")
    rows = Project.objects.with_member_count()
    assert {row.pk: vars(row)["member_count"] for row in rows} == {project.pk: 2, empty.pk: 1}
    remove_member(project=project, user=member, actor=owner)
    assert {row.pk: vars(row)["member_count"] for row in rows.all()} == {project.pk: 1, empty.pk: 1}


def test_count_of_members_is_no_product_of_keys_and_log(project: Project, owner: Account, member: Account) -> None:
    for number in range(3):
        create_project_key(project=project, actor=owner, name=f"key {number}")
    row = Project.objects.visible_to(member).with_membership(member).with_member_count().get()
    assert (vars(row)["member_count"], vars(row)["my_role"]) == (2, "member")


@pytest.mark.parametrize(
    ("who", "role"), [("owner", "owner"), ("manager", "manager"), ("former", None), ("stranger", None), ("staff", None)]
)
def test_rows_carry_the_role_of_who_asks(
    project: Project, who: str, role: str | None, request: pytest.FixtureRequest
) -> None:
    row = Project.objects.with_membership(request.getfixturevalue(who)).get(pk=project.pk)
    assert vars(row)["my_role"] == role
    assert vars(row)["my_permissions"] == ({} if role else None)


def test_own_projects_come_first_and_then_the_oldest(owner: Account, member: Account) -> None:
    theirs = [create_project(user=owner, project_name=name) for name in ("B", "A")]
    mine = [create_project(user=member, project_name=name) for name in ("D", "C")]
    assert list(Project.objects.own_first(member)) == mine + theirs
    assert list(Project.objects.own_first(owner)) == theirs + mine


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("ga", ["Nhà ga Số 1"]),
        ("NHÀ GA", ["Nhà ga Số 1"]),
        ("số 1", ["Nhà ga Số 1"]),
        ("nha ga", []),
        ("%", ["100% Depot"]),
        ("_", ["snake_case"]),
        ("\\", []),
        ("đầu máy", ["100% Depot"]),
        ("'; DROP TABLE projects; --", []),
        ("🚂", ["snake_case"]),
    ],
)
def test_search_takes_every_character_literally(owner: Account, words: str, found: list[str]) -> None:
    create_project(user=owner, project_name="Nhà ga Số 1")
    create_project(user=owner, project_name="100% Depot", project_description="Đầu máy hơi nước")
    create_project(user=owner, project_name="snake_case", project_description="🚂🚃")
    assert [project.project_name for project in Project.objects.search(words)] == found


def test_new_role_is_seen_at_once(project: Project, owner: Account, member: Account) -> None:
    rows = Project.objects.with_membership(member)
    assert vars(rows.get())["my_role"] == "member"
    change_member_role(project=project, user=member, role="viewer", actor=owner)
    assert vars(rows.get())["my_role"] == "viewer"


@pytest.mark.parametrize("people", [1, 12])
def test_list_with_roles_and_counts_is_one_query(
    project: Project, owner: Account, people: int, django_assert_num_queries: Callable[[int], Any]
) -> None:
    for number in range(people):
        add_member(project=project, user=make_account(f"p{number}"), role="viewer", actor=owner)
    with django_assert_num_queries(1):
        rows = list(Project.objects.visible_to(owner).with_membership(owner).with_member_count())
    assert [vars(row)["member_count"] for row in rows] == [people + 2]
