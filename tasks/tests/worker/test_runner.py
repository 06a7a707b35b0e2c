"""Every way a handler can end becomes a state and a code."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID

import psycopg
import pytest
import redis
from django.db.utils import InterfaceError, OperationalError
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import UsageReservation
from config.common.problems import Conflict, DomainError
from tasks.engines import errors
from tasks.models import Task
from tasks.registry import Outcome, TaskContext, TaskKind, kind_named, register, unregister
from tasks.services import sweep
from tasks.services.running import OutputRefused
from tasks.tests.conftest import Submit
from tasks.worker import runner
from tasks.worker.announcer import Announcer
from tasks.worker.context import Drained, RunningTask, StopReason
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_task, run_tasks, with_database_retry

pytestmark = pytest.mark.django_db

Handle = Callable[[Callable[[TaskContext], Outcome]], Task]


@pytest.fixture
def handle(submit: Submit) -> Iterator[Handle]:
    """A dispatched task of a kind whose handler is given."""

    def make(handler: Callable[[TaskContext], Outcome]) -> Task:
        unregister("test.given")
        register(TaskKind("test.given", "Given", handler, {}, max_retries=2, estimate=lambda data: {"characters": 4}))
        task = submit("test.given")
        sweep()
        return task

    yield make
    unregister("test.given")


def raising(error: BaseException) -> Callable[[TaskContext], Outcome]:
    """A handler that raises."""

    def handler(context: TaskContext) -> Outcome:
        raise error

    return handler


CASES: list[tuple[Exception, str, str]] = [
    (errors.EngineError("No."), "failed", "engine_error"),
    (errors.EngineError("No.", code="said_no", retryable=True), "retrying", "said_no"),
    (errors.EngineUnavailable("Away."), "retrying", "engine_unavailable"),
    (errors.EngineUnavailable("Never.", retryable=False), "failed", "engine_unavailable"),
    (errors.EngineInputError("Bad."), "failed", "invalid_input"),
    (errors.EngineCrashed("Dead."), "retrying", "engine_crashed"),
    (errors.EngineTimeout("Slow."), "retrying", "engine_timeout"),
    (DomainError("Refused."), "failed", "invalid_request"),
    (Conflict("Taken.", code="taken"), "failed", "taken"),
    (OutputRefused("NaN"), "failed", "invalid_output"),
    (OperationalError("cut"), "retrying", "infrastructure_unavailable"),
    (InterfaceError("closed"), "retrying", "infrastructure_unavailable"),
    (psycopg.OperationalError("cut"), "retrying", "infrastructure_unavailable"),
    (RedisGone("gone"), "retrying", "infrastructure_unavailable"),
    (redis.TimeoutError("slow"), "retrying", "infrastructure_unavailable"),
    (ValueError("a bug"), "failed", "internal_error"),
    (KeyError("missing"), "failed", "internal_error"),
    (RecursionError("deep"), "failed", "internal_error"),
    (MemoryError(), "failed", "internal_error"),
    (UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad"), "failed", "internal_error"),
]


@pytest.mark.parametrize(("error", "status", "code"), CASES, ids=lambda value: str(value)[:30] or "empty")
def test_each_exception_has_its_state_and_code(
    handle: Handle, keeper: LeaseKeeper, error: Exception, status: str, code: str
) -> None:
    task = handle(raising(error))
    assert run_task(task_id=task.pk, keeper=keeper) == status
    task.refresh_from_db()
    assert (task.status, task.error_code) == (status, code)
    assert task.retry_count == (1 if status == "retrying" else 0)
    assert UsageReservation.objects.count() == (1 if status == "retrying" else 0)
    assert keeper.running() == []


def test_message_of_a_bug_names_its_class(handle: Handle, keeper: LeaseKeeper) -> None:
    task = handle(raising(KeyError("giọng")))
    run_task(task_id=task.pk, keeper=keeper)
    task.refresh_from_db()
    assert task.error_message == "KeyError: 'giọng'"


def test_message_that_cannot_be_stored_is_cleaned_and_cut(handle: Handle, keeper: LeaseKeeper) -> None:
    task = handle(raising(ValueError("a\x00b" + "ố" * 3000)))
    run_task(task_id=task.pk, keeper=keeper)
    task.refresh_from_db()
    assert task.error_message.startswith("ValueError: ab")
    assert len(task.error_message) == 2000


def test_traceback_goes_to_the_log_and_never_into_the_row(
    handle: Handle, keeper: LeaseKeeper, caplog: pytest.LogCaptureFixture
) -> None:
    task = handle(raising(ValueError("a bug")))
    with caplog.at_level(logging.ERROR):
        run_task(task_id=task.pk, keeper=keeper)
    task.refresh_from_db()
    [record] = [record for record in caplog.records if record.message == "tasks.handler.crashed"]
    assert record.exc_info is not None
    assert "Traceback" not in task.error_message


@pytest.mark.parametrize("end", [SystemExit(3), KeyboardInterrupt()])
def test_what_ends_the_process_is_not_swallowed_and_the_lease_decides(
    handle: Handle, keeper: LeaseKeeper, end: BaseException
) -> None:
    task = handle(raising(end))
    with pytest.raises(type(end)):
        run_task(task_id=task.pk, keeper=keeper)
    task.refresh_from_db()
    assert (task.status, keeper.running()) == ("processing", [])


def stopping(reason: StopReason) -> Callable[[TaskContext], Outcome]:
    """A handler that finds at its checkpoint that it should stop."""

    def handler(context: TaskContext) -> Outcome:
        assert isinstance(context, RunningTask)
        context.stop(reason)
        context.raise_if_cancelled()
        return Outcome({})

    return handler


@pytest.mark.parametrize(
    ("reason", "status", "code", "held"),
    [
        (StopReason.CANCEL, "cancelled", "", 0),
        (StopReason.DEADLINE, "failed", "deadline_exceeded", 0),
        (StopReason.PAUSE, "paused", "", 1),
        (StopReason.DRAIN, "pending", "", 1),
    ],
)
def test_each_reason_to_stop_has_its_end(
    handle: Handle, keeper: LeaseKeeper, reason: StopReason, status: str, code: str, held: int
) -> None:
    task = handle(stopping(reason))
    assert run_task(task_id=task.pk, keeper=keeper) == status
    task.refresh_from_db()
    # A drained row may be dispatched again at once, because a place in the window is free.
    expected = ("pending", "in_queue") if reason is StopReason.DRAIN else (status,)
    assert task.status in expected
    assert (task.error_code, task.retry_count, task.crash_count) == (code, 0, 0)
    assert UsageReservation.objects.count() == held


def test_lost_lease_writes_nothing(handle: Handle, keeper: LeaseKeeper) -> None:
    task = handle(stopping(StopReason.LOST))
    entries = task.history.count()
    assert run_task(task_id=task.pk, keeper=keeper) == "stale"
    task.refresh_from_db()
    assert (task.status, task.history.count()) == ("processing", entries + 1)


@pytest.mark.parametrize("error", [errors.Cancelled("x"), errors.Paused("x"), Drained("x")])
def test_handler_that_stops_unasked_has_failed(handle: Handle, keeper: LeaseKeeper, error: Exception) -> None:
    task = handle(raising(error))
    assert run_task(task_id=task.pk, keeper=keeper) == "failed"
    task.refresh_from_db()
    assert (task.error_code, task.error_message) == ("interrupted", "The handler stopped without being asked.")


def test_work_done_after_the_lease_was_lost_is_thrown_away(handle: Handle, keeper: LeaseKeeper) -> None:
    def late(context: TaskContext) -> Outcome:
        Task.objects.filter(pk=context.task_id).update(attempt=9)
        return Outcome({"late": True})

    task = handle(late)
    assert run_task(task_id=task.pk, keeper=keeper) == "stale"
    task.refresh_from_db()
    assert (task.status, task.output_data, task.attempt) == ("processing", None, 9)


def test_kind_that_vanished_between_claim_and_call_fails_the_task(handle: Handle, keeper: LeaseKeeper) -> None:
    task = handle(lambda context: Outcome({}))
    real = kind_named

    def gone(name: str) -> TaskKind:
        kind = real(name)
        raise errors.EngineUnavailable(f"{kind.name} is gone.", code="unknown_kind", retryable=False)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "kind_named", gone)
        assert run_task(task_id=task.pk, keeper=keeper) == "failed"
    task.refresh_from_db()
    assert task.error_code == "unknown_kind"


def test_first_frame_says_processing_and_the_last_one_the_end(
    handle: Handle, keeper: LeaseKeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, int]] = []

    def send(frames: Sequence[tuple[UUID | str, Any]]) -> None:
        sent.extend((frame["status"], frame["progress"]) for _user, frame in frames)

    announcer = Announcer(send)
    monkeypatch.setattr(runner, "announcer", lambda: announcer)
    run_task(task_id=handle(lambda context: Outcome({})).pk, keeper=keeper)
    run_task(task_id=handle(raising(ValueError())).pk, keeper=keeper)
    announcer.flush()
    assert sent == [("processing", 0), ("completed", 100), ("processing", 0), ("failed", 0)]


def test_end_of_a_task_refills_the_window_without_a_sweep(
    handle: Handle, submit: Submit, keeper: LeaseKeeper, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TASK_QUEUE_WINDOW = 1
    monkeypatch.setattr(runner, "_next_refill", {})
    task, waiting = handle(lambda context: Outcome({})), submit()
    sweep()
    waiting.refresh_from_db()
    assert waiting.status == "pending"
    run_tasks(task_id=task.pk, queue_name="default", keeper=keeper)
    waiting.refresh_from_db()
    assert waiting.status == "in_queue"


def test_refills_that_found_nothing_are_bounded_per_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(runner, "_next_refill", {})
    monkeypatch.setattr(runner, "REFILL_SECONDS", 60.0)
    moved = iter([3, 0, 0])

    def dispatch(*, queue_name: str) -> int:
        asked.append(queue_name)
        return next(moved)

    monkeypatch.setattr(runner, "dispatch_queue", dispatch)
    assert [runner._refill(name) for name in ("default", "default", "default", "heavy", "heavy")] == [3, 0, 0, 0, 0]
    assert asked == ["default", "default", "heavy"]


def test_database_that_is_away_at_the_refill_does_not_fail_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[bool] = []

    def away(*, queue_name: str) -> int:
        raise OperationalError(queue_name)

    monkeypatch.setattr(runner, "_next_refill", {})
    monkeypatch.setattr(runner, "dispatch_queue", away)
    monkeypatch.setattr(runner, "forget_connection", lambda: forgotten.append(True))
    runner._refill("default")
    assert forgotten == [True]


def test_action_is_repeated_until_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[Exception | str] = [OperationalError("cut"), psycopg.InterfaceError("closed"), "done"]
    forgotten: list[bool] = []

    def action() -> str:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(runner, "forget_connection", lambda: forgotten.append(True))
    assert with_database_retry(action) == "done"
    assert forgotten == [True, True]


def test_database_that_stays_away_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "forget_connection", lambda: None)
    monkeypatch.setattr(runner, "DATABASE_RETRY_SECONDS", 0.0)
    with pytest.raises(OperationalError, match="cut"):
        with_database_retry(lambda: (_ for _ in ()).throw(OperationalError("cut")))


def test_other_errors_are_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def action() -> None:
        calls.append(1)
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        with_database_retry(action)
    assert calls == [1]
