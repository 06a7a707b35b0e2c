"""What must happen in the transaction in which tasks end without completing."""

from collections.abc import Sequence
from uuid import UUID

from accounts.services import refund_usage
from tasks.events import tasks_abandoned


def release_reservations(task_ids: Sequence[UUID]) -> None:
    """Give back the reserved quota of tasks that failed or were cancelled, and tell the receivers."""
    if task_ids:
        refund_usage(reservation_ids=list(task_ids))
        tasks_abandoned.send(sender=None, task_ids=list(task_ids))
