"""What a worker writes: claim, finish, fail, stop and the lease. Raw SQL, because this is the hot path."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from psycopg.types.json import Jsonb

from accounts.queries import pipelined, prepared_cursor
from accounts.services import settle_usage_ahead
from tasks.events import CompletedAttempt, task_completed
from tasks.models import Task
from tasks.queue import sql
from tasks.queue.connection import fetch, send
from tasks.registry import JsonObject, Outcome, kind_named, kinds
from tasks.services.chains import advance_chain, lock_chain
from tasks.services.ending import release_reservations
from tasks.states import TaskStatus


@dataclass(frozen=True)
class Claim:
    """A claimed task: (task_id, attempt, worker_id) is the fence every later write carries."""

    task_id: UUID
    task_type: str
    queue_name: str
    project_id: UUID
    user_id: UUID
    attempt: int
    retry_count: int
    parent_task_id: UUID | None
    request_id: str
    input_data: JsonObject
    worker_id: UUID

    @property
    def fence(self) -> dict[str, Any]:
        """Parameters that make a write fail for a zombie."""
        return {"task": self.task_id, "attempt": self.attempt, "worker": self.worker_id}


class OutputRefused(Exception):
    """The handler returned what cannot be stored: not JSON, or too large. Not retryable."""


def claim_task(*, task_id: UUID, worker_id: UUID) -> Claim | None:
    """Take the task by a conditional UPDATE; None means duplicate, cancelled, paused, expired or unknown here."""
    rows = fetch(sql.CLAIM, {"task": task_id, "worker": worker_id, **_claim_terms()})
    return _claim_of(rows[0], worker_id) if rows else None


def claim_new_task(*, task: Task, worker_id: UUID) -> Claim:
    """Lead a task that this transaction has inserted into its queue and to `worker_id`, without waiting for answers.

    Nobody else can see it, so what the claim would tell is known. A paused queue shows at the end: nothing is finished.
    """
    with prepared_cursor() as cursor:
        cursor.execute(sql.ENTER_QUEUE, {"task": task.pk})
        cursor.execute(sql.CLAIM_NEW, {"task": task.pk, "worker": worker_id, **_claim_terms()})
    return Claim(
        task_id=task.pk,
        task_type=task.task_type,
        queue_name=task.queue_name,
        project_id=task.project_id,
        user_id=task.user_id,
        attempt=1,
        retry_count=0,
        parent_task_id=None,
        request_id=task.request_id,
        input_data=task.input_data,
        worker_id=worker_id,
    )


def _claim_terms() -> dict[str, Any]:
    # A text that PostgreSQL reads as an array: psycopg takes longer to dump a list than the claim takes.
    names = ",".join(f'"{kind.name}"' for kind in kinds())
    return {"lease": settings.TASK_LEASE_SECONDS, "kinds": f"{{{names}}}"}


def _claim_of(row: Sequence[Any], worker_id: UUID) -> Claim:
    *columns, input_text, _synchronous_commit = row
    # Django's connection hands jsonb out as text, because its own JSONField decodes it.
    fields: list[Any] = [*columns, json.loads(input_text), worker_id]
    return Claim(*fields)


def stored_output(output: Any) -> str:
    """The output as JSON text; raises OutputRefused for NaN, unknown types, NUL, lone surrogates and over-long ones."""
    try:
        text = json.dumps(output, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
        size_bytes = len(text.encode("utf-8"))
    except (TypeError, ValueError, RecursionError) as error:
        raise OutputRefused(f"The handler returned what JSON cannot hold: {error}") from error
    if "\\u0000" in text:
        raise OutputRefused("The handler returned the character U+0000, which cannot be stored.")
    if size_bytes > settings.TASK_MAX_OUTPUT_BYTES:
        raise OutputRefused(
            f"The handler returned {size_bytes} bytes; at most {settings.TASK_MAX_OUTPUT_BYTES} are stored."
        )
    return text


def finish_task(*, claim: Claim, outcome: Outcome) -> bool:
    """Completed, with results, usage, domain rows and the next step of the chain in one transaction.

    False means we are a zombie: somebody else owns the task now, and nothing was written.
    """
    parameters = _finish_parameters(claim, outcome)
    if ends_alone(claim, outcome):
        return bool(fetch(sql.FINISH, parameters)) or _was_finished_by_us(claim)
    with transaction.atomic():
        lock_chain(claim.parent_task_id)
        if not fetch(sql.FINISH, parameters):
            return _was_finished_by_us(claim)
        _write_what_came(claim, outcome)
        if claim.parent_task_id is not None:
            advance_chain(claim.parent_task_id)
    return True


def finish_new_task(*, claim: Claim, outcome: Outcome) -> dict[str, Any] | None:
    """Finish what `claim_new_task` has claimed in this transaction; returns what its row says now, without the output.

    Nothing waits for an answer until all is sent. None: its queue is paused, and the caller must roll back.
    """
    with pipelined():
        finished = send(sql.FINISH_NEW, _finish_parameters(claim, outcome))
        _write_what_came(claim, outcome)
        rows = finished()
    return dict(zip(sql.FINISHED_NEW, rows[0], strict=True)) if rows else None


def _write_what_came(claim: Claim, outcome: Outcome) -> None:
    if outcome.results:
        attempt = CompletedAttempt(claim.task_id, claim.user_id, claim.project_id, claim.attempt, outcome.results)
        task_completed.send(sender=None, attempt=attempt)
    if outcome.in_transaction:
        outcome.in_transaction()
    kind = kind_named(claim.task_type)
    if kind.estimate:
        actual = dict(outcome.usage or kind.estimate(claim.input_data))
        settle_usage_ahead(reservation_id=claim.task_id, actual=actual)


def finish_and_claim(*, claim: Claim, outcome: Outcome, next_task_id: UUID | None) -> tuple[bool, Claim | None]:
    """As `finish_task`; what ends alone takes the next task in the same statement. None: that one is still to claim.

    A next task that cannot be had (`claim_task` says when) is None, too: claiming it again then does no harm.
    """
    if next_task_id in (None, claim.task_id) or not ends_alone(claim, outcome):
        return finish_task(claim=claim, outcome=outcome), None
    parameters = _finish_parameters(claim, outcome) | _claim_terms() | {"next": next_task_id}
    rows = {row[0]: row for row in fetch(sql.FINISH_AND_CLAIM, parameters)}
    following = _claim_of(rows[next_task_id], claim.worker_id) if next_task_id in rows else None
    return claim.task_id in rows or _was_finished_by_us(claim), following


def _finish_parameters(claim: Claim, outcome: Outcome) -> dict[str, Any]:
    output = stored_output(outcome.output_data)
    for result in outcome.results:
        stored_output(result.output_data)
    return claim.fence | {"output": Jsonb(output, dumps=str)}


def ends_alone(claim: Claim, outcome: Outcome) -> bool:
    """Whether nothing but its row changes: one statement is a transaction of its own, without BEGIN and COMMIT."""
    is_metered = kind_named(claim.task_type).estimate is not None
    return not (outcome.results or outcome.in_transaction or is_metered or claim.parent_task_id)


def _was_finished_by_us(claim: Claim) -> bool:
    """A commit whose answer was cut off is repeated: then the row is completed, and by us."""
    return bool(fetch(sql.FINISHED_BY_US, claim.fence))


def backoff_seconds(retry_count: int) -> float:
    """Exponential backoff with jitter: between half and all of base * 2^n, below the ceiling."""
    delay: float = min(settings.TASK_BACKOFF_MAX_SECONDS, settings.TASK_BACKOFF_SECONDS * 2.0**retry_count)
    return delay / 2 + random.random() * delay / 2  # noqa: S311  (spreads load, hides nothing)


def fail_task(*, claim: Claim, code: str, message: str, retryable: bool) -> str | None:
    """Cancelled if that was asked, retrying while retries are left, else failed; None for a zombie."""
    with transaction.atomic():
        lock_chain(claim.parent_task_id)
        rows = fetch(
            sql.FAIL,
            claim.fence
            | {
                "retryable": retryable,
                "code": code[:100],
                "message": message.replace("\x00", "")[:2000],
                "delay": backoff_seconds(claim.retry_count),
            },
        )
        if not rows:
            return None
        status: str = rows[0][0]
        if status != TaskStatus.RETRYING:
            _ended(claim)
    return status


def stop_task(*, claim: Claim, status: TaskStatus, reason: str) -> bool:
    """End a running attempt as cancelled, paused, failed (deadline) or pending (graceful shutdown)."""
    with transaction.atomic():
        lock_chain(claim.parent_task_id)
        stopped = bool(fetch(sql.STOP_RUNNING, claim.fence | {"status": status.value, "reason": reason}))
        if stopped and status in (TaskStatus.CANCELLED, TaskStatus.FAILED):
            _ended(claim)
    return stopped


def _ended(claim: Claim) -> None:
    # Also for kinds that are not metered: their rows wait for the receivers of the event.
    release_reservations([claim.task_id])
    if claim.parent_task_id is not None:
        advance_chain(claim.parent_task_id)


@dataclass(frozen=True)
class Beat:
    """Progress of one running attempt, written with its lease."""

    claim: Claim
    progress: int
    message: str


@dataclass(frozen=True)
class Flags:
    """What was asked of a running attempt meanwhile."""

    cancel: bool
    pause: bool
    expired: bool


def extend_leases(*, worker_id: UUID, beats: Sequence[Beat]) -> set[tuple[UUID, int]]:
    """Extend the leases and write progress; an attempt missing from the answer has lost its lease."""
    rows = fetch(
        sql.BEAT,
        {
            "worker": worker_id,
            "lease": settings.TASK_LEASE_SECONDS,
            "tasks": [beat.claim.task_id for beat in beats],
            "attempts": [beat.claim.attempt for beat in beats],
            "progress": [beat.progress for beat in beats],
            "messages": [beat.message[:200] for beat in beats],
        },
    )
    return {(row[0], row[1]) for row in rows}


def read_flags(*, worker_id: UUID, task_ids: Sequence[UUID]) -> dict[tuple[UUID, int], Flags]:
    """Cancel, pause and deadline of the attempts this worker still owns."""
    rows = fetch(sql.FLAGS, {"worker": worker_id, "tasks": list(task_ids)})
    return {(row[0], row[1]): Flags(*row[2:]) for row in rows}
