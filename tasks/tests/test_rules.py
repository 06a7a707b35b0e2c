"""The rules in the tasks table itself, met by plain SQL: which moment belongs to which state, counters, history."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from config.common.ids import uuid7
from projects.models import Project
from tasks.models import Task, TaskHistory
from tasks.queue.connection import fetch
from tasks.states import TERMINAL, TaskStatus
from tasks.tests.conftest import Submit

pytestmark = pytest.mark.django_db

MOMENTS = ("lease_expires_at", "enqueued_at", "next_retry_at", "completed_at")
COMBINATIONS = [frozenset(name for name, is_set in zip(MOMENTS, flags, strict=True) if is_set)
                for flags in product((False, True), repeat=4)]  # fmt: skip
#: The one combination that each state accepts.
FITTING = {
    "pending": frozenset(),
    "paused": frozenset(),
    "in_queue": frozenset({"enqueued_at"}),
    "processing": frozenset({"lease_expires_at"}),
    "retrying": frozenset({"next_retry_at"}),
    "completed": frozenset({"completed_at"}),
    "failed": frozenset({"completed_at"}),
    "cancelled": frozenset({"completed_at"}),
}
COUNTERS = (
    "attempt", "retry_count", "max_retries", "crash_count", "publish_count", "pending_deps", "execution_order",
    "progress",
)  # fmt: skip

INSERT = """
INSERT INTO tasks (task_id, project_id, user_id, task_type, queue_name, input_data, status, title, priority, error_code,
    error_message, progress, progress_message, attempt, retry_count, max_retries, crash_count, publish_count,
    pending_deps, child_policy, idempotency_hash, request_id, metadata,
    lease_expires_at, enqueued_at, next_retry_at, completed_at)
VALUES (%(task)s, %(project)s, %(user)s, 'test.echo', 'default', '{}', %(status)s, '', 1, '', '', 0, '', 0, 0, 3, 0, 0,
    0, 'fail', '', '', '{}',
    %(lease_expires_at)s, %(enqueued_at)s, %(next_retry_at)s, %(completed_at)s)
"""


def insert(project: Project, status: str, moments: frozenset[str] = frozenset()) -> UUID:
    """One row in a state, by SQL."""
    task_id, now = uuid7(), timezone.now()
    values: dict[str, Any] = {name: now if name in moments else None for name in MOMENTS}
    with connection.cursor() as cursor:
        keys = {"task": task_id, "project": project.pk, "user": project.user_id, "status": status}
        cursor.execute(INSERT, values | keys)
    return task_id


def write(task: Task, assignments: str) -> None:
    """Change one row, by SQL."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE tasks SET {assignments} WHERE task_id = %s", [task.pk])  # noqa: S608


def updated_at(task: Task) -> datetime:
    """As the database has it."""
    return Task.objects.values_list("updated_at", flat=True).get(pk=task.pk)


def history_of(task_id: UUID) -> list[tuple[str | None, str, int, str, str]]:
    """From, to, attempt, actor and reason, in order."""
    fields = ("status_from", "status_to", "attempt", "actor", "reason")
    return list(TaskHistory.objects.filter(task_id=task_id).values_list(*fields))


@pytest.mark.parametrize("status", TaskStatus.values)
@pytest.mark.parametrize("moments", COMBINATIONS, ids=lambda names: "+".join(sorted(names)) or "none")
def test_state_accepts_one_combination_of_moments_and_no_other(
    project: Project, status: str, moments: frozenset[str]
) -> None:
    if moments == FITTING[status]:
        assert Task.objects.get(pk=insert(project, status, moments)).status == status
        return
    with pytest.raises(IntegrityError, match="tasks_columns_fit_status"), transaction.atomic():
        insert(project, status, moments)
    assert (Task.objects.count(), TaskHistory.objects.count()) == (0, 0)


def test_every_state_is_in_the_table_of_moments() -> None:
    assert set(FITTING) == set(TaskStatus.values)
    assert {status for status, moments in FITTING.items() if "completed_at" in moments} == set(TERMINAL)


@pytest.mark.parametrize("moments", COMBINATIONS, ids=lambda names: "+".join(sorted(names)) or "none")
@pytest.mark.parametrize("status", ["", "PENDING", "done", "pending "])
def test_unknown_state_is_refused_whatever_its_moments(project: Project, status: str, moments: frozenset[str]) -> None:
    with pytest.raises(IntegrityError, match="tasks_columns_fit_status"), transaction.atomic():
        insert(project, status, moments)
    assert not Task.objects.exists()


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("status", TaskStatus.values)
def test_moment_alone_cannot_be_set_or_taken_from_a_row(project: Project, status: str, moment: str) -> None:
    task = Task.objects.get(pk=insert(project, status, FITTING[status]))
    change = f"{moment} = NULL" if moment in FITTING[status] else f"{moment} = clock_timestamp()"
    with pytest.raises(IntegrityError, match="tasks_columns_fit_status"), transaction.atomic():
        write(task, change)
    assert updated_at(task) == task.updated_at


@pytest.mark.parametrize("counter", COUNTERS)
def test_counter_below_zero_is_refused(submit: Submit, counter: str) -> None:
    task = submit()
    with pytest.raises(IntegrityError, match="tasks_counters_not_negative"), transaction.atomic():
        write(task, f"{counter} = -1")
    write(task, f"{counter} = 0")
    assert Task.objects.filter(pk=task.pk, **{counter: 0}).exists()


def test_every_counter_of_the_row_is_guarded() -> None:
    numbers = {field.name for field in Task._meta.concrete_fields if field.get_internal_type().endswith("IntegerField")}
    assert numbers - {"priority"} == set(COUNTERS)


def test_step_and_its_counters_may_be_unknown_but_not_one_of_them_negative(submit: Submit) -> None:
    task = submit()
    with pytest.raises(IntegrityError, match="tasks_counters_not_negative"), transaction.atomic():
        write(task, "execution_order = NULL, crash_count = -1")
    write(task, "execution_order = NULL, priority = -5")
    task.refresh_from_db()
    assert (task.execution_order, task.crash_count, task.priority) == (None, 0, -5)


@pytest.mark.parametrize(("progress", "rule"), [(101, "tasks_progress_at_most_100"), (-1, "counters_not_negative")])
def test_progress_is_a_percentage(submit: Submit, progress: int, rule: str) -> None:
    task = submit()
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        write(task, f"progress = {progress}")
    task.refresh_from_db()
    assert task.progress == 0


def test_insert_by_sql_writes_the_first_line_of_the_history(project: Project) -> None:
    fetch("SELECT set_config('roundhouse.actor', 'importer', true), set_config('roundhouse.reason', 'moved in', true)")
    task_id = insert(project, "failed", FITTING["failed"])
    assert history_of(task_id) == [(None, "failed", 0, "importer", "moved in")]


def test_insert_that_is_refused_leaves_no_history(project: Project) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert(project, "in_queue")
    assert not TaskHistory.objects.exists()


def test_update_without_a_new_state_writes_no_history_but_its_time(submit: Submit) -> None:
    task = submit()
    write(task, "progress = 7, status = 'pending'")
    assert [line[:2] for line in history_of(task.pk)] == [(None, "pending")]
    assert updated_at(task) > task.updated_at


def test_change_of_state_writes_one_line_with_the_new_attempt(submit: Submit) -> None:
    task = submit()
    write(task, "status = 'in_queue', enqueued_at = clock_timestamp()")
    write(task, "status = 'processing', enqueued_at = NULL, lease_expires_at = clock_timestamp(), attempt = 4")
    assert [line[:3] for line in history_of(task.pk)] == [
        (None, "pending", 0), ("pending", "in_queue", 0), ("in_queue", "processing", 4),
    ]  # fmt: skip
    assert updated_at(task) > task.updated_at


def test_error_code_of_the_row_is_the_reason_when_none_was_given(submit: Submit) -> None:
    task = submit()
    fetch("SELECT set_config('roundhouse.reason', '', true)")
    write(task, "status = 'failed', completed_at = clock_timestamp(), error_code = 'deadline_exceeded'")
    assert history_of(task.pk)[-1][4] == "deadline_exceeded"


def test_time_of_a_change_cannot_be_set_by_hand(submit: Submit) -> None:
    task = submit()
    long_ago = timezone.now() - timedelta(days=400)
    fetch("UPDATE tasks SET updated_at = %(at)s WHERE task_id = %(task)s", {"at": long_ago, "task": task.pk})
    assert updated_at(task) > task.updated_at


def test_change_of_many_rows_writes_a_line_for_each(submit: Submit) -> None:
    tasks = [submit() for _ in range(3)]
    fetch("UPDATE tasks SET status = 'paused'")
    assert [history_of(task.pk)[-1][:2] for task in tasks] == [("pending", "paused")] * 3


def test_one_forbidden_row_among_many_stops_the_statement(submit: Submit) -> None:
    ended, waiting = submit(), submit()
    write(ended, "status = 'failed', completed_at = clock_timestamp()")
    with pytest.raises(IntegrityError, match="illegal task transition failed -> paused"), transaction.atomic():
        Task.objects.update(status="paused", completed_at=None)
    assert [len(history_of(task.pk)) for task in (ended, waiting)] == [2, 1]


def test_row_that_exists_already_gets_no_second_beginning(submit: Submit) -> None:
    task = submit()
    with pytest.raises(IntegrityError, match="tasks_pkey"), transaction.atomic():
        Task.objects.bulk_create([task])
    assert [line[:2] for line in history_of(task.pk)] == [(None, "pending")]
