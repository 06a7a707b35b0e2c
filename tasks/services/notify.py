"""Tells people's open pages what happened, after the commit."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction

from tasks.live import publish_frame, state_frame
from tasks.models import Task


def announce(task_ids: Sequence[UUID]) -> None:
    """Publish the committed state of these tasks to their owners.

    Read after the commit, not before it: a frame must never tell what a rollback takes back. Robust, because a page
    that learns something late is no reason to fail the request that caused it.
    """
    ids = list(task_ids)
    if ids:
        transaction.on_commit(lambda: _publish(ids), robust=True)


def _publish(ids: list[UUID]) -> None:
    rows = Task.objects.filter(pk__in=ids).values_list(
        "user_id", "task_id", "task_type", "project_id", "status", "attempt", "progress", "error_code"
    )
    for user_id, task_id, task_type, project_id, status, attempt, progress, error_code in rows:
        publish_frame(
            user_id,
            state_frame(
                task_id=task_id, task_type=task_type, project_id=project_id, status=status, attempt=attempt,
                progress=progress, error_code=error_code,
            ),
        )  # fmt: skip
