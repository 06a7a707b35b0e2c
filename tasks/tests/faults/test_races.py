"""Things that happen in the same millisecond, and clocks that disagree."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Account
from config.common.ids import uuid7
from projects.models import Project
from tasks.models import Task
from tasks.registry import Outcome
from tasks.services import IllegalTransition, cancel_task, sweep
from tasks.services.running import Claim, claim_task, finish_task
from tasks.services.workers import register_worker
from tasks.tests.conftest import Submit, WorkerFactory, all_ended, eventually, insert_tasks, status_of
from tasks.tests.faults.invariants import assert_invariants, broken_histories, starts

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

WORKER = uuid7()


def together(*actions: Callable[[], object]) -> None:
    """Run the actions at the same moment in threads with connections of their own."""
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> None:
        try:
            barrier.wait()
            action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        for future in [pool.submit(run, action) for action in actions]:
            future.result()


def claims_of(tasks: list[Task]) -> list[Claim]:
    """Put the rows in_queue and claim them all."""
    register_worker(worker_id=WORKER, profile="light", queues=["default"], concurrency=1)
    Task.objects.filter(pk__in=[task.pk for task in tasks]).update(status="in_queue", enqueued_at=Now())
    claims = [claim_task(task_id=task.pk, worker_id=WORKER) for task in tasks]
    return [claim for claim in claims if claim is not None]


def test_cancel_racing_completion_a_thousand_times_ends_each_task_once(project: Project, owner: Account) -> None:
    claims = claims_of(insert_tasks(1_000, project))

    def finish_all() -> None:
        for claim in claims:
            assert finish_task(claim=claim, outcome=Outcome({}))

    def cancel_all() -> None:
        for claim in claims:
            try:
                cancel_task(task_id=claim.task_id, actor=owner)
            except IllegalTransition:
                continue

    together(finish_all, cancel_all)
    assert set(Task.objects.values_list("status", flat=True)) == {"completed"}
    assert broken_histories() == 0
    assert starts() == 1_000


def test_siblings_finishing_in_the_same_millisecond_unblock_the_next_step_500_times(project: Project) -> None:
    parents = insert_tasks(500, project, task_type="tasks.chain", pending_deps=1)
    children = [
        insert_tasks(1, project, parent_task=parent, execution_order=step, pending_deps=step)[0]
        for parent in parents
        for step in (0, 0, 1)
    ]
    claims = claims_of([child for child in children if child.execution_order == 0])
    left, right = claims[0::2], claims[1::2]

    def finish(mine: list[Claim]) -> None:
        for claim in mine:
            assert finish_task(claim=claim, outcome=Outcome({}))

    together(lambda: finish(left), lambda: finish(right))
    assert Task.objects.filter(execution_order=1, pending_deps=0).count() == 500
    assert Task.objects.filter(task_type="tasks.chain", pending_deps=1).count() == 500


def test_one_id_claimed_by_eight_threads_has_one_winner(project: Project) -> None:
    register_worker(worker_id=WORKER, profile="light", queues=["default"], concurrency=1)
    tasks = insert_tasks(20, project)
    Task.objects.update(status="in_queue", enqueued_at=Now())
    won: list[Claim | None] = []
    for task in tasks:
        together(*[lambda task=task: won.append(claim_task(task_id=task.pk, worker_id=WORKER))] * 8)
    assert len([claim for claim in won if claim]) == 20
    assert set(Task.objects.values_list("attempt", flat=True)) == {1}


def test_worker_whose_clock_is_an_hour_ahead_expires_nothing(
    start_worker: WorkerFactory, submit: Submit, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import time\nreal = time.time\ntime.time = lambda: real() + 3600\n")
    start_worker("--concurrency", "1", PYTHONPATH=str(tmp_path))
    task = submit("test.wait", {"seconds": 2.0}, deadline=timezone.now() + timedelta(minutes=5))
    eventually(all_ended)
    task.refresh_from_db()
    assert (task.status, task.attempt, task.crash_count) == ("completed", 1, 0)
    assert task.completed_at is not None
    assert abs((task.completed_at - timezone.now()).total_seconds()) < 60
    assert_invariants([task])


def test_deadline_passes_while_waiting_retrying_and_running(start_worker: WorkerFactory, submit: Submit) -> None:
    start_worker("--concurrency", "2")
    soon = timezone.now() + timedelta(seconds=2)
    running = submit("test.wait", {"seconds": 600}, deadline=soon)
    retrying = submit("test.fail", {"retryable": True}, deadline=soon, max_retries=20)
    waiting = submit("test.heavy", {"seconds": 0}, deadline=soon)
    eventually(all_ended)
    for task in (running, retrying, waiting):
        task.refresh_from_db()
        assert (task.status, task.error_code) == ("failed", "deadline_exceeded"), task.task_type


def test_two_sweepers_at_once_rescue_each_lease_once(project: Project) -> None:
    claims_of(insert_tasks(50, project))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE tasks SET lease_expires_at = clock_timestamp() - interval '1 second'")
    together(sweep, sweep)
    assert set(Task.objects.values_list("crash_count", "retry_count")) == {(1, 1)}


def test_completed_beats_a_late_pause(submit: Submit, start_worker: WorkerFactory) -> None:
    start_worker("--concurrency", "1")
    task = submit()
    eventually(all_ended)
    with pytest.raises(IllegalTransition):
        cancel_task(task_id=task.pk, actor=None)
    assert status_of(task) == "completed"
