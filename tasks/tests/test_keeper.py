"""The lease keeper, ticked by hand."""

import time
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Account
from tasks.engines.errors import Cancelled, LeaseLost, Paused
from tasks.models import Task, Worker
from tasks.services import cancel_task, pause_task, sweep
from tasks.services.running import claim_task
from tasks.tests.conftest import Submit, worker_processes
from tasks.worker.context import Drained, RunningTask, StopReason
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(submit: Submit, keeper: LeaseKeeper) -> RunningTask:
    """A claimed task under the keeper's care."""
    task = submit()
    sweep()
    claim = claim_task(task_id=task.pk, worker_id=keeper.worker_id)
    assert claim is not None
    made = RunningTask(claim)
    keeper.add(made)
    return made


def tick(keeper: LeaseKeeper) -> None:
    """One round of the keeper's thread."""
    keeper._tick()


def test_beat_extends_the_lease_and_writes_progress(keeper: LeaseKeeper, running: RunningTask) -> None:
    before = Task.objects.get(pk=running.task_id).lease_expires_at
    running.report_progress(41.7, "half way")
    tick(keeper)
    task = Task.objects.get(pk=running.task_id)
    assert (task.progress, task.progress_message) == (41, "half way")
    assert before is not None
    assert task.lease_expires_at is not None
    assert task.lease_expires_at > before


def test_cancel_request_reaches_the_handler(keeper: LeaseKeeper, running: RunningTask, owner: Account) -> None:
    running.raise_if_cancelled()
    cancel_task(task_id=running.task_id, actor=owner)
    tick(keeper)
    with pytest.raises(Cancelled):
        running.raise_if_cancelled()


def test_pause_request_reaches_the_handler(keeper: LeaseKeeper, running: RunningTask, owner: Account) -> None:
    pause_task(task_id=running.task_id, actor=owner)
    tick(keeper)
    with pytest.raises(Paused):
        running.raise_if_cancelled()


def test_passed_deadline_stops_the_handler(keeper: LeaseKeeper, running: RunningTask) -> None:
    Task.objects.filter(pk=running.task_id).update(deadline=timezone.now())
    tick(keeper)
    assert running.stop_reason is StopReason.DEADLINE


def test_lost_lease_stops_the_handler(keeper: LeaseKeeper, running: RunningTask) -> None:
    Task.objects.filter(pk=running.task_id).update(attempt=2)
    tick(keeper)
    with pytest.raises(LeaseLost):
        running.raise_if_cancelled()


def test_lost_overrides_every_other_reason(running: RunningTask) -> None:
    running.stop(StopReason.PAUSE)
    running.stop(StopReason.CANCEL)
    with pytest.raises(Paused):
        running.raise_if_cancelled()
    running.stop(StopReason.LOST)
    with pytest.raises(LeaseLost):
        running.raise_if_cancelled()


def test_handler_that_ignores_a_cancel_loses_its_row(
    keeper: LeaseKeeper, running: RunningTask, owner: Account, settings: Any
) -> None:
    settings.TASK_CANCEL_GRACE_SECONDS = 0
    cancel_task(task_id=running.task_id, actor=owner)
    tick(keeper)
    assert Task.objects.get(pk=running.task_id).status == "cancelled"
    assert running.stop_reason is StopReason.LOST


def test_draining_gives_the_row_back(keeper: LeaseKeeper, running: RunningTask, settings: Any) -> None:
    settings.TASK_DRAIN_SECONDS = 0.0
    keeper.drain()
    keeper.draining_since = time.monotonic() - 1
    tick(keeper)
    with pytest.raises(Drained):
        running.raise_if_cancelled()
    task = Task.objects.get(pk=running.task_id)
    assert (task.status, task.retry_count, task.crash_count) == ("pending", 0, 0)


def test_worker_row_says_when_it_was_seen(keeper: LeaseKeeper) -> None:
    Worker.objects.filter(pk=keeper.worker_id).update(last_seen_at="2020-01-01T00:00:00Z")
    assert not Worker.objects.alive().exists()
    tick(keeper)
    assert Worker.objects.alive().get().pk == keeper.worker_id


def test_pruned_worker_row_is_made_again(keeper: LeaseKeeper) -> None:
    Worker.objects.all().delete()
    tick(keeper)
    assert Worker.objects.get().pk == keeper.worker_id


def test_stopped_worker_is_not_alive(keeper: LeaseKeeper) -> None:
    keeper.stop("stopped")
    worker = worker_processes().get()
    assert (worker.stop_reason, Worker.objects.alive().count()) == ("stopped", 0)


def test_progress_stays_between_0_and_100(running: RunningTask) -> None:
    running.report_progress(250)
    assert running.percent == 100
    running.report_progress(-3)
    assert running.percent == 0
