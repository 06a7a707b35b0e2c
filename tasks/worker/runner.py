"""One task from claim to end: the edge where every exception of a handler becomes a state."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

import structlog
from django.conf import settings

from config.common.problems import DomainError
from config.common.redis import RedisDown
from tasks.engines.errors import EngineError, WorkInterrupted
from tasks.live import state_frame
from tasks.queue.connection import DatabaseDown, forget_connection
from tasks.queue.taker import NOTHING, Taken, take
from tasks.registry import Outcome, kind_named
from tasks.services.dispatch import dispatch_queue
from tasks.services.running import (
    Claim,
    OutputRefused,
    claim_task,
    ends_alone,
    fail_task,
    finish_and_claim,
    stop_task,
)
from tasks.states import TaskStatus, WorkerProfile
from tasks.worker.announcer import announcer
from tasks.worker.context import RunningTask, StopReason
from tasks.worker.keeper import LeaseKeeper

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: A finished result is worth waiting for the database; beyond this the lease is gone anyway.
DATABASE_RETRY_SECONDS = 60.0
#: How long a process goes on with one queue before Celery may give it something else.
TURN_SECONDS = 0.25
#: After a refill that found no rows, a process leaves the queue alone for this long.
REFILL_SECONDS = 0.02

_next_refill: dict[str, float] = {}


def run_tasks(*, task_id: UUID, queue_name: str, keeper: LeaseKeeper) -> None:
    """Run a task, and then what waits behind it in its queue, for one turn.

    The ids that follow are taken from the broker directly: the way of a message through Celery's main process and back
    costs more than a claim, and there is one such process for all children.
    """
    ends_at = time.monotonic() + TURN_SECONDS

    def may_take() -> bool:
        # A heavy process goes back each time: Celery counts its tasks and measures its memory between them.
        is_over = keeper.profile == WorkerProfile.HEAVY or keeper.draining_since or time.monotonic() >= ends_at
        return not is_over

    queue = _Queue(queue_name, may_take)
    following: UUID | Claim | None = task_id
    while following is not None:
        claim = following if isinstance(following, Claim) else _claim(following, keeper)
        following = _run_claim(claim, keeper, queue).following if claim else queue.following()
    # Celery may end this process now.
    announcer().flush()


@dataclass
class _Queue:
    """What follows in a queue: taken ahead where the end of a task may claim it, else when the task has ended."""

    name: str
    may_take: Callable[[], bool]
    _ahead: Taken | None = None

    def take_ahead(self) -> UUID | None:
        """The next id; the task that is about to end waits for this one round trip."""
        self._ahead = take(self.name) if self.may_take() else NOTHING
        return self._ahead.task_id

    def following(self, claimed: Claim | None = None) -> UUID | Claim | None:
        """The next task where it was claimed, or the next id; the queue is refilled before it runs dry."""
        may_take = self.may_take()
        taken, self._ahead = self._ahead, None
        if taken is None:
            taken = take(self.name) if may_take else NOTHING
        if taken.left < settings.TASK_QUEUE_WINDOW / 4 and _refill(self.name) and may_take and taken.task_id is None:
            taken = take(self.name)
        return claimed or taken.task_id


@dataclass(frozen=True)
class Ended:
    """The state a task reached, or "stale"; and what comes next: an id, or a task that is claimed already."""

    status: str
    following: UUID | Claim | None = None


def run_task(*, task_id: UUID, keeper: LeaseKeeper) -> str:
    """Claim and run; returns the state reached, or "not_claimed" or "stale". Safe to call any number of times."""
    claim = _claim(task_id, keeper)
    return _run_claim(claim, keeper, None).status if claim else "not_claimed"


def _claim(task_id: UUID, keeper: LeaseKeeper) -> Claim | None:
    return with_database_retry(lambda: claim_task(task_id=task_id, worker_id=keeper.worker_id))


def _run_claim(claim: Claim, keeper: LeaseKeeper, queue: _Queue | None) -> Ended:
    running = RunningTask(claim)
    keeper.add(running)
    structlog.contextvars.bind_contextvars(task_id=str(claim.task_id), request_id=claim.request_id)
    try:
        _announce(claim, TaskStatus.PROCESSING.value)
        status, claimed = _run(running, queue)
    finally:
        keeper.remove(running)
        structlog.contextvars.clear_contextvars()
    if status != "stale":
        _announce(claim, status)
    return Ended(status, queue.following(claimed) if queue else None)


def _run(running: RunningTask, queue: _Queue | None) -> tuple[str, Claim | None]:
    """The state reached. The end of a good task may bring the next one along; every other end is written by itself."""
    claim = running.claim
    try:
        outcome: Outcome = kind_named(claim.task_type).handler(running)
        # What ends with more than its row cannot claim another: people wait for it, and not for the queue.
        next_task_id = _unless_it_fails(queue) if queue and ends_alone(claim, outcome) else None
        finished, following = with_database_retry(
            lambda: finish_and_claim(claim=claim, outcome=outcome, next_task_id=next_task_id)
        )
        return TaskStatus.COMPLETED.value if finished else _stale(claim), following
    except Exception as error:  # noqa: BLE001  (the worker's edge: a handler's bug must end its task, not the worker)
        return _ended_by(error, running), None


def _unless_it_fails(queue: _Queue) -> UUID | None:
    """None where the broker holds what nobody can read: that must not spoil the task before it."""
    try:
        return queue.take_ahead()
    except Exception:
        logger.exception("tasks.take.crashed")
        return None


def _ended_by(error: Exception, running: RunningTask) -> str:
    claim = running.claim
    match error:
        case WorkInterrupted():
            return _interrupted(running)
        case EngineError():
            return _failed(claim, error.code, error.message, error.retryable)
        case DomainError():
            return _failed(claim, error.code, str(error.detail), False)
        case OutputRefused():
            return _failed(claim, "invalid_output", str(error), False)
        case _ if isinstance(error, (*DatabaseDown, *RedisDown)):
            return _failed(claim, "infrastructure_unavailable", str(error), True)
    logger.error("tasks.handler.crashed", extra={"task_type": claim.task_type}, exc_info=error)
    return _failed(claim, "internal_error", f"{type(error).__name__}: {error}", False)


def _failed(claim: Claim, code: str, message: str, retryable: bool) -> str:
    status = with_database_retry(lambda: fail_task(claim=claim, code=code, message=message, retryable=retryable))
    logger.warning("tasks.run.failed", extra={"code": code, "status": status, "task_type": claim.task_type})
    return status or _stale(claim)


def _interrupted(running: RunningTask) -> str:
    """Write the end that the reason asks for; a lost lease writes nothing."""
    ends = {
        StopReason.CANCEL: TaskStatus.CANCELLED,
        StopReason.DEADLINE: TaskStatus.FAILED,
        StopReason.PAUSE: TaskStatus.PAUSED,
        StopReason.DRAIN: TaskStatus.PENDING,
    }
    reason = running.stop_reason
    if reason is None:
        return _failed(running.claim, "interrupted", "The handler stopped without being asked.", False)
    if reason not in ends:
        return _stale(running.claim)
    status = ends[reason]
    stopped = with_database_retry(lambda: stop_task(claim=running.claim, status=status, reason=reason.value))
    return status.value if stopped else _stale(running.claim)


def _stale(claim: Claim) -> str:
    logger.warning("tasks.finish.stale", extra={"attempt": claim.attempt})
    return "stale"


def _announce(claim: Claim, status: str) -> None:
    frame = state_frame(
        task_id=claim.task_id,
        task_type=claim.task_type,
        project_id=claim.project_id,
        status=status,
        attempt=claim.attempt,
        progress=100 if status == TaskStatus.COMPLETED else 0,
    )
    announcer().announce(claim.user_id, frame)


def _refill(queue_name: str) -> int:
    """Let the next rows into the queue now rather than at the next sweep; a failure is the sweeper's to mend.

    When there were none, the next look waits: whoever submits meanwhile dispatches too. Returns the number of rows.
    """
    now = time.monotonic()
    if now < _next_refill.get(queue_name, 0.0):
        return 0
    try:
        moved = dispatch_queue(queue_name=queue_name)
    except DatabaseDown:
        forget_connection()
        return 0
    if not moved:
        _next_refill[queue_name] = now + REFILL_SECONDS
    return moved


def with_database_retry(action: Callable[[], T]) -> T:
    """Repeat a fenced action over cut connections and a restarting server; fencing makes repetition harmless."""
    end = time.monotonic() + DATABASE_RETRY_SECONDS
    while True:
        try:
            return action()
        except DatabaseDown:
            forget_connection()
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
