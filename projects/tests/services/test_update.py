"""update_project, archive_project, restore_project: changes, their log, and who may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from projects.models import Project, ProjectActivity
from projects.services import archive_project, create_project, restore_project, update_project
from projects.tests.conftest import refusal


def logged(project: Project) -> list[str]:
    """Activity types, oldest first, without those of the fixture."""
    kinds = ProjectActivity.objects.filter(project=project).order_by("log_id").values_list("activity_type", flat=True)
    return [kind for kind in kinds if kind not in ("project.created", "member.added")]


def test_owner_changes_fields_and_the_log_keeps_old_and_new(project: Project, owner: Account) -> None:
    update_project(project=project, actor=owner, project_name="Depot", priority=5)
    project.refresh_from_db()
    assert (project.project_name, project.priority) == ("Depot", 5)
    entry = ProjectActivity.objects.get(project=project, activity_type="project.updated")
    assert (entry.user, entry.activity_description) == (owner, "project_name, priority")
    assert entry.metadata == {
        "changes": {"project_name": {"old": "Station", "new": "Depot"}, "priority": {"old": 1, "new": 5}}
    }


def test_returned_project_carries_the_time_of_the_change(project: Project, owner: Account) -> None:
    before = project.updated_at
    changed = update_project(project=project, actor=owner, task_scope="Announcements")
    assert changed.updated_at == Project.objects.get(pk=project.pk).updated_at > before


def test_change_that_changes_nothing_is_not_logged(project: Project, owner: Account) -> None:
    update_project(project=project, actor=owner, project_name=" Station ", priority=1)
    assert logged(project) == []


def test_deadline_is_logged_as_text(project: Project, owner: Account) -> None:
    deadline = timezone.now() + timedelta(days=1)
    update_project(project=project, actor=owner, deadline=deadline)
    entry = ProjectActivity.objects.get(project=project, activity_type="project.updated")
    assert entry.metadata["changes"]["deadline"] == {"old": None, "new": deadline.isoformat()}


def test_deadline_that_passed_meanwhile_does_not_stop_other_changes(project: Project, owner: Account) -> None:
    past = timezone.now() - timedelta(days=1)
    Project.objects.filter(pk=project.pk).update(deadline=past)
    changed = update_project(project=project, actor=owner, deadline=past, priority=2)
    assert (changed.deadline, changed.priority) == (past, 2)


def test_owner_cannot_take_the_name_of_another_project(project: Project, owner: Account) -> None:
    create_project(user=owner, project_name="Yard")
    error = refusal(update_project, project=project, actor=owner, project_name="Yard", priority=7)
    assert (error.code, error.status_code) == ("project_name_taken", 409)
    project.refresh_from_db()
    assert (project.project_name, project.priority, logged(project)) == ("Station", 1, [])


def test_manager_may_change_the_project(project: Project, manager: Account) -> None:
    assert update_project(project=project, actor=manager, priority=3).priority == 3


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("viewer", 403), ("stranger", 404)])
def test_others_may_not_change_it(project: Project, who: str, status: int, request: pytest.FixtureRequest) -> None:
    error = refusal(update_project, project=project, actor=request.getfixturevalue(who), priority=3)
    project.refresh_from_db()
    assert (error.status_code, project.priority, logged(project)) == (status, 1, [])


def test_owner_archives_and_restores(project: Project, owner: Account) -> None:
    assert archive_project(project=project, actor=owner).status == "archived"
    assert restore_project(project=project, actor=owner).status == "active"
    assert logged(project) == ["project.archived", "project.restored"]


def test_archiving_twice_is_logged_once(project: Project, owner: Account) -> None:
    archive_project(project=project, actor=owner)
    archive_project(project=project, actor=owner)
    assert logged(project) == ["project.archived"]


def test_archived_project_cannot_be_changed(project: Project, owner: Account) -> None:
    archive_project(project=project, actor=owner)
    error = refusal(update_project, project=project, actor=owner, priority=3)
    project.refresh_from_db()
    assert (error.code, error.status_code, project.priority) == ("project_archived", 403, 1)


def test_manager_may_not_archive(project: Project, manager: Account) -> None:
    assert refusal(archive_project, project=project, actor=manager).status_code == 403
    project.refresh_from_db()
    assert (project.status, logged(project)) == ("active", [])


def test_staff_may_archive(project: Project, staff: Account) -> None:
    assert archive_project(project=project, actor=staff).status == "archived"


@pytest.mark.parametrize("who", ["manager", "member", "viewer"])
def test_person_who_may_not_restore_is_not_told_to_restore(
    project: Project, owner: Account, who: str, request: pytest.FixtureRequest
) -> None:
    person = request.getfixturevalue(who)
    archive_project(project=project, actor=owner)
    error = refusal(restore_project, project=project, actor=person)
    assert (error.code, str(error.detail)) == ("forbidden", "Your role in this project does not allow this.")
    assert Project.objects.get().status == "archived"
