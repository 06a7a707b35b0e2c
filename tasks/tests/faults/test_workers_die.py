"""Workers that are killed, frozen, stopped or poisoned."""

import os
import signal

import psutil
import pytest

from projects.models import Project
from tasks.models import Task
from tasks.services import cancel_task
from tasks.tests.conftest import Submit, WorkerFactory, all_ended, eventually, insert_tasks, kill_group, status_of
from tasks.tests.faults.invariants import assert_invariants, completed, starts

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


def test_worker_killed_at_a_third_loses_nothing(start_worker: WorkerFactory, project: Project) -> None:
    first = start_worker("--concurrency", "4")
    tasks = insert_tasks(60, project, task_type="test.wait", input_data={"seconds": 0.05})
    eventually(lambda: completed() >= 20)
    kill_group(first)
    start_worker("--concurrency", "4")
    eventually(all_ended)
    assert completed() == 60
    assert_invariants(tasks, in_flight=4)


def test_killed_prefork_child_is_replaced_and_its_task_rescued(start_worker: WorkerFactory, project: Project) -> None:
    worker = start_worker("--pool", "prefork", "--concurrency", "2")
    tasks = insert_tasks(20, project, task_type="test.wait", input_data={"seconds": 0.2})
    eventually(lambda: completed() >= 3)
    os.kill(psutil.Process(worker.pid).children()[-1].pid, signal.SIGKILL)
    eventually(all_ended)
    assert completed() == 20
    assert_invariants(tasks, in_flight=2)


def test_sigterm_gives_long_tasks_back_without_burning_a_retry(start_worker: WorkerFactory, submit: Submit) -> None:
    worker = start_worker("--concurrency", "2")
    long, short = submit("test.wait", {"seconds": 600}), submit("test.wait", {"seconds": 0.4})
    eventually(lambda: status_of(long) == status_of(short) == "processing")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    long.refresh_from_db()
    assert (long.attempt, long.retry_count, long.crash_count) == (1, 0, 0)
    assert long.history.filter(status_from="processing").get().status_to == "pending"
    assert status_of(short) == "completed"


def test_sigterm_reaches_the_children_of_a_prefork_worker(start_worker: WorkerFactory, submit: Submit) -> None:
    worker = start_worker("--pool", "prefork", "--concurrency", "2")
    long, short = submit("test.wait", {"seconds": 600}), submit("test.wait", {"seconds": 0.4})
    eventually(lambda: status_of(long) == status_of(short) == "processing")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 0
    long.refresh_from_db()
    assert (long.attempt, long.retry_count, long.crash_count, long.error_code) == (1, 0, 0, "")
    assert long.history.filter(status_from="processing").get().status_to == "pending"
    assert status_of(short) == "completed"


def test_sigterm_takes_the_row_from_a_handler_that_does_not_listen(start_worker: WorkerFactory, submit: Submit) -> None:
    worker = start_worker("--concurrency", "1")
    task = submit("test.wait", {"seconds": 600, "cooperative": False})
    eventually(lambda: status_of(task) == "processing")
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(20) == 75
    task.refresh_from_db()
    assert (task.status, task.retry_count, task.crash_count) == ("pending", 0, 0)


def test_zombie_past_its_lease_writes_nothing(start_worker: WorkerFactory, submit: Submit) -> None:
    zombie = start_worker("--concurrency", "1")
    task = submit("test.wait", {"seconds": 2.5, "cooperative": False})
    eventually(lambda: status_of(task) == "processing")
    kill_group(zombie, signal.SIGSTOP)
    start_worker("--concurrency", "1")
    eventually(lambda: Task.objects.get(pk=task.pk).attempt == 2)
    kill_group(zombie, signal.SIGCONT)
    eventually(all_ended)
    task.refresh_from_db()
    winner = task.output_data
    eventually(lambda: _idle(zombie.pid), sweeping=False)
    task.refresh_from_db()
    assert (task.status, task.attempt, task.output_data) == ("completed", 2, winner)
    assert_invariants([task], in_flight=1)


def _idle(pid: int) -> bool:
    """The zombie has had time to finish its work: it used no processor for a while."""
    process = psutil.Process(pid)
    return process.cpu_percent(interval=0.5) < 20


def test_poison_task_ends_after_three_crashes_and_spares_the_others(
    start_worker: WorkerFactory, submit: Submit, project: Project
) -> None:
    start_worker("--pool", "prefork", "--concurrency", "2")
    poison = submit("test.kill")
    good = insert_tasks(10, project)
    eventually(all_ended, within_seconds=60)
    poison.refresh_from_db()
    assert (poison.status, poison.error_code, poison.crash_count) == ("failed", "poison", 3)
    assert completed() == 10
    assert_invariants([poison, *good], in_flight=4)


def test_heavy_worker_that_does_not_listen_is_terminated_after_the_grace(
    start_worker: WorkerFactory, submit: Submit
) -> None:
    worker = start_worker("--profile", "heavy")
    task = submit("test.heavy", {"seconds": 600, "cooperative": False})
    eventually(lambda: status_of(task) == "processing")
    cancel_task(task_id=task.pk, actor=None)
    eventually(lambda: status_of(task) == "cancelled")
    assert worker.wait(10) == 75
    assert starts() == 1
