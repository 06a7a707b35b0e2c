"""What must hold after every fault, whatever happened."""

from collections.abc import Sequence

from django.db import connection

from tasks.models import Task
from tasks.states import TERMINAL


def _scalar(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return int(row[0])


def starts() -> int:
    """How many times work began, over all tasks."""
    return _scalar("SELECT count(*) FROM task_history WHERE status_to = 'processing'")


def assert_invariants(tasks: Sequence[Task], *, in_flight: int = 0) -> None:
    """Every committed task has ended, its history is unbroken, and work began at most once more per task in flight."""
    assert not Task.objects.filter(pk__in=[task.pk for task in tasks]).exclude(status__in=TERMINAL).exists()
    assert Task.objects.filter(pk__in=[task.pk for task in tasks]).count() == len(tasks)
    assert broken_histories() == 0
    assert starts() <= len(tasks) + in_flight
    assert _scalar("SELECT count(*) FROM tasks WHERE lease_expires_at IS NOT NULL") == 0


def broken_histories() -> int:
    """Transitions that do not begin where the one before them ended."""
    return _scalar(
        """SELECT count(*) FROM (
            SELECT status_to, lead(status_from) OVER w AS next_from
            FROM task_history WINDOW w AS (PARTITION BY task_id ORDER BY changed_at, history_id)
        ) pairs WHERE next_from IS NOT NULL AND next_from <> status_to"""
    )


def completed() -> int:
    """How many tasks have completed."""
    return Task.objects.filter(status="completed").count()
