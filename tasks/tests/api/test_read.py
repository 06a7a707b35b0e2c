"""GET /api/v1/tasks/, one task, its history, kinds and engines."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project, ProjectMember
from projects.services import create_project
from projects.services.keys import create_project_key
from tasks.tests.api.conftest import As, with_key
from tasks.tests.conftest import Submit, insert_tasks

pytestmark = pytest.mark.django_db

URL = "/api/v1/tasks/"


def test_member_sees_the_projects_tasks_newest_first(signed_in: As, submit: Submit, member: Account) -> None:
    first, second = submit(), submit()
    listed = [row["task_id"] for row in signed_in(member).get(URL).json()["results"]]
    assert listed == [str(second.pk), str(first.pk)]


def test_stranger_sees_nothing(signed_in: As, submit: Submit, stranger: Account) -> None:
    task = submit()
    client = signed_in(stranger)
    assert client.get(URL).json()["results"] == []
    for path in ("", "history/"):
        assert client.get(f"{URL}{task.pk}/{path}").status_code == 404


def test_removed_member_sees_nothing(signed_in: As, submit: Submit, member: Account) -> None:
    task = submit()
    ProjectMember.objects.filter(user=member).update(status="removed")
    assert signed_in(member).get(f"{URL}{task.pk}/").status_code == 404


def test_staff_see_everything(signed_in: As, submit: Submit, staff: Account) -> None:
    task = submit()
    assert signed_in(staff).get(f"{URL}{task.pk}/").json()["task_id"] == str(task.pk)


def test_project_key_sees_its_project_only(owner: Account, submit: Submit, project: Project) -> None:
    inside = submit()
    other = create_project(user=owner, project_name="Other")
    insert_tasks(1, other)
    made = create_project_key(project=project, actor=owner, name="bound", permissions=["tasks:read"])
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.key_text}")
    assert [row["task_id"] for row in client.get(URL).json()["results"]] == [str(inside.pk)]


def test_key_of_another_scope_reads_nothing(owner: Account, submit: Submit) -> None:
    submit()
    assert with_key(owner, "projects:read").get(URL).status_code == 403


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"status": "pending"}, 2),
        ({"status": ["pending", "failed"]}, 2),
        ({"status": "failed"}, 0),
        ({"task_type": "test.wait"}, 1),
        ({"created_before": "2020-01-01T00:00:00Z"}, 0),
        ({"created_after": "2020-01-01T00:00:00Z"}, 2),
    ],
)
def test_filters_narrow_the_list(
    signed_in: As, submit: Submit, owner: Account, query: dict[str, Any], count: int
) -> None:
    submit()
    submit("test.wait", {"seconds": 1})
    assert len(signed_in(owner).get(URL, query).json()["results"]) == count


def test_unknown_status_is_a_field_error(signed_in: As, owner: Account, project: Project) -> None:
    response = signed_in(owner).get(URL, {"status": "sleeping"})
    assert (response.status_code, list(response.json()["errors"])) == (400, ["status"])


def test_pages_follow_a_cursor(signed_in: As, owner: Account, project: Project) -> None:
    insert_tasks(5, project)
    client = signed_in(owner)
    first = client.get(URL, {"page_size": 3}).json()
    second = client.get(first["next"]).json()
    assert (len(first["results"]), len(second["results"]), second["next"]) == (3, 2, None)


@pytest.mark.parametrize("rows", [1, 30])
def test_list_costs_the_same_queries_for_one_and_thirty(
    signed_in: As, owner: Account, project: Project, rows: int, django_assert_num_queries: Any
) -> None:
    insert_tasks(rows, project)
    client = signed_in(owner)
    with django_assert_num_queries(2):
        assert len(client.get(URL).json()["results"]) == rows


def test_history_tells_every_transition(signed_in: As, submit: Submit, owner: Account) -> None:
    task = submit()
    [entry] = signed_in(owner).get(f"{URL}{task.pk}/history/").json()
    assert (entry["status_from"], entry["status_to"], entry["actor"]) == (None, "pending", "owner")


def test_kinds_tell_their_schema(signed_in: As, owner: Account) -> None:
    kinds = {kind["name"]: kind for kind in signed_in(owner).get("/api/v1/task-kinds/").json()}
    assert kinds["test.metered"]["input_schema"]["required"] == ["characters"]


def test_engines_tell_neither_address_nor_credential(signed_in: As, owner: Account) -> None:
    rows = signed_in(owner).get("/api/v1/engines/", {"domain": "tts", "name": "espeak"}).json()["results"]
    assert [row["name"] for row in rows] == ["espeak"]
    assert {"credential", "base_url", "options"}.isdisjoint(rows[0])
