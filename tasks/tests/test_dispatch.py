"""Dispatch: the window is exact, also when several processes dispatch at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Account
from config.common.redis import redis_client
from projects.models import Project
from tasks.models import Queue, Task
from tasks.queue import publisher
from tasks.services import pause_queue, resume_queue, sweep
from tasks.services.dispatch import dispatch_after_commit, dispatch_all, dispatch_queue
from tasks.tests.conftest import Submit, insert_tasks, status_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _closed_breaker(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test inherits another one's pause of the broker."""
    monkeypatch.setattr(publisher, "_closed_until", 0.0)


def in_queue(**fields: Any) -> int:
    """Rows that wait for a worker."""
    return Task.objects.filter(status="in_queue", **fields).count()


def at_once(count: int, action: Callable[[], object]) -> None:
    """Run the action in threads with connections of their own; an error of any thread fails the test."""
    barrier = threading.Barrier(count)

    def run() -> None:
        barrier.wait(5)
        try:
            action()
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        for future in [pool.submit(run) for _ in range(count)]:
            future.result(10)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("threads", [2, 6])
def test_threads_that_dispatch_at_once_never_pass_the_window(project: Project, settings: Any, threads: int) -> None:
    settings.TASK_QUEUE_WINDOW = 5
    insert_tasks(40, project)
    at_once(threads, lambda: dispatch_queue(queue_name="default"))
    assert (in_queue(), redis_client().llen("default")) == (5, 5)


@pytest.mark.django_db(transaction=True)
def test_window_refills_by_what_left_it_and_not_more(project: Project, settings: Any) -> None:
    settings.TASK_QUEUE_WINDOW = 4
    insert_tasks(10, project)
    dispatch_queue(queue_name="default")
    gone = list(Task.objects.filter(status="in_queue").values_list("pk", flat=True)[:3])
    Task.objects.filter(pk__in=gone).update(status="cancelled", enqueued_at=None, completed_at=timezone.now())
    assert dispatch_queue(queue_name="default") == 3
    assert in_queue() == 4


@pytest.mark.django_db(transaction=True)
def test_queues_have_windows_of_their_own(project: Project, settings: Any) -> None:
    settings.TASK_QUEUE_WINDOW = 3
    insert_tasks(5, project)
    insert_tasks(5, project, task_type="test.heavy", queue_name="heavy")
    assert dispatch_all(queue_names=["default", "heavy"]) == 6
    assert (in_queue(queue_name="default"), in_queue(queue_name="heavy")) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_message_is_pushed_after_the_commit_and_never_before(project: Project) -> None:
    [task] = insert_tasks(1, project)
    with transaction.atomic():
        assert dispatch_queue(queue_name="default") == 1
        assert redis_client().llen("default") == 0
    assert (redis_client().llen("default"), status_of(task)) == (1, "in_queue")


@pytest.mark.django_db(transaction=True)
def test_rolled_back_dispatch_pushes_nothing(project: Project) -> None:
    [task] = insert_tasks(1, project)
    with transaction.atomic():
        dispatch_queue(queue_name="default")
        transaction.set_rollback(True)
    assert (redis_client().llen("default"), status_of(task)) == (0, "pending")


@pytest.mark.django_db(transaction=True)
def test_row_locked_by_a_person_is_left_out_and_comes_next_time(project: Project) -> None:
    locked, free = insert_tasks(2, project)
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Task.objects.select_for_update().get(pk=locked.pk)
            held.set()
            done.wait(5)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(5)
    assert dispatch_queue(queue_name="default") == 1
    assert (status_of(free), status_of(locked)) == ("in_queue", "pending")
    done.set()
    thread.join(5)
    assert dispatch_queue(queue_name="default") == 1


def test_window_of_zero_dispatches_nothing(project: Project) -> None:
    Queue.objects.filter(queue_name="default").update(window=0)
    insert_tasks(2, project)
    assert dispatch_queue(queue_name="default") == 0


def test_window_that_shrank_below_what_waits_is_no_error(project: Project) -> None:
    insert_tasks(5, project)
    dispatch_queue(queue_name="default")
    Queue.objects.filter(queue_name="default").update(window=2)
    insert_tasks(1, project)
    assert dispatch_queue(queue_name="default") == 0
    assert in_queue() == 5


def test_task_that_waits_for_its_children_is_not_dispatched(project: Project) -> None:
    [task] = insert_tasks(1, project, pending_deps=1)
    assert dispatch_queue(queue_name="default") == 0
    assert status_of(task) == "pending"


@pytest.mark.parametrize(("seconds", "moved"), [(-0.001, 0), (60, 1)])
def test_passed_deadline_keeps_a_row_out_of_the_queue(project: Project, seconds: float, moved: int) -> None:
    insert_tasks(1, project, deadline=timezone.now() + timedelta(seconds=seconds))
    assert dispatch_queue(queue_name="default") == moved


@pytest.mark.parametrize("status", ["paused", "cancelled", "failed"])
def test_row_that_is_not_pending_is_never_dispatched(submit: Submit, status: str) -> None:
    task = submit()
    ended = None if status == "paused" else timezone.now()
    Task.objects.filter(pk=task.pk).update(status=status, completed_at=ended)
    assert dispatch_queue(queue_name="default") == 0
    assert status_of(task) == status


def test_pause_in_the_middle_of_a_backlog_stops_the_refill(project: Project, staff: Account, settings: Any) -> None:
    settings.TASK_QUEUE_WINDOW = 2
    insert_tasks(6, project)
    assert dispatch_queue(queue_name="default") == 2
    pause_queue(queue_name="default", actor=staff)
    Task.objects.filter(status="in_queue").update(status="pending", enqueued_at=None)
    assert (dispatch_queue(queue_name="default"), sweep().dispatched) == (0, 0)
    resume_queue(queue_name="default", actor=staff)
    assert dispatch_queue(queue_name="default") == 2


def test_paused_queue_does_not_hold_the_others(project: Project, staff: Account) -> None:
    pause_queue(queue_name="default", actor=staff)
    insert_tasks(1, project)
    insert_tasks(1, project, task_type="test.heavy", queue_name="heavy")
    assert dispatch_all(queue_names=["default", "heavy"]) == 1
    assert in_queue(queue_name="heavy") == 1


def test_paused_queue_republishes_nothing(project: Project, staff: Account) -> None:
    [task] = insert_tasks(1, project)
    sweep()
    pause_queue(queue_name="default", actor=staff)
    Task.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - timedelta(hours=1))
    assert sweep().republished == 0


@pytest.mark.django_db(transaction=True)
def test_name_given_twice_is_dispatched_once_after_the_commit(project: Project, settings: Any) -> None:
    settings.TASK_QUEUE_WINDOW = 1
    insert_tasks(3, project)
    with transaction.atomic():
        dispatch_after_commit("default", "default")
        assert in_queue() == 0
    assert in_queue() == 1


@pytest.mark.django_db(transaction=True)
def test_failing_dispatch_after_the_commit_does_not_undo_the_submission(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*, queue_name: str) -> int:
        raise RuntimeError(queue_name)

    monkeypatch.setattr("tasks.services.dispatch.dispatch_queue", broken)
    task = submit()
    monkeypatch.undo()
    assert status_of(task) == "pending"
    assert sweep().dispatched == 1


@pytest.mark.django_db(transaction=True)
def test_broker_that_is_away_leaves_the_rows_in_queue_for_the_sweeper(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    [task] = insert_tasks(1, project)
    with monkeypatch.context() as patch:
        patch.setattr(publisher, "_closed_until", float("inf"))
        assert dispatch_queue(queue_name="default") == 1
    assert (status_of(task), redis_client().llen("default")) == ("in_queue", 0)
    Task.objects.filter(pk=task.pk).update(enqueued_at=timezone.now() - timedelta(seconds=11))
    assert sweep().republished == 1
    assert redis_client().llen("default") == 1
