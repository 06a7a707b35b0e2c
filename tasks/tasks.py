"""Celery entry points: ids come in, the row says the rest."""

from uuid import UUID

from celery import shared_task

from tasks.queue.publisher import ENTRY_POINT
from tasks.services import release_orphans
from tasks.worker.process import keeper
from tasks.worker.runner import run_task


@shared_task(name=ENTRY_POINT, ignore_result=True)
def run(task_id: str) -> None:
    """Run one task by id; a duplicate is acknowledged and forgotten."""
    run_task(task_id=UUID(task_id), keeper=keeper())


@shared_task(name="tasks.release_orphans", ignore_result=True)
def release_orphan_reservations() -> None:
    """Every minute: give back quota held by tasks that were ended past the services."""
    release_orphans()
