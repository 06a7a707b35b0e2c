"""Celery entry points: ids come in, the row says the rest."""

from uuid import UUID

from celery import Task, current_app, shared_task

from tasks.queue.messages import ENTRY_POINT
from tasks.services import release_orphans
from tasks.worker.process import keeper
from tasks.worker.runner import run_tasks


@shared_task(name=ENTRY_POINT, ignore_result=True, bind=True)
def run(self: "Task[[str], None]", task_id: str) -> None:
    """Run one task by id, then those behind it in its queue; a duplicate is acknowledged and forgotten."""
    delivery = self.request.delivery_info or {}
    queue_name = delivery.get("routing_key") or current_app.conf.task_default_queue
    run_tasks(task_id=UUID(task_id), queue_name=queue_name, keeper=keeper())


@shared_task(name="tasks.release_orphans", ignore_result=True)
def release_orphan_reservations() -> None:
    """Every minute: give back quota held by tasks that were ended past the services."""
    release_orphans()
