"""The sweeper's batches, one by one."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from accounts.models import Account, UsageReservation
from projects.models import Project
from tasks.models import Queue, Task
from tasks.services import pause_queue, release_orphans, resume_queue, sweep
from tasks.services.running import claim_task
from tasks.tests.conftest import Submit, insert_tasks, status_of
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db


def claim_and_expire(task: Task, keeper: LeaseKeeper) -> None:
    """Claim the task and let its lease run out."""
    sweep()
    assert claim_task(task_id=task.pk, worker_id=keeper.worker_id) is not None
    Task.objects.filter(pk=task.pk).update(lease_expires_at=timezone.now() - timedelta(seconds=1))


def test_window_bounds_what_is_in_queue(project: Project, settings: Any) -> None:
    settings.TASK_QUEUE_WINDOW = 5
    insert_tasks(12, project)
    assert (sweep().dispatched, sweep().dispatched) == (5, 0)
    assert Task.objects.filter(status="in_queue").count() == 5


def test_dispatch_is_recorded_as_the_dispatchers(submit: Submit) -> None:
    task = submit()
    sweep()
    assert list(task.history.values_list("status_to", "actor")) == [("pending", "owner"), ("in_queue", "dispatcher")]


def test_window_of_a_queue_overrides_the_setting(project: Project) -> None:
    Queue.objects.filter(queue_name="default").update(window=2)
    insert_tasks(3, project)
    assert sweep().dispatched == 2


def test_best_priority_goes_first_then_age(project: Project, settings: Any) -> None:
    settings.TASK_QUEUE_WINDOW = 2
    old, _younger = insert_tasks(2, project, priority=1)
    [high] = insert_tasks(1, project, priority=9)
    sweep()
    assert set(Task.objects.filter(status="in_queue").values_list("pk", flat=True)) == {high.pk, old.pk}


def test_paused_queue_dispatches_nothing_until_resumed(project: Project, staff: Account) -> None:
    pause_queue(queue_name="default", actor=staff, reason="maintenance")
    insert_tasks(1, project)
    assert sweep().dispatched == 0
    queue = resume_queue(queue_name="default", actor=staff)
    assert (queue.is_paused, queue.paused_reason) == (False, "")
    assert sweep().dispatched == 1


def test_expired_lease_counts_as_a_crash_and_is_retried(submit: Submit, keeper: LeaseKeeper) -> None:
    task = submit()
    claim_and_expire(task, keeper)
    assert sweep().rescued == 1
    task.refresh_from_db()
    assert (task.crash_count, task.retry_count, task.error_code) == (1, 1, "worker_lost")
    assert task.history.filter(actor="sweeper", status_to="retrying").count() == 1


def test_cancel_beats_retry_at_the_rescue(submit: Submit, keeper: LeaseKeeper) -> None:
    task = submit("test.metered", {"characters": 3})
    claim_and_expire(task, keeper)
    Task.objects.filter(pk=task.pk).update(cancel_requested_at=timezone.now())
    sweep()
    assert status_of(task) == "cancelled"
    assert not UsageReservation.objects.exists()


def test_third_crash_is_poison_whatever_max_retries_says(submit: Submit, keeper: LeaseKeeper) -> None:
    task = submit(max_retries=20)
    Task.objects.filter(pk=task.pk).update(crash_count=2)
    claim_and_expire(task, keeper)
    sweep()
    task.refresh_from_db()
    assert (task.status, task.error_code, task.crash_count) == ("failed", "poison", 3)


def test_deadline_of_a_waiting_task_ends_it(submit: Submit) -> None:
    task = submit("test.metered", {"characters": 3})
    Task.objects.filter(pk=task.pk).update(deadline=timezone.now() - timedelta(seconds=1))
    assert sweep().expired == 1
    task.refresh_from_db()
    assert (task.status, task.error_code) == ("failed", "deadline_exceeded")
    assert not UsageReservation.objects.exists()


def test_forgotten_message_is_pushed_again_ever_more_patiently(submit: Submit) -> None:
    task = submit()
    sweep()
    for seconds, expected in [(11, 1), (11, 0), (21, 1)]:
        Task.objects.filter(pk=task.pk).update(enqueued_at=F("enqueued_at") - timedelta(seconds=seconds))
        assert sweep().republished == expected
    task.refresh_from_db()
    assert task.publish_count == 3


def test_quota_of_a_task_ended_from_psql_is_given_back(submit: Submit) -> None:
    task, kept = submit("test.metered", {"characters": 3}), submit("test.metered", {"characters": 4})
    ended_at = timezone.now() - timedelta(minutes=2)
    Task.objects.filter(pk=task.pk).update(status="cancelled", completed_at=ended_at)
    assert (release_orphans(), release_orphans()) == (1, 0)
    assert UsageReservation.objects.get().reservation_id == kept.pk


def test_idle_sweep_moves_nothing(project: Project) -> None:
    swept = sweep()
    assert (swept.rescued, swept.expired, swept.due, swept.dispatched, swept.republished) == (0, 0, 0, 0, 0)
