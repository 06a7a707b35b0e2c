"""The database's own guard: legal transitions, CHECKs and history."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tasks.models import Task, TaskHistory, TaskStatus
from tasks.services.acting import acting
from tasks.states import TERMINAL, TRANSITIONS
from tasks.tests.conftest import Submit

pytestmark = pytest.mark.django_db

ALL = list(TaskStatus.values)
LEGAL = [(old, new) for old, targets in TRANSITIONS.items() for new in targets]
ILLEGAL = [(old, new) for old in ALL for new in ALL if old != new and (old, new) not in LEGAL]


def columns_of(status: str) -> dict[str, Any]:
    """The columns a state requires, and no others."""
    now = timezone.now()
    return {
        "status": status,
        "lease_expires_at": now if status == "processing" else None,
        "completed_at": now if status in TERMINAL else None,
        "next_retry_at": now if status == "retrying" else None,
        "enqueued_at": now if status == "in_queue" else None,
    }


def put(task: Task, status: str) -> None:
    """Set a state without the guard, as a starting point."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    Task.objects.filter(pk=task.pk).update(**columns_of(status))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(("old", "new"), LEGAL)
def test_legal_transition_is_recorded(submit: Submit, old: str, new: str) -> None:
    task = submit()
    put(task, old)
    Task.objects.filter(pk=task.pk).update(**columns_of(new))
    entry = task.history.last()
    assert entry is not None
    assert (entry.status_from, entry.status_to) == (old, new)


@pytest.mark.parametrize(("old", "new"), ILLEGAL)
def test_illegal_transition_is_refused_and_leaves_no_trace(submit: Submit, old: str, new: str) -> None:
    task = submit()
    put(task, old)
    before = TaskHistory.objects.count()
    with pytest.raises(IntegrityError, match=f"illegal task transition {old} -> {new}"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**columns_of(new))
    task.refresh_from_db()
    assert (task.status, TaskHistory.objects.count()) == (old, before)


@pytest.mark.parametrize("column", ["lease_expires_at", "completed_at", "next_retry_at", "enqueued_at"])
def test_columns_are_tied_to_states(submit: Submit, column: str) -> None:
    task = submit()
    with pytest.raises(IntegrityError, match="violates check constraint"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(**{column: timezone.now()})


def test_change_by_psql_is_recorded_under_the_database_user(submit: Submit) -> None:
    task = submit()
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('roundhouse.actor', '', true), set_config('roundhouse.reason', '', true)")
        cursor.execute("SELECT set_config('roundhouse.account', '', true)")
        cursor.execute("UPDATE tasks SET status = 'paused' WHERE task_id = %s", [task.pk])
    entry = task.history.last()
    assert entry is not None
    assert (entry.actor, entry.changed_by, entry.reason) == ("database:postgres", None, "")


def test_actor_and_reason_end_with_the_transaction(submit: Submit) -> None:
    task = submit()
    with acting("somebody", "because"):
        Task.objects.filter(pk=task.pk).update(status="paused")
    entry = task.history.last()
    assert entry is not None
    assert (entry.actor, entry.reason) == ("somebody", "because")


def test_updated_at_is_kept_by_the_database(submit: Submit) -> None:
    task = submit()
    Task.objects.filter(pk=task.pk).update(updated_at=timezone.now() - timedelta(days=1), progress=3)
    task.refresh_from_db()
    assert timezone.now() - task.updated_at < timedelta(minutes=1)


def test_history_ids_made_by_the_database_are_version_7_and_sort_by_time(submit: Submit) -> None:
    task = submit()
    for status in ("paused", "pending", "paused", "pending"):
        Task.objects.filter(pk=task.pk).update(status=status)
    ids = [entry.history_id for entry in task.history.all()]
    assert {made.version for made in ids} == {7}
    assert ids == sorted(ids)
