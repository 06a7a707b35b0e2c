"""The registry of workers: who serves which queues, and who was seen when."""

import os
import socket
from collections.abc import Sequence
from uuid import UUID

from django.db.models.functions import Now

from tasks.models import Worker
from tasks.queue import sql
from tasks.queue.connection import fetch
from tasks.registry import kinds


def register_worker(*, worker_id: UUID, profile: str, queues: Sequence[str], concurrency: int) -> Worker:
    """Record the start of this process under its new id; calling it again for the same id only refreshes the row."""
    worker, _created = Worker.objects.update_or_create(
        worker_id=worker_id,
        defaults={
            "hostname": socket.gethostname()[:255],
            "pid": os.getpid(),
            "profile": profile,
            "queues": list(queues),
            "concurrency": concurrency,
            "last_seen_at": Now(),
        },
    )
    return worker


def touch_worker(*, worker_id: UUID, claimed_lately: bool) -> bool:
    """Say that this worker lives; False when its row is gone.

    Rows go when somebody prunes the table or the database is put back to an older day; the worker then registers again.
    """
    fields: dict[str, object] = {"last_seen_at": Now()}
    if claimed_lately:
        fields["last_claim_at"] = Now()
    return bool(Worker.objects.filter(worker_id=worker_id).update(**fields))


def retire_worker(*, worker_id: UUID, reason: str) -> None:
    """Record an orderly end."""
    Worker.objects.filter(worker_id=worker_id, stopped_at=None).update(stopped_at=Now(), stop_reason=reason[:200])


def oldest_waiting_seconds(*, queues: Sequence[str]) -> float:
    """Age of the oldest message that these queues' workers should have claimed; 0 when there is none.

    Republishing renews `enqueued_at`, so the caller compares with a limit below the republish age or counts rounds.
    """
    rows = fetch(sql.OLDEST_WAITING, {"queues": list(queues), "kinds": [kind.name for kind in kinds()]})
    return float(rows[0][0] or 0.0)
