"""Moves ready rows to the broker within each queue's window."""

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction

from tasks.queue import sql
from tasks.queue.connection import fetch
from tasks.queue.publisher import publish

logger = logging.getLogger(__name__)

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
#: A row that another session stamped first may become visible last.
_MARGIN = timedelta(seconds=1)
#: By queue: nothing that waits in it was handed out earlier, because who comes later gets a later time.
_oldest_waiting: dict[str, datetime] = {}


def dispatch_queue(*, queue_name: str) -> int:
    """Put the best pending rows of one queue in_queue, as far as its window has room, and push their ids.

    The lock makes the window exact when several processes dispatch at once; pushing happens after the commit.
    """
    since = _oldest_waiting.get(queue_name, _BEGINNING)
    parameters = {"queue": queue_name, "window": settings.TASK_QUEUE_WINDOW, "since": since}
    with transaction.atomic():
        fetch(sql.LOCK_DISPATCH, {"queue": queue_name})
        rows = fetch(sql.DISPATCH, parameters)
        transaction.on_commit(lambda: publish((row[0], row[1], row[2]) for row in rows))
    if rows:
        _oldest_waiting[queue_name] = min(row[3] for row in rows) - _MARGIN
    return len(rows)


def dispatch_after_commit(*queue_names: str) -> None:
    """Dispatch once the caller's transaction is committed; a failure is no error, since the sweeper dispatches too."""
    for name in dict.fromkeys(queue_names):
        transaction.on_commit(_dispatch_quietly(name), robust=True)


def _dispatch_quietly(queue_name: str) -> Callable[[], None]:
    # A function of its own: Django names a robust hook that failed by its __qualname__, which a partial has not.
    def dispatch() -> None:
        # After a commit Django may still be inside another atomic block (tests); there the sweeper does it.
        if not transaction.get_connection().in_atomic_block:
            dispatch_queue(queue_name=queue_name)

    return dispatch


def dispatch_all(*, queue_names: Iterable[str]) -> int:
    """Dispatch every queue; returns the number of rows moved.

    One transaction per queue: the lock of a busy queue delays no other.
    """
    return sum(dispatch_queue(queue_name=name) for name in queue_names)
