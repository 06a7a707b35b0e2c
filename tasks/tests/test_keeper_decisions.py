"""The lease keeper's decisions: drain, grace, deafness, and a database that goes away."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from django.db.utils import OperationalError
from django.utils import timezone

from accounts.models import Account
from projects.models import Project
from tasks.models import Task, Worker
from tasks.services import cancel_task, pause_queue, pause_task, sweep
from tasks.services.running import claim_task
from tasks.services.workers import oldest_waiting_seconds, register_worker, retire_worker, touch_worker
from tasks.tests.conftest import Submit, insert_tasks, status_of, worker_processes
from tasks.worker.context import RunningTask, StopReason
from tasks.worker.keeper import RESTART_EXIT_CODE, LeaseKeeper

pytestmark = pytest.mark.django_db


class Exits(list[int]):
    """Exit codes that a keeper asked for."""


@pytest.fixture
def exits(keeper: LeaseKeeper) -> Exits:
    """Records instead of ending this process."""
    asked = Exits()
    keeper.exit_process = asked.append
    return asked


@pytest.fixture
def running(submit: Submit, keeper: LeaseKeeper) -> RunningTask:
    """A claimed task under the keeper's care."""
    task = submit("test.metered", {"characters": 5})
    sweep()
    claim = claim_task(task_id=task.pk, worker_id=keeper.worker_id)
    assert claim is not None
    made = RunningTask(claim)
    keeper.add(made)
    return made


def row(running: RunningTask) -> Task:
    """Its present row."""
    return Task.objects.get(pk=running.task_id)


def wait_in_queue(project: Project, seconds: float, **fields: Any) -> Task:
    """A row whose message was pushed so long ago."""
    [task] = insert_tasks(1, project, **fields)
    long_ago = timezone.now() - timedelta(seconds=seconds)
    Task.objects.filter(pk=task.pk).update(status="in_queue", enqueued_at=long_ago)
    return task


def deaf_for(keeper: LeaseKeeper, seconds: float) -> bool:
    """Would the keeper call itself deaf after so long without a claim?"""
    now = time.monotonic()
    keeper.last_claim = now - seconds
    return keeper._is_deaf(now)


def test_idle_worker_with_an_old_message_is_deaf(keeper: LeaseKeeper, project: Project, settings: Any) -> None:
    settings.TASK_DEAF_SECONDS = 60.0
    wait_in_queue(project, seconds=30)
    assert deaf_for(keeper, 61) is True
    assert deaf_for(keeper, 59) is False


def test_young_message_proves_nothing(keeper: LeaseKeeper, project: Project, settings: Any) -> None:
    settings.TASK_DEAF_SECONDS = 60.0
    wait_in_queue(project, seconds=5)
    assert deaf_for(keeper, 3600) is False


def test_busy_worker_is_never_deaf(keeper: LeaseKeeper, running: RunningTask, project: Project, settings: Any) -> None:
    settings.TASK_DEAF_SECONDS = 60.0
    wait_in_queue(project, seconds=600)
    assert deaf_for(keeper, 3600) is False
    keeper.remove(running)
    assert deaf_for(keeper, 3600) is True


def test_draining_worker_is_never_deaf(keeper: LeaseKeeper, project: Project) -> None:
    wait_in_queue(project, seconds=600)
    keeper.drain()
    assert deaf_for(keeper, 3600) is False


def test_message_of_a_paused_queue_makes_nobody_deaf(keeper: LeaseKeeper, project: Project, staff: Account) -> None:
    wait_in_queue(project, seconds=600)
    pause_queue(queue_name="default", actor=staff)
    assert deaf_for(keeper, 3600) is False


@pytest.mark.parametrize("fields", [{"queue_name": "heavy"}, {"task_type": "test.tomorrow"}])
def test_message_for_other_workers_makes_nobody_deaf(
    keeper: LeaseKeeper, project: Project, fields: dict[str, str]
) -> None:
    wait_in_queue(project, seconds=600, **fields)
    assert deaf_for(keeper, 3600) is False


def test_deaf_worker_retires_and_asks_for_a_restart(
    keeper: LeaseKeeper, exits: Exits, project: Project, settings: Any
) -> None:
    settings.TASK_DEAF_SECONDS = 1.0
    wait_in_queue(project, seconds=600)
    keeper.last_claim = time.monotonic() - 100
    keeper._tick()
    assert exits == [RESTART_EXIT_CODE] == [75]
    worker = worker_processes().get()
    assert (worker.stop_reason, worker.stopped_at is not None) == ("deaf: messages wait and none arrives", True)


def test_oldest_waiting_is_zero_without_messages_and_the_oldest_ones_age_with(project: Project) -> None:
    assert oldest_waiting_seconds(queues=["default"]) == 0.0
    wait_in_queue(project, seconds=10)
    wait_in_queue(project, seconds=100)
    assert 100 <= oldest_waiting_seconds(queues=["default", "heavy"]) < 160
    assert oldest_waiting_seconds(queues=["heavy"]) == 0.0


def test_first_reason_to_stop_stays(keeper: LeaseKeeper, running: RunningTask, owner: Account) -> None:
    pause_task(task_id=running.task_id, actor=owner)
    keeper._tick()
    cancel_task(task_id=running.task_id, actor=owner)
    keeper._tick()
    assert running.stop_reason is StopReason.PAUSE


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cancel_requested_at": Now(), "pause_requested_at": Now(), "deadline": Now()}, StopReason.CANCEL),
        ({"pause_requested_at": Now(), "deadline": Now()}, StopReason.DEADLINE),
        ({"pause_requested_at": Now()}, StopReason.PAUSE),
        ({}, None),
    ],
)
def test_cancel_beats_deadline_beats_pause(
    keeper: LeaseKeeper, running: RunningTask, change: dict[str, Any], reason: StopReason | None
) -> None:
    if change:
        Task.objects.filter(pk=running.task_id).update(**change)
    keeper._tick()
    assert running.stop_reason is reason


def test_grace_is_given_before_a_deaf_handler_loses_its_row(
    keeper: LeaseKeeper, running: RunningTask, owner: Account, settings: Any
) -> None:
    settings.TASK_CANCEL_GRACE_SECONDS = 60
    cancel_task(task_id=running.task_id, actor=owner)
    keeper._tick()
    assert (row(running).status, running.stop_reason) == ("processing", StopReason.CANCEL)


def test_deadline_that_is_not_honoured_fails_the_task(keeper: LeaseKeeper, running: RunningTask, settings: Any) -> None:
    settings.TASK_CANCEL_GRACE_SECONDS = 0
    Task.objects.filter(pk=running.task_id).update(deadline=Now())
    keeper._tick()
    task = row(running)
    assert (task.status, task.error_code, running.stop_reason) == ("failed", "deadline_exceeded", StopReason.LOST)


def test_pause_is_never_enforced(keeper: LeaseKeeper, running: RunningTask, owner: Account, settings: Any) -> None:
    settings.TASK_CANCEL_GRACE_SECONDS = 0
    pause_task(task_id=running.task_id, actor=owner)
    keeper._tick()
    assert (row(running).status, running.stop_reason) == ("processing", StopReason.PAUSE)


@pytest.mark.parametrize(("profile", "codes"), [("light", []), ("heavy", [75])])
def test_only_a_heavy_process_ends_with_its_deaf_handler(
    keeper: LeaseKeeper, exits: Exits, running: RunningTask, settings: Any, profile: str, codes: list[int]
) -> None:
    settings.TASK_CANCEL_GRACE_SECONDS = 0
    keeper.profile = profile
    cancel_task(task_id=running.task_id, actor=None)
    keeper._tick()
    assert (row(running).status, exits) == ("cancelled", codes)


def test_draining_waits_before_it_asks(keeper: LeaseKeeper, running: RunningTask, settings: Any) -> None:
    settings.TASK_DRAIN_SECONDS = 60.0
    keeper.drain()
    keeper._tick()
    assert (running.stop_reason, row(running).status) == (None, "processing")


def test_draining_asks_before_it_takes(keeper: LeaseKeeper, exits: Exits, running: RunningTask, settings: Any) -> None:
    settings.TASK_DRAIN_SECONDS = 8.0
    keeper.draining_since = time.monotonic() - 9
    keeper._tick()
    assert (running.stop_reason, row(running).status, exits) == (StopReason.DRAIN, "processing", [])
    keeper.draining_since = time.monotonic() - 11
    keeper._tick()
    assert (row(running).status, exits) == ("pending", [75])


def test_drained_idle_worker_does_not_end_itself(keeper: LeaseKeeper, exits: Exits, settings: Any) -> None:
    settings.TASK_DRAIN_SECONDS = 0.0
    keeper.draining_since = time.monotonic() - 100
    keeper._tick()
    assert exits == []


def test_second_request_to_drain_does_not_restart_the_clock(keeper: LeaseKeeper) -> None:
    keeper.drain()
    first = keeper.draining_since
    keeper.drain()
    assert keeper.draining_since == first


def test_task_that_ended_during_the_tick_is_not_called_lost(keeper: LeaseKeeper, running: RunningTask) -> None:
    Task.objects.filter(pk=running.task_id).update(status="completed", completed_at=Now(), lease_expires_at=None)
    keeper.remove(running)
    keeper._lose(running)
    assert running.stop_reason is None


def test_leases_are_extended_every_third_of_them_only(
    keeper: LeaseKeeper, running: RunningTask, django_assert_num_queries: Any, settings: Any
) -> None:
    settings.TASK_LEASE_SECONDS = 30.0
    keeper._tick()
    first = row(running).lease_expires_at
    keeper._tick()
    assert row(running).lease_expires_at == first
    keeper._next_lease = 0.0
    keeper._tick()
    assert row(running).lease_expires_at != first


def test_claim_time_is_written_only_after_a_claim(keeper: LeaseKeeper, running: RunningTask) -> None:
    keeper._touched_claim = time.monotonic() + 1
    keeper._touch(time.monotonic())
    assert worker_processes().get().last_claim_at is None
    keeper.add(running)
    keeper._touched_claim = 0.0
    keeper._touch(time.monotonic())
    assert worker_processes().get().last_claim_at is not None


def test_touch_of_a_pruned_worker_says_so(keeper: LeaseKeeper) -> None:
    assert touch_worker(worker_id=keeper.worker_id, claimed_lately=True) is True
    Worker.objects.all().delete()
    assert touch_worker(worker_id=keeper.worker_id, claimed_lately=True) is False


def test_first_reason_to_retire_stays_and_is_cut_to_its_column(keeper: LeaseKeeper) -> None:
    retire_worker(worker_id=keeper.worker_id, reason="x" * 300)
    retire_worker(worker_id=keeper.worker_id, reason="later")
    assert worker_processes().get().stop_reason == "x" * 200


def test_registering_again_refreshes_the_row_and_makes_no_second_one(keeper: LeaseKeeper) -> None:
    register_worker(worker_id=keeper.worker_id, profile="light", queues=["default", "tts_queue"], concurrency=7)
    worker = worker_processes().get()
    assert (worker.queues, worker.concurrency) == (["default", "tts_queue"], 7)


class Rounds:
    """Stands in for the keeper's tick: what each round does, then the thread is stopped."""

    def __init__(self, keeper: LeaseKeeper, *outcomes: Exception | None) -> None:
        self.keeper, self.outcomes, self.count = keeper, list(outcomes), 0

    def __call__(self) -> None:
        self.count += 1
        outcome = self.outcomes.pop(0)
        if not self.outcomes:
            self.keeper._stopped.set()
        if outcome is not None:
            raise outcome


def loop_with(keeper: LeaseKeeper, monkeypatch: pytest.MonkeyPatch, *outcomes: Exception | None) -> Rounds:
    """Run the keeper's loop in this thread over these rounds."""
    rounds = Rounds(keeper, *outcomes)
    monkeypatch.setattr(keeper, "_tick", rounds)
    # The loop closes its thread's connection, which here is the test's.
    monkeypatch.setattr("tasks.worker.keeper.forget_connection", lambda: None)
    keeper._wake.set()
    keeper._loop()
    return rounds


def test_database_that_comes_back_finds_the_keeper_alive(
    keeper: LeaseKeeper, exits: Exits, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, settings: Any
) -> None:
    settings.TASK_LEASE_SECONDS = 0.03
    with caplog.at_level(logging.WARNING):
        rounds = loop_with(keeper, monkeypatch, OperationalError("gone"), None)
    assert (rounds.count, exits) == (2, [])
    assert "tasks.lease.database_down" in caplog.messages


def test_bug_in_the_keeper_ends_the_process(
    keeper: LeaseKeeper, exits: Exits, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        loop_with(keeper, monkeypatch, KeyError("a bug"))
    assert exits == [75]
    assert "tasks.lease.keeper_failed" in caplog.messages


@pytest.mark.django_db(transaction=True)
def test_started_keeper_registers_beats_and_stops(eventually_true: Callable[[Callable[[], object]], None]) -> None:
    made = LeaseKeeper(profile="light", queues=["default"], concurrency=2, exit_process=lambda code: None)
    made.start()
    Worker.objects.filter(pk=made.worker_id).update(last_seen_at="2020-01-01T00:00:00Z")
    made._next_touch = 0.0
    made._wake.set()
    eventually_true(lambda: Worker.objects.alive().filter(pk=made.worker_id).exists())
    made.stop("stopped")
    assert not any(thread is made._thread for thread in threading.enumerate())
    assert Worker.objects.get(pk=made.worker_id).stop_reason == "stopped"


@pytest.fixture
def eventually_true() -> Callable[[Callable[[], object]], None]:
    """Wait for a condition without sweeping."""

    def wait(condition: Callable[[], object]) -> None:
        end = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < end, "the condition was not met in time"
            time.sleep(0.01)

    return wait


def test_two_attempts_of_one_task_are_kept_apart(keeper: LeaseKeeper, running: RunningTask) -> None:
    older = RunningTask(running.claim)
    older.attempt = 0
    keeper.add(older)
    keeper.remove(older)
    assert keeper.running() == [running]
    assert status_of(row(running)) == "processing"
