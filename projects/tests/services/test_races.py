"""Two people at once, each with a connection of their own: the row of the project is the queue they stand in."""

from collections import Counter
from collections.abc import Callable
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from accounts.tests.conftest import in_parallel
from config.common.problems import DomainError
from conftest import make_account
from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember
from projects.services import (
    add_member,
    archive_project,
    change_member_role,
    create_project_key,
    remove_member,
    restore_project,
    rotate_project_key,
    transfer_ownership,
    update_project,
)
from projects.tests.conftest import stored

pytestmark = pytest.mark.django_db(transaction=True)


def outcome(call: Callable[[], object]) -> str:
    """Code of the refusal, or "done"."""
    try:
        call()
    except DomainError as error:
        return error.code
    return "done"


def together(*calls: Callable[[], object]) -> list[str]:
    """Outcomes of calls that start at the same moment."""
    return in_parallel(len(calls), lambda index: outcome(calls[index]))


def test_person_added_four_times_at_once_is_a_member_once(project: Project, owner: Account, stranger: Account) -> None:
    outcomes = together(*[lambda: add_member(project=project, user=stranger, role="viewer", actor=owner)] * 4)
    assert Counter(outcomes) == {"done": 1, "already_member": 3}
    assert ProjectMember.objects.filter(user=stranger).count() == 1
    assert ProjectActivity.objects.filter(activity_type="member.added").count() == 2


def test_own_key_replaced_by_three_at_once_leaves_one_that_works(project: Project, owner: Account) -> None:
    assert together(*[lambda: rotate_project_key(project=project, actor=owner)] * 3) == ["done"] * 3
    project.refresh_from_db()
    assert ApiKey.objects.active().get() == project.api_key
    assert ProjectKey.objects.filter(project=project).count() == 4


def test_key_made_while_its_maker_is_removed_never_outlives_the_membership(project: Project, owner: Account) -> None:
    leaver = make_account("leaver")
    add_member(project=project, user=leaver, role="manager", actor=owner)
    made, removed = together(
        lambda: create_project_key(project=project, actor=leaver, name="late"),
        lambda: remove_member(project=project, user=leaver, actor=owner),
    )
    assert (made in {"done", "project_not_found"}, removed) == (True, "done")
    assert not ApiKey.objects.active().filter(user=leaver).exists()


def test_project_handed_to_two_people_at_once_has_one_owner(
    project: Project, owner: Account, member: Account, stranger: Account
) -> None:
    add_member(project=project, user=stranger, role="member", actor=owner)
    outcomes = together(
        lambda: transfer_ownership(project=project, user=member, actor=owner),
        lambda: transfer_ownership(project=project, user=stranger, actor=owner),
    )
    assert Counter(outcomes) == {"done": 1, "forbidden": 1}
    project.refresh_from_db()
    assert ProjectMember.objects.get(project=project, role="owner").user == project.user != owner


def test_two_editors_of_different_fields_both_win(project: Project, owner: Account, staff: Account) -> None:
    outcomes = together(
        lambda: update_project(project=project, actor=owner, priority=5),
        lambda: update_project(project=project, actor=staff, task_scope="Announcements"),
    )
    project.refresh_from_db()
    assert (outcomes, project.priority, project.task_scope) == (["done"] * 2, 5, "Announcements")
    entries = ProjectActivity.objects.filter(activity_type="project.updated")
    assert {str(entry.user): list(entry.metadata["changes"]) for entry in entries} == {
        "owner": ["priority"], "staff": ["task_scope"]
    }  # fmt: skip


def test_old_values_in_the_log_form_a_chain(project: Project, owner: Account) -> None:
    in_parallel(4, lambda index: update_project(project=project, actor=owner, priority=index + 10))
    entries = ProjectActivity.objects.filter(activity_type="project.updated")
    steps = {entry.metadata["changes"]["priority"]["old"]: entry.metadata["changes"]["priority"] for entry in entries}
    value, seen = 1, []
    while value in steps:
        value = steps[value]["new"]
        seen.append(value)
    project.refresh_from_db()
    assert (sorted(seen), seen[-1]) == ([10, 11, 12, 13], project.priority)


def test_archive_and_restore_at_once_log_what_they_did(project: Project, owner: Account) -> None:
    assert together(
        *[lambda: archive_project(project=project, actor=owner)] * 2,
        *[lambda: restore_project(project=project, actor=owner)] * 2,
    ) == ["done"] * 4  # fmt: skip
    kinds = ProjectActivity.objects.filter(activity_type__startswith="project.").order_by("pk")
    states = [entry.activity_type for entry in kinds][1:]
    assert states == (["project.archived", "project.restored"] * 2)[: len(states)] != []
    project.refresh_from_db()
    assert project.status == {"project.archived": "archived", "project.restored": "active"}[states[-1]]


def test_role_changed_while_the_member_leaves_does_not_bring_it_back(
    project: Project, owner: Account, member: Account
) -> None:
    changed, left = together(
        lambda: change_member_role(project=project, user=member, role="viewer", actor=owner),
        lambda: remove_member(project=project, user=member, actor=member),
    )
    assert (changed in {"done", "member_not_found"}, left) == (True, "done")
    assert ProjectMember.objects.get(user=member).status == "removed"


def test_change_that_waits_too_long_is_told_to_try_again(project: Project, owner: Account) -> None:
    locked, release, before = Event(), Event(), stored()

    def hold() -> None:
        with transaction.atomic():
            Project.objects.select_for_update().get(pk=project.pk)
            locked.set()
            release.wait(timeout=10)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    assert locked.wait(timeout=10)
    client = APIClient()
    client.force_authenticate(owner)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
    try:
        answer = client.patch(f"/api/v1/projects/{project.pk}/", {"priority": 9})
    finally:
        release.set()
        holder.join(timeout=10)
        connection.close()
    assert (answer.status_code, answer.data["code"], answer["Retry-After"]) == (503, "unavailable", "5")
    assert stored() == before
