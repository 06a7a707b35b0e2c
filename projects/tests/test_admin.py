"""The operations console of projects."""

import pytest
from django.test import Client

from accounts.models import Account, ApiKey
from projects.models import Project, ProjectActivity, ProjectKey

ADDRESSES = [
    "project/", "projectactivity/", "projectkey/", "project/?q=stat", "projectactivity/?q=stat", "projectkey/?q=stat"
]  # fmt: skip


@pytest.fixture
def console(client: Client, staff: Account) -> Client:
    """Browser of a staff member."""
    client.force_login(staff)
    return client


@pytest.mark.parametrize("address", ADDRESSES)
def test_staff_look_and_search(project: Project, console: Client, address: str) -> None:
    answer = console.get(f"/admin/projects/{address}")
    assert (answer.status_code, b"Station" in answer.content) == (200, True)


@pytest.mark.parametrize("address", ADDRESSES[:3])
def test_owner_who_is_no_staff_is_sent_away(project: Project, browser_client: Client, address: str) -> None:
    assert browser_client.get(f"/admin/projects/{address}").status_code == 302


def run_action(console: Client, model: str, action: str, *keys: object) -> int:
    """Post an action of the change list."""
    data = {"action": action, "_selected_action": [str(key) for key in keys]}
    return console.post(f"/admin/projects/{model}/", data).status_code


def test_staff_archive_and_restore_by_action_and_it_is_logged(
    project: Project, console: Client, staff: Account
) -> None:
    assert run_action(console, "project", "archive", project.pk) == 302
    assert Project.objects.get().status == "archived"
    assert run_action(console, "project", "restore", project.pk) == 302
    assert Project.objects.get().status == "active"
    entries = ProjectActivity.objects.filter(user=staff).order_by("log_id").values_list("activity_type", flat=True)
    assert list(entries) == ["project.archived", "project.restored"]


def test_staff_revoke_a_key_by_action(project: Project, console: Client) -> None:
    assert run_action(console, "projectkey", "revoke", ProjectKey.objects.get().pk) == 302
    assert ApiKey.objects.get().status == "revoked"


def form_of(console: Client, project: Project) -> dict[str, str]:
    """The change form as it would be sent back untouched."""
    form = console.get(f"/admin/projects/project/{project.pk}/change/").context["adminform"].form
    inline = {"members-TOTAL_FORMS": "0", "members-INITIAL_FORMS": "0"}
    values = {name: form[name].value() for name in form.fields if name != "deadline"}
    return inline | {name: "" if value is None else value for name, value in values.items()}


def test_staff_change_a_project_through_the_service(project: Project, console: Client, staff: Account) -> None:
    sent = form_of(console, project) | {"priority": "7"}
    assert console.post(f"/admin/projects/project/{project.pk}/change/", sent).status_code == 302
    entry = ProjectActivity.objects.get(activity_type="project.updated")
    assert (Project.objects.get().priority, entry.user) == (7, staff)
    assert entry.metadata == {"changes": {"priority": {"old": 1, "new": 7}}}


def test_refused_change_is_told_and_not_stored(project: Project, console: Client) -> None:
    sent = form_of(console, project) | {"priority": "700"}
    answer = console.post(f"/admin/projects/project/{project.pk}/change/", sent, follow=True)
    assert "error" in [message.level_tag for message in answer.context["messages"]]
    assert Project.objects.get().priority == 1


def test_nothing_is_added_or_deleted_here(project: Project, console: Client) -> None:
    assert console.get("/admin/projects/project/add/").status_code == 403
    assert console.post(f"/admin/projects/project/{project.pk}/delete/", {"post": "yes"}).status_code == 403
    entry = ProjectActivity.objects.first()
    assert entry is not None
    assert console.post(f"/admin/projects/projectactivity/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert (Project.objects.count(), ProjectActivity.objects.count()) == (1, 2)
