"""Cancel, pause, resume and retry, by people."""

from collections.abc import Callable

import pytest
from django.db.models.functions import Now

from accounts.models import Account, UsageReservation
from config.common.ids import uuid7
from tasks.models import Task
from tasks.services import (
    IllegalTransition,
    TaskNotFound,
    cancel_task,
    pause_task,
    resume_task,
    retry_task,
)
from tasks.tests.conftest import Submit

pytestmark = pytest.mark.django_db

Run = Callable[[Task], str]


def test_waiting_task_is_cancelled_at_once(submit: Submit, owner: Account) -> None:
    task = cancel_task(task_id=submit().pk, actor=owner, reason="changed my mind")
    assert task.status == "cancelled"
    assert task.completed_at is not None
    entry = task.history.last()
    assert entry is not None
    assert (entry.actor, entry.changed_by, entry.reason) == ("owner", owner.pk, "changed my mind")


def test_cancelling_twice_changes_nothing(submit: Submit, owner: Account) -> None:
    task = submit()
    cancel_task(task_id=task.pk, actor=owner)
    entries = task.history.count()
    assert cancel_task(task_id=task.pk, actor=owner).status == "cancelled"
    assert task.history.count() == entries


def test_completed_task_cannot_be_cancelled(submit: Submit, run: Run, owner: Account) -> None:
    task = submit()
    assert run(task) == "completed"
    with pytest.raises(IllegalTransition):
        cancel_task(task_id=task.pk, actor=owner)
    task.refresh_from_db()
    assert (task.status, task.cancel_requested_at) == ("completed", None)


def test_cancel_gives_the_reserved_quota_back(submit: Submit, owner: Account) -> None:
    task = submit("test.metered", {"characters": 10})
    cancel_task(task_id=task.pk, actor=owner)
    assert not UsageReservation.objects.exists()


def test_cancel_of_a_parent_cancels_its_waiting_children(submit: Submit, owner: Account) -> None:
    step = {"task_type": "test.echo", "input_data": {}}
    parent = submit("tasks.chain", {"steps": [step, step]})
    cancel_task(task_id=parent.pk, actor=owner)
    assert set(parent.children.values_list("status", flat=True)) == {"cancelled"}


def test_unknown_task_is_not_found(owner: Account) -> None:
    for verb in (cancel_task, pause_task, resume_task, retry_task):
        with pytest.raises(TaskNotFound):
            verb(task_id=uuid7(), actor=owner)


def test_waiting_task_is_paused_and_resumed(submit: Submit, owner: Account) -> None:
    task = submit()
    assert pause_task(task_id=task.pk, actor=owner).status == "paused"
    assert resume_task(task_id=task.pk, actor=owner).status == "pending"


def test_running_task_is_only_asked_to_pause(submit: Submit, owner: Account) -> None:
    task = submit()
    Task.objects.filter(pk=task.pk).update(status="in_queue", enqueued_at=Now())
    Task.objects.filter(pk=task.pk).update(status="processing", enqueued_at=None, lease_expires_at=Now())
    paused = pause_task(task_id=task.pk, actor=owner)
    assert (paused.status, paused.pause_requested_at is not None) == ("processing", True)
    resumed = resume_task(task_id=task.pk, actor=owner)
    assert (resumed.status, resumed.pause_requested_at) == ("processing", None)


def test_task_that_is_not_paused_cannot_be_resumed(submit: Submit, owner: Account) -> None:
    task = submit()
    with pytest.raises(IllegalTransition):
        resume_task(task_id=task.pk, actor=owner)
    assert task.history.count() == 1


def test_failed_task_is_retried_as_a_new_attempt(submit: Submit, run: Run, owner: Account) -> None:
    task = submit("test.fail", {"until": 2})
    assert run(task) == "failed"
    retried = retry_task(task_id=task.pk, actor=owner, reason="try again")
    assert (retried.status, retried.attempt, retried.error_code, retried.completed_at) == ("pending", 1, "", None)
    assert run(task) == "completed"
    task.refresh_from_db()
    assert (task.attempt, task.output_data) == (2, {"attempt": 2})


def test_retry_reserves_the_quota_again(submit: Submit, owner: Account) -> None:
    task = submit("test.metered", {"characters": 10})
    cancel_task(task_id=task.pk, actor=owner)
    retry_task(task_id=task.pk, actor=owner)
    assert UsageReservation.objects.get().amounts == {"characters": 10}


def test_waiting_task_cannot_be_retried(submit: Submit, owner: Account) -> None:
    task = submit()
    with pytest.raises(IllegalTransition):
        retry_task(task_id=task.pk, actor=owner)
    assert task.history.count() == 1
