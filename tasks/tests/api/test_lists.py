"""Filters, order and pages of the REST lists."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from tasks.models import Task
from tasks.services import cancel_task, submit_task, sweep
from tasks.tests.api.conftest import As
from tasks.tests.conftest import Submit, insert_tasks

pytestmark = pytest.mark.django_db

URL = "/api/v1/tasks/"


def listed(client: Any, **query: Any) -> list[str]:
    """Ids of the first page."""
    rows: list[dict[str, str]] = client.get(URL, query).json()["results"]
    return [row["task_id"] for row in rows]


def test_by_project(signed_in: As, submit: Submit, owner: Account) -> None:
    here = submit()
    other = create_project(user=owner, project_name="Other")
    [there] = insert_tasks(1, other)
    assert listed(signed_in(owner), project_id=str(other.pk)) == [str(there.pk)]
    assert listed(signed_in(owner)) == [str(there.pk), str(here.pk)]


def test_by_person(signed_in: As, submit: Submit, owner: Account, member: Account, project: Project) -> None:
    submit()
    task = submit_task(user=member, project=project, task_type="test.echo", input_data={})
    assert listed(signed_in(owner), user_id=str(member.pk)) == [str(task.pk)]


def test_by_parent(signed_in: As, submit: Submit, owner: Account) -> None:
    parent = submit("tasks.chain", {"steps": [{"task_type": "test.echo", "input_data": {}}] * 3})
    children = listed(signed_in(owner), parent_task_id=str(parent.pk))
    assert {UUID(child) for child in children} == set(parent.children.values_list("pk", flat=True))
    assert len(children) == 3


def test_filter_by_a_strangers_project_finds_nothing_and_tells_nothing(
    signed_in: As, submit: Submit, stranger: Account, project: Project
) -> None:
    submit()
    response = signed_in(stranger).get(URL, {"project_id": str(project.pk)})
    assert (response.status_code, response.json()["results"]) == (200, [])


def test_filters_are_combined(signed_in: As, submit: Submit, owner: Account) -> None:
    wanted, other = submit("test.fail"), submit("test.echo")
    for task in (wanted, other):
        cancel_task(task_id=task.pk, actor=owner)
    submit("test.fail")
    assert listed(signed_in(owner), status="cancelled", task_type="test.fail") == [str(wanted.pk)]


def test_several_states_are_any_of_them(signed_in: As, submit: Submit, owner: Account) -> None:
    first, second, _third = submit(), submit(), submit("test.heavy", {"seconds": 0})
    cancel_task(task_id=first.pk, actor=owner)
    Task.objects.filter(pk=second.pk).update(status="paused")
    assert listed(signed_in(owner), status=["cancelled", "paused"]) == [str(second.pk), str(first.pk)]


def test_time_window_includes_its_start_and_excludes_its_end(signed_in: As, submit: Submit, owner: Account) -> None:
    task = submit()
    moment = timezone.now() - timedelta(days=3)
    Task.objects.filter(pk=task.pk).update(created_at=moment)
    client = signed_in(owner)
    assert listed(client, created_after=moment.isoformat()) == [str(task.pk)]
    assert listed(client, created_before=moment.isoformat()) == []
    assert listed(client, created_before=(moment + timedelta(microseconds=1)).isoformat()) == [str(task.pk)]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "sleeping"),
        ("project_id", "x"),
        ("parent_task_id", "1"),
        ("user_id", "me"),
        ("created_after", "gestern"),
        ("created_before", "2026-13-01"),
    ],
)
def test_filter_that_cannot_be_read_is_named(signed_in: As, owner: Account, field: str, value: str) -> None:
    response = signed_in(owner).get(URL, {field: value})
    assert (response.status_code, list(response.json()["errors"])) == (400, [field])


@pytest.mark.parametrize("value", ["", "'; DROP TABLE tasks; --", "%", "tést.echo", "TEST.ECHO"])
def test_kind_is_matched_exactly_or_not_at_all(signed_in: As, submit: Submit, owner: Account, value: str) -> None:
    task = submit()
    assert listed(signed_in(owner), task_type=value) == ([] if value else [str(task.pk)])


def test_parameter_that_is_no_filter_changes_nothing(signed_in: As, submit: Submit, owner: Account) -> None:
    task = submit()
    assert listed(signed_in(owner), ordering="priority", queue_name="heavy", limit="0") == [str(task.pk)]


@pytest.mark.parametrize(("size", "rows"), [("1", 1), ("200", 210), ("0", 210), ("-1", 210), ("1000", 210), ("x", 210)])
def test_page_size_is_bounded(signed_in: As, owner: Account, project: Project, size: str, rows: int) -> None:
    insert_tasks(rows, project)
    expected = {"1": 1, "200": 200, "1000": 200}.get(size, 50)
    assert len(listed(signed_in(owner), page_size=size)) == expected


def test_pages_neither_repeat_nor_lose_a_row_while_tasks_arrive(
    signed_in: As, owner: Account, project: Project
) -> None:
    old = insert_tasks(7, project)
    client = signed_in(owner)
    page = client.get(URL, {"page_size": 3}).json()
    seen = [row["task_id"] for row in page["results"]]
    while page["next"]:
        insert_tasks(2, project)
        page = client.get(page["next"]).json()
        seen += [row["task_id"] for row in page["results"]]
    assert seen == [str(task.pk) for task in reversed(old)]


def test_previous_page_leads_back(signed_in: As, owner: Account, project: Project) -> None:
    insert_tasks(4, project)
    client = signed_in(owner)
    first = client.get(URL, {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    assert client.get(second["previous"]).json()["results"] == first["results"]


def test_cursor_that_was_tampered_with_is_refused(signed_in: As, owner: Account) -> None:
    response = signed_in(owner).get(URL, {"cursor": "nonsense"})
    assert (response.status_code, response.headers["Content-Type"]) == (404, "application/problem+json")


def test_line_of_the_list_leaves_out_what_may_be_large(signed_in: As, submit: Submit, owner: Account) -> None:
    task, client = submit("test.echo", {"text": "x" * 10_000}), signed_in(owner)
    [line] = client.get(URL).json()["results"]
    whole = client.get(f"{URL}{task.pk}/").json()
    assert set(whole) - set(line) == {"input_data", "output_data", "metadata"}
    assert {name: whole[name] for name in line} == line


def test_whole_task_over_rest(signed_in: As, submit: Submit, run: Any, owner: Account) -> None:
    task = submit("test.echo", {"text": "Chào bạn"}, priority=4, metadata={"m": 1})
    run(task)
    body = signed_in(owner).get(f"{URL}{task.pk}/").json()
    assert (body["status"], body["progress"], body["attempt"], body["priority"]) == ("completed", 100, 1, 4)
    assert (body["output_data"], body["metadata"]) == ({"echo": {"text": "Chào bạn"}}, {"m": 1})
    assert (body["error_code"], body["deadline"], body["parent_task_id"]) == ("", None, None)
    assert UUID(body["assigned_worker_id"]).version == 7


def test_history_over_rest_is_in_order_and_names_who(signed_in: As, submit: Submit, run: Any, owner: Account) -> None:
    task = submit("test.fail", {"retryable": True})
    run(task)
    Task.objects.filter(pk=task.pk).update(next_retry_at=timezone.now())
    sweep()
    rows = signed_in(owner).get(f"{URL}{task.pk}/history/").json()
    path = ["pending", "in_queue", "processing", "retrying", "pending", "in_queue"]
    assert [row["status_to"] for row in rows] == path
    assert [row["status_from"] for row in rows] == [None, *path[:-1]]
    assert [row["attempt"] for row in rows] == [0, 0, 1, 1, 1, 1]
    assert (rows[4]["actor"], rows[4]["changed_by"]) == ("sweeper", None)


@pytest.mark.parametrize("task_id", ["01900000-0000-7000-8000-000000000000", "not-a-uuid", "0"])
def test_task_that_does_not_exist(signed_in: As, owner: Account, task_id: str) -> None:
    response = signed_in(owner).get(f"{URL}{task_id}/")
    assert response.status_code == 404


def test_kinds_are_sorted_and_say_where_they_run(signed_in: As, owner: Account) -> None:
    kinds = signed_in(owner).get("/api/v1/task-kinds/").json()
    names = [kind["name"] for kind in kinds]
    assert names == sorted(names)
    [chain] = [kind for kind in kinds if kind["name"] == "tasks.chain"]
    assert (chain["queue_name"], chain["max_retries"], chain["title"]) == ("default", 3, "Chain of tasks")
    assert chain["input_schema"]["properties"]["steps"]["maxItems"] == 100
