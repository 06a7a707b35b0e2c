"""Who may do what over REST: every role, staff, blocked people, bound keys and keys of too small a scope."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import block_account
from projects.models import Project, ProjectMember
from projects.services import add_member, archive_project, create_project, remove_member
from projects.services.keys import create_project_key
from tasks.models import Engine, Task
from tasks.services import cancel_task, pause_task
from tasks.tests.api.conftest import As, with_key
from tasks.tests.conftest import Submit, insert_tasks, status_of

pytestmark = pytest.mark.django_db

URL = "/api/v1/tasks/"
ECHO: dict[str, Any] = {"task_type": "test.echo", "input_data": {}}
ROLES = ("owner", "manager", "member", "viewer", "stranger", "staff")
Person = Callable[[str], Account]


@pytest.fixture
def person(owner: Account, stranger: Account, staff: Account, project: Project) -> Person:
    """The person of a role in `project`."""

    def find(role: str) -> Account:
        named = {"owner": owner, "stranger": stranger, "staff": staff}
        if role in named:
            return named[role]
        made = Account.objects.create_user(f"a-{role}", f"a-{role}@example.org")
        add_member(project=project, user=made, role=role, actor=owner)
        return made

    return find


def bound(project: Project, owner: Account, *scopes: str) -> APIClient:
    """A client with a key that is bound to the project."""
    made = create_project_key(project=project, actor=owner, name="bound", permissions=list(scopes))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.key_text}")
    return client


def prepared(submit: Submit, owner: Account, verb: str) -> Task:
    """A task in a state that permits the verb."""
    task = submit()
    if verb == "resume":
        pause_task(task_id=task.pk, actor=owner)
    if verb == "retry":
        cancel_task(task_id=task.pk, actor=owner)
    return task


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 202), ("manager", 202), ("member", 202), ("viewer", 403), ("stranger", 404), ("staff", 202)],
)
def test_role_decides_who_starts_tasks(signed_in: As, person: Person, project: Project, role: str, status: int) -> None:
    response = signed_in(person(role)).post(URL, {**ECHO, "project_id": str(project.pk)})
    assert (response.status_code, Task.objects.count()) == (status, int(status == 202))


@pytest.mark.parametrize("role", ROLES)
def test_role_decides_who_reads_a_task_and_its_history(
    signed_in: As, submit: Submit, person: Person, role: str
) -> None:
    task, client = submit(), signed_in(person(role))
    expected = 404 if role == "stranger" else 200
    assert [client.get(f"{URL}{task.pk}/{path}").status_code for path in ("", "history/")] == [expected] * 2


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume", "retry"])
@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("manager", 200), ("member", 403), ("viewer", 403), ("stranger", 404), ("staff", 200)],
)
def test_role_decides_who_steers_somebody_elses_task(
    signed_in: As, submit: Submit, owner: Account, person: Person, verb: str, role: str, status: int
) -> None:
    task = prepared(submit, owner, verb)
    before = (status_of(task), task.history.count())
    assert signed_in(person(role)).post(f"{URL}{task.pk}/{verb}/").status_code == status
    assert ((status_of(task), task.history.count()) == before) is (status != 200)


def test_single_permission_lets_a_member_manage(signed_in: As, submit: Submit, member: Account) -> None:
    ProjectMember.objects.filter(user=member).update(permissions={"manage_tasks": True})
    task = submit()
    assert signed_in(member).post(f"{URL}{task.pk}/cancel/").json()["status"] == "cancelled"


def test_removed_member_finds_not_even_an_own_task(
    signed_in: As, member: Account, owner: Account, project: Project
) -> None:
    [task] = insert_tasks(1, project)
    Task.objects.filter(pk=task.pk).update(user=member)
    remove_member(project=project, user=member, actor=owner)
    assert signed_in(member).post(f"{URL}{task.pk}/cancel/").status_code == 404
    assert status_of(task) == "pending"


def test_archived_project_stays_readable_and_can_be_cleaned_up(
    signed_in: As, submit: Submit, owner: Account, project: Project
) -> None:
    task, client = submit(), signed_in(owner)
    archive_project(project=project, actor=owner)
    assert client.get(f"{URL}{task.pk}/").status_code == 200
    assert client.post(URL, {**ECHO, "project_id": str(project.pk)}).status_code == 403
    assert client.post(f"{URL}{task.pk}/cancel/").status_code == 200
    assert Task.objects.get().status == "cancelled"


@pytest.mark.parametrize(("path", "method"), [("", "get"), ("", "post"), ("/cancel", "post")])
def test_key_of_a_blocked_person_is_refused_everywhere(
    owner: Account, staff: Account, submit: Submit, path: str, method: str,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    task, client = submit(), with_key(owner, "tasks:read", "tasks:write")
    with django_capture_on_commit_callbacks(execute=True):
        block_account(account=owner, actor=staff, reason="abuse")
    url = f"{URL}{task.pk}{path}/" if path else URL
    response = getattr(client, method)(url, ECHO if method == "post" else None)
    assert (response.status_code, response.json()["code"]) == (403, "account_blocked")
    assert (Task.objects.count(), status_of(task)) == (1, "pending")


@pytest.mark.parametrize(
    ("scopes", "read", "write"),
    [
        (["tasks:read"], 200, 403),
        (["tasks:write"], 200, 200),
        (["tasks:read", "tasks:write"], 200, 200),
        (["*"], 200, 200),
        (["results:read", "projects:write"], 403, 403),
        (["account:read"], 403, 403),
    ],
)
def test_scopes_of_a_key_decide(owner: Account, submit: Submit, scopes: list[str], read: int, write: int) -> None:
    task, client = submit(), with_key(owner, *scopes)
    assert client.get(URL).status_code == read
    assert client.get(f"{URL}{task.pk}/history/").status_code == read
    assert client.post(f"{URL}{task.pk}/pause/").status_code == write
    assert status_of(task) == ("paused" if write == 200 else "pending")


@pytest.mark.parametrize("path", ["task-kinds/", "engines/"])
@pytest.mark.parametrize(("scope", "status"), [("tasks:read", 200), ("tasks:write", 200), ("tts:write", 403)])
def test_catalogues_need_the_read_scope(owner: Account, path: str, scope: str, status: int) -> None:
    assert with_key(owner, scope).get(f"/api/v1/{path}").status_code == status


@pytest.mark.parametrize("path", ["tasks/", "task-kinds/", "engines/"])
def test_nobody_reads_nothing(api: APIClient, db: None, path: str) -> None:
    response = api.get(f"/api/v1/{path}")
    assert (response.status_code, response.headers["Content-Type"]) == (401, "application/problem+json")


def test_bound_key_starts_tasks_in_its_project_without_naming_it(owner: Account, project: Project) -> None:
    create_project(user=owner, project_name="Another")
    response = bound(project, owner, "tasks:write").post(URL, ECHO)
    assert (response.status_code, response.json()["project_id"]) == (202, str(project.pk))


def test_bound_key_starts_nothing_in_another_project_of_its_person(owner: Account, project: Project) -> None:
    other = create_project(user=owner, project_name="Another")
    response = bound(project, owner, "tasks:write").post(URL, {**ECHO, "project_id": str(other.pk)})
    assert (response.status_code, response.json()["code"]) == (404, "project_not_found")
    assert not Task.objects.exists()


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume", "retry"])
def test_bound_key_steers_nothing_in_another_project(owner: Account, project: Project, verb: str) -> None:
    [task] = insert_tasks(1, create_project(user=owner, project_name="Another"))
    client = bound(project, owner, "tasks:read", "tasks:write")
    assert client.post(f"{URL}{task.pk}/{verb}/").json()["code"] == "task_not_found"
    assert client.get(f"{URL}{task.pk}/").status_code == 404
    assert (status_of(task), task.history.count()) == ("pending", 1)


def test_bound_key_hangs_no_child_under_a_task_of_another_project(owner: Account, project: Project) -> None:
    [parent] = insert_tasks(1, create_project(user=owner, project_name="Another"))
    response = bound(project, owner, "tasks:write").post(URL, {**ECHO, "parent_task_id": str(parent.pk)})
    assert (response.status_code, Task.objects.count()) == (404, 1)


def test_bound_key_of_staff_sees_its_project_only(staff: Account, submit: Submit, project: Project) -> None:
    task = submit()
    made = create_project(user=staff, project_name="Staff's")
    client = bound(made, staff, "tasks:read")
    assert client.get(URL).json()["results"] == []
    assert client.get(f"{URL}{task.pk}/").status_code == 404


def test_task_of_a_key_remembers_the_key_and_the_request(owner: Account, project: Project) -> None:
    client = bound(project, owner, "tasks:write")
    client.post(URL, ECHO, headers={"X-Request-ID": "r" * 80})
    task = Task.objects.get()
    assert task.api_key is not None
    assert (task.api_key.name, task.request_id[:2], len(task.request_id) <= 64) == ("bound", "rr", True)


@pytest.mark.parametrize(("role", "names"), [("owner", ["espeak"]), ("staff", ["espeak", "fake"])])
def test_only_staff_see_engines_that_are_switched_off(
    signed_in: As, person: Person, role: str, names: list[str]
) -> None:
    Engine.objects.filter(domain="tts", name="fake").update(is_enabled=False)
    rows = signed_in(person(role)).get("/api/v1/engines/", {"domain": "tts"}).json()["results"]
    assert sorted(row["name"] for row in rows) == names


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_nothing_is_overwritten_or_deleted(signed_in: As, submit: Submit, owner: Account, method: str) -> None:
    task, client = submit(), signed_in(owner)
    for url in (f"{URL}{task.pk}/", "/api/v1/task-kinds/", "/api/v1/engines/"):
        assert getattr(client, method)(url, {}).status_code == 405
    assert Task.objects.get().pk == task.pk
