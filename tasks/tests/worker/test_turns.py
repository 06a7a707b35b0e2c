"""A process goes on with what waits in the queue of the task that it has just ended."""

import time
from typing import Any

import pytest

from config.common.ids import uuid7
from config.common.redis import redis_client
from projects.models import Project
from tasks.models import Task
from tasks.services.dispatch import dispatch_queue
from tasks.tests.conftest import insert_tasks
from tasks.tests.faults.invariants import starts
from tasks.worker import runner
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test inherits another one's pause after an empty refill."""
    monkeypatch.setattr(runner, "_next_refill", {})


def take_turn(keeper: LeaseKeeper, task: Task) -> None:
    """As if Celery had delivered the id of this task."""
    run_tasks(task_id=task.pk, queue_name="default", keeper=keeper)


def dispatched(count: int, project: Project) -> list[Task]:
    """So many tasks in_queue, the first of them taken from the broker already."""
    tasks = insert_tasks(count, project)
    dispatch_queue(queue_name="default")
    redis_client().rpop("default")
    return tasks


def completed() -> int:
    """How many have run."""
    return Task.objects.filter(status="completed").count()


def test_turn_runs_everything_that_waits(keeper: LeaseKeeper, project: Project) -> None:
    first, *_others = dispatched(5, project)
    take_turn(keeper, first)
    assert (completed(), redis_client().llen("default")) == (5, 0)


def test_turn_refills_the_window_until_nothing_is_pending(keeper: LeaseKeeper, project: Project, settings: Any) -> None:
    settings.TASK_QUEUE_WINDOW = 3
    first, *_others = dispatched(10, project)
    take_turn(keeper, first)
    assert (completed(), starts()) == (10, 10)


def test_turn_does_not_refill_a_window_that_is_full_enough(
    keeper: LeaseKeeper, project: Project, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_QUEUE_WINDOW = 8
    first, *_others = dispatched(8, project)
    insert_tasks(1, project)
    monkeypatch.setattr(runner, "TURN_SECONDS", 3600.0)
    refills: list[int] = []

    def refill(queue_name: str) -> int:
        refills.append(int(redis_client().llen(queue_name)))
        return 0

    monkeypatch.setattr(runner, "_refill", refill)
    take_turn(keeper, first)
    # Asked with one message left, with none left, and when there was nothing to take.
    assert refills == [1, 0, 0]


def test_turn_of_a_heavy_process_is_one_task(keeper: LeaseKeeper, project: Project) -> None:
    keeper.profile = "heavy"
    first, *_others = dispatched(3, project)
    take_turn(keeper, first)
    assert (completed(), redis_client().llen("default")) == (1, 2)


def test_turn_ends_when_the_shutdown_begins(keeper: LeaseKeeper, project: Project) -> None:
    first, *_others = dispatched(3, project)
    keeper.draining_since = time.monotonic()
    take_turn(keeper, first)
    assert (completed(), redis_client().llen("default")) == (1, 2)


def test_turn_ends_when_its_time_is_over(
    keeper: LeaseKeeper, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "TURN_SECONDS", 0.0)
    first, *_others = dispatched(3, project)
    take_turn(keeper, first)
    assert (completed(), redis_client().llen("default")) == (1, 2)


def test_last_task_of_a_turn_lets_the_next_rows_into_the_queue(
    keeper: LeaseKeeper, project: Project, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_QUEUE_WINDOW = 1
    monkeypatch.setattr(runner, "TURN_SECONDS", 0.0)
    first, *_others = dispatched(2, project)
    take_turn(keeper, first)
    assert (completed(), Task.objects.filter(status="in_queue").count()) == (1, 1)


def test_duplicate_in_between_is_forgotten_and_the_turn_goes_on(keeper: LeaseKeeper, project: Project) -> None:
    first, *_others = dispatched(3, project)
    runner.run_task(task_id=first.pk, keeper=keeper)
    take_turn(keeper, first)
    assert (completed(), starts()) == (3, 3)


def test_unknown_id_begins_no_endless_turn(keeper: LeaseKeeper) -> None:
    run_tasks(task_id=uuid7(), queue_name="default", keeper=keeper)
    assert not Task.objects.exists()
