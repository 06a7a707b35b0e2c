"""The sweeper: rescue, expiry, retries, chains, dispatch, republishing. Several may run; each batch has one winner."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from tasks.models import Task
from tasks.queue import sql
from tasks.queue.connection import fetch
from tasks.queue.publisher import publish
from tasks.registry import queue_profiles
from tasks.services.acting import acting
from tasks.services.chains import advance_chain
from tasks.services.dispatch import dispatch_all
from tasks.services.ending import release_reservations
from tasks.services.notify import announce
from tasks.states import TERMINAL

ACTOR = "sweeper"


@dataclass(frozen=True)
class Sweep:
    """How many rows one round moved."""

    rescued: int
    expired: int
    due: int
    dispatched: int
    republished: int


def sweep() -> Sweep:
    """One round; every step is its own transaction, so that one failing step does not undo the others."""
    rescued = _end_batch(sql.RESCUE, "rescued", {"max_crashes": settings.TASK_MAX_CRASHES})
    expired = _end_batch(sql.EXPIRE, "deadline")
    due = _end_batch(sql.RETRY_DUE, "retry due")
    repair_chains()
    dispatched = dispatch_all(queue_names=queue_profiles())
    return Sweep(rescued, expired, due, dispatched, republish())


def _end_batch(statement: str, reason: str, parameters: dict[str, object] | None = None) -> int:
    with acting(ACTOR, ""):
        rows: list[tuple[UUID, UUID, str, UUID | None]] = [
            (row[0], row[1], row[2], row[3]) for row in fetch(statement, parameters or {})
        ]
        release_reservations([task_id for task_id, _user, status, _parent in rows if status in TERMINAL])
        for parent_id in {parent for _task, _user, status, parent in rows if parent and status in TERMINAL}:
            advance_chain(parent_id)
        announce([row[0] for row in rows])
    return len(rows)


def republish() -> int:
    """Push again what waits in_queue for too long: a lost message, a wiped broker, a deaf worker."""
    with acting(ACTOR, "republished"):
        rows = fetch(sql.REPUBLISH, {"age": settings.TASK_REPUBLISH_SECONDS})
    publish((row[0], row[1], row[2]) for row in rows)
    return len(rows)


def repair_chains() -> None:
    """Recompute every chain that waits, in case its last step was ended from psql or by a batch.

    One transaction per chain: a parent that somebody holds delays its own chain only.
    """
    parents = [row[0] for row in fetch(sql.BLOCKED_PARENTS)]
    for parent_id in parents:
        with acting(ACTOR, "chain"):
            if Task.objects.filter(parent_task_id=parent_id).exists():
                advance_chain(parent_id)


def release_orphans() -> int:
    """Refund reservations whose task was ended from psql, so that nobody pays for it for ever."""
    with acting(ACTOR, "orphan"):
        orphans = [row[0] for row in fetch(sql.ORPHAN_RESERVATIONS)]
        release_reservations(orphans)
    return len(orphans)
