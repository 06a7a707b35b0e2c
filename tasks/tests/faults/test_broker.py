"""A broker that is wiped, restarted, frozen, repeats itself, or forgets a worker."""

import os
import signal
import time
from uuid import UUID

import pytest
from celery import current_app
from django.conf import settings
from django.db.models.functions import Now

from config.common.redis import redis_client
from projects.models import Project
from tasks.models import Task, Worker
from tasks.queue.publisher import publish
from tasks.services import sweep
from tasks.services.dispatch import dispatch_queue
from tasks.tests.conftest import (
    Submit,
    Supervisor,
    WorkerFactory,
    all_ended,
    eventually,
    insert_tasks,
    redis_server,
    status_of,
)
from tasks.tests.faults.invariants import assert_invariants, completed, starts

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


def test_flushall_with_a_backlog_loses_nothing(start_worker: WorkerFactory, project: Project) -> None:
    supervisor = Supervisor(start_worker, "--concurrency", "2")
    tasks = insert_tasks(60, project, task_type="test.wait", input_data={"seconds": 0.03})
    eventually(lambda: completed() >= 20)
    redis_client().flushall()
    eventually(supervisor.all_ended)
    assert completed() == 60
    assert_invariants(tasks)


def test_redis_restarted_empty_loses_nothing(start_worker: WorkerFactory, project: Project) -> None:
    supervisor = Supervisor(start_worker, "--concurrency", "2")
    tasks = insert_tasks(40, project, task_type="test.wait", input_data={"seconds": 0.03})
    eventually(lambda: completed() >= 10)
    redis_client().flushall()
    redis_server().stop(signal.SIGKILL)
    redis_server().start()
    eventually(supervisor.all_ended, within_seconds=60)
    assert completed() == 40
    assert_invariants(tasks)


def test_frozen_redis_holds_no_submitter_longer_than_two_seconds(submit: Submit, start_worker: WorkerFactory) -> None:
    supervisor = Supervisor(start_worker, "--concurrency", "2")
    server = redis_server()
    os.kill(server.pid, signal.SIGSTOP)
    try:
        tasks, waits = [], []
        for _ in range(3):
            began = time.monotonic()
            tasks.append(submit("test.echo"))
            waits.append(time.monotonic() - began)
        assert max(waits) < 2
    finally:
        os.kill(server.pid, signal.SIGCONT)
    assert Task.objects.count() == 3
    eventually(supervisor.all_ended, within_seconds=60)
    assert completed() == 3
    assert_invariants(tasks)


def test_death_between_commit_and_publish_is_made_good(
    submit: Submit, quick: None, start_worker: WorkerFactory
) -> None:
    task = submit()
    redis_client().flushall()  # exactly what is left when the process dies after the commit: a row, no message
    assert status_of(task) == "in_queue"
    start_worker()
    eventually(all_ended)
    task.refresh_from_db()
    assert (task.status, task.publish_count) == ("completed", 2)
    assert_invariants([task])


def test_each_id_delivered_five_times_to_three_workers_starts_once(
    start_worker: WorkerFactory, project: Project
) -> None:
    tasks = insert_tasks(40, project, task_type="test.wait", input_data={"seconds": 0.02})
    dispatch_queue(queue_name="default")
    rows = [(task.pk, "default", 1) for task in tasks]
    assert [publish(rows) for _ in range(4)] == [40, 40, 40, 40]
    for _ in range(3):
        start_worker("--concurrency", "2")
    eventually(all_ended)
    assert (completed(), starts()) == (40, 40)
    assert_invariants(tasks)


def test_ten_thousand_low_do_not_delay_ten_high(start_worker: WorkerFactory, project: Project) -> None:
    insert_tasks(10_000, project, priority=1)
    start_worker("--concurrency", "2")
    eventually(lambda: completed() >= 20)
    high = insert_tasks(10, project, priority=9)
    arrived_at = Task.objects.get(pk=high[0].pk).created_at
    ids = [task.pk for task in high]
    eventually(lambda: not Task.objects.filter(pk__in=ids).exclude(status="completed").exists(), within_seconds=30)
    last = Task.objects.filter(pk__in=ids).latest("started_at").started_at
    low_between = Task.objects.filter(priority=1, started_at__gt=arrived_at, started_at__lt=last).count()
    # What was already in the queue's window, and the windows refilled before our rows were seen.
    assert low_between <= 5 * settings.TASK_QUEUE_WINDOW


def test_two_sweepers_dispatch_each_row_once(project: Project, submit: Submit) -> None:
    tasks = insert_tasks(30, project)
    first, second = sweep(), sweep()
    assert (first.dispatched, second.dispatched) == (30, 0)
    assert set(Task.objects.values_list("publish_count", flat=True)) == {1}
    assert len(tasks) == 30


def test_message_of_a_rolled_back_task_runs_nothing(start_worker: WorkerFactory, submit: Submit) -> None:
    start_worker("--concurrency", "1")
    ghost = UUID("01900000-0000-7000-8000-000000000000")
    current_app.send_task("tasks.run", (str(ghost),), queue="default")
    task = submit()
    eventually(all_ended)
    assert (status_of(task), starts()) == ("completed", 1)


def test_deaf_worker_ends_itself_to_be_restarted(start_worker: WorkerFactory, project: Project) -> None:
    worker = start_worker("--concurrency", "1", TASK_DEAF_SECONDS="2")
    # What a worker sees whose connection went deaf: the row waits in_queue, and no message ever arrives.
    [task] = insert_tasks(1, project)
    Task.objects.filter(pk=task.pk).update(status="in_queue", enqueued_at=Now())
    assert worker.wait(20) == 75
    start_worker("--concurrency", "1")
    eventually(all_ended)
    assert (status_of(task), starts()) == ("completed", 1)
    assert Worker.objects.get(stop_reason__startswith="deaf").stopped_at is not None
