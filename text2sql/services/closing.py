"""Rows of questions whose tasks failed or were cancelled."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection

#: They say from now on what their task says.
_END_ABANDONED = """
    UPDATE query_history AS query
       SET status = CASE WHEN task.status = 'cancelled' THEN 'cancelled'
                         WHEN task.error_code IN ('query_timeout', 'engine_timeout', 'deadline_passed') THEN 'timeout'
                         ELSE 'error' END,
           error_code = task.error_code, error_message = task.error_message
      FROM tasks AS task
     WHERE query.task_id = task.task_id AND task.task_id = ANY(%(tasks)s) AND query.status = 'pending'
"""


def end_abandoned(*, task_ids: Sequence[UUID]) -> None:
    """Written in the transaction that ends the tasks.

    Only rows that still wait change, so that an answer which was written a moment before stays. Deadlines and time-outs
    are told apart from other errors, because the person can do something else about them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_END_ABANDONED, {"tasks": list(task_ids)})
