"""A process works off a backlog: the end of one task brings the next along, and none is lost or begun twice."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest

from config.common.redis import redis_client
from projects.models import Project
from tasks.models import Task, TaskHistory
from tasks.queue.taker import take
from tasks.services import submit_task, sweep
from tasks.services.dispatch import dispatch_queue
from tasks.services.running import Claim, claim_task, finish_and_claim
from tasks.tests.conftest import insert_tasks, status_of
from tasks.tests.faults.invariants import broken_histories, starts
from tasks.worker import runner
from tasks.worker.announcer import Announcer
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _long_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A turn that ends when the work does, on a machine of any speed."""
    monkeypatch.setattr(runner, "_next_refill", {})
    monkeypatch.setattr(runner, "TURN_SECONDS", 3600.0)


@pytest.fixture
def claims(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """Ids that were claimed by a statement of their own."""
    alone: list[UUID] = []

    def claim(*, task_id: UUID, worker_id: UUID) -> Claim | None:
        alone.append(task_id)
        return claim_task(task_id=task_id, worker_id=worker_id)

    monkeypatch.setattr(runner, "claim_task", claim)
    return alone


def work_off(keeper: LeaseKeeper) -> None:
    """Dispatch, take the first id as Celery would, and run for one turn."""
    dispatch_queue(queue_name="default")
    first = take("default").task_id
    assert first is not None
    run_tasks(task_id=first, queue_name="default", keeper=keeper)


def ends() -> list[tuple[str, int, int]]:
    """State, attempt and crashes of each task, the oldest first."""
    return list(Task.objects.order_by("task_id").values_list("status", "attempt", "crash_count"))


def test_backlog_runs_every_task_once_and_in_one_attempt(
    keeper: LeaseKeeper, project: Project, claims: list[UUID], settings: Any
) -> None:
    settings.TASK_QUEUE_WINDOW = 16
    tasks = insert_tasks(60, project)
    work_off(keeper)
    assert ends() == [("completed", 1, 0)] * 60
    assert (starts(), TaskHistory.objects.count(), broken_histories()) == (60, 240, 0)
    assert not Task.objects.exclude(assigned_worker_id=keeper.worker_id).exists()
    assert redis_client().llen("default") == 0
    assert (claims, keeper.running()) == ([tasks[0].pk], [])


def test_each_task_of_a_backlog_gets_its_own_input_and_output(keeper: LeaseKeeper, project: Project) -> None:
    tasks = [insert_tasks(1, project, input_data={"number": number})[0] for number in range(12)]
    work_off(keeper)
    outputs = Task.objects.in_bulk([task.pk for task in tasks])
    assert [outputs[task.pk].output_data for task in tasks] == [{"echo": {"number": n}} for n in range(12)]


def test_tasks_that_fail_or_end_alone_do_not_stop_the_backlog(
    keeper: LeaseKeeper, project: Project, claims: list[UUID]
) -> None:
    kind, three = "test.metered", {"characters": 3}
    metered = submit_task(user=project.user, project=project, task_type=kind, input_data=three)
    kinds = [("test.echo", {}), ("test.fail", {}), ("test.fail", {"bug": True}), ("test.echo", {"engines": ["a"]})]
    made = [insert_tasks(1, project, task_type=kind, input_data=given)[0] for kind, given in kinds]
    rows = [metered, *made, *insert_tasks(2, project)]
    sweep()
    run_tasks(task_id=rows[0].pk, queue_name="default", keeper=keeper)
    assert [status_of(row) for row in rows] == [
        "completed", "completed", "failed", "failed", "completed", "completed", "completed",
    ]  # fmt: skip
    assert (starts(), broken_histories()) == (7, 0)


def test_duplicates_in_a_backlog_are_forgotten(keeper: LeaseKeeper, project: Project, claims: list[UUID]) -> None:
    tasks = insert_tasks(4, project)
    dispatch_queue(queue_name="default")
    redis_client().lpush("default", *redis_client().lrange("default", 0, -1))
    run_tasks(task_id=tasks[0].pk, queue_name="default", keeper=keeper)
    assert ends() == [("completed", 1, 0)] * 4
    assert starts() == 4


def test_task_that_was_cancelled_while_it_waited_is_passed_over(
    keeper: LeaseKeeper, project: Project, claims: list[UUID]
) -> None:
    first, cancelled, last = insert_tasks(3, project)
    dispatch_queue(queue_name="default")
    Task.objects.filter(pk=cancelled.pk).update(cancel_requested_at=first.created_at or cancelled.created_at)
    assert take("default").task_id == first.pk
    run_tasks(task_id=first.pk, queue_name="default", keeper=keeper)
    assert [status_of(task) for task in (first, cancelled, last)] == ["completed", "in_queue", "completed"]
    # It was asked for along with an end, then by itself, and then the turn went on.
    assert claims == [first.pk, cancelled.pk, last.pk]


def test_task_that_came_along_is_announced_as_any_other(
    keeper: LeaseKeeper, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []

    def send(frames: Sequence[tuple[UUID | str, Any]]) -> None:
        sent.extend((frame["task_id"], frame["status"]) for _user, frame in frames)

    announcer = Announcer(send)
    monkeypatch.setattr(runner, "announcer", lambda: announcer)
    tasks = insert_tasks(3, project)
    work_off(keeper)
    assert sent == [(str(task.pk), status) for task in tasks for status in ("processing", "completed")]


def test_stale_task_brings_the_next_one_along(
    keeper: LeaseKeeper, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, following = insert_tasks(2, project)

    def too_late(*, claim: Claim, outcome: Any, next_task_id: UUID | None) -> tuple[bool, Claim | None]:
        if claim.task_id == lost.pk:
            Task.objects.filter(pk=lost.pk).update(attempt=9)
        return finish_and_claim(claim=claim, outcome=outcome, next_task_id=next_task_id)

    monkeypatch.setattr(runner, "finish_and_claim", too_late)
    work_off(keeper)
    assert [(status_of(task), starts()) for task in (lost, following)] == [("processing", 2), ("completed", 2)]


def test_turn_that_is_over_brings_nothing_along(
    keeper: LeaseKeeper, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "TURN_SECONDS", 0.0)
    first, waiting = insert_tasks(2, project)
    work_off(keeper)
    assert [status_of(task) for task in (first, waiting)] == ["completed", "in_queue"]
    assert redis_client().llen("default") == 1


def test_message_that_nobody_can_read_does_not_spoil_the_task_before_it(keeper: LeaseKeeper, project: Project) -> None:
    [task] = insert_tasks(1, project)
    dispatch_queue(queue_name="default")
    redis_client().lpush("default", b"no json")
    assert take("default").task_id == task.pk
    with suppress(ValueError):
        run_tasks(task_id=task.pk, queue_name="default", keeper=keeper)
    task.refresh_from_db()
    assert (task.status, task.error_code) == ("completed", "")
