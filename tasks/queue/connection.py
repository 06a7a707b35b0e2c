"""Raw statements on Django's own connection: server-side parameters and prepared plans, and the session's actor."""

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import InterfaceError, OperationalError

from accounts.queries import preparing_connection

#: What a lost or restarting PostgreSQL raises, through Django or past it.
DatabaseDown = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)

Rows = list[tuple[Any, ...]]


def fetch(statement: str, parameters: Mapping[str, Any] | None = None) -> Rows:
    """Run one statement and return its rows (none for statements without a result).

    It takes part in the surrounding `transaction.atomic()`, because the connection is the same; within `pipelined()`
    every statement must return rows.
    """
    return send(statement, parameters)()


def send(statement: str, parameters: Mapping[str, Any] | None = None) -> Callable[[], Rows]:
    """As `fetch`, but within `pipelined()` it waits for the rows only when what it returns is called."""
    # Planning costs more than most of these statements. An error may be that of a statement sent before
    # (`accounts.queries.pipelined`), which others expect as Django's.
    cursor = psycopg.Cursor(preparing_connection())
    with connection.wrap_database_errors:
        cursor.execute(statement.encode(), parameters, prepare=True)

    def rows() -> Rows:
        with connection.wrap_database_errors, cursor:
            # Not `cursor.description`, which builds an object for every column. None: sent ahead, fetchall waits.
            return cursor.fetchall() if cursor.pgresult is None or cursor.pgresult.nfields else []

    return rows


def prefer_indexes(connection: BaseDatabaseWrapper, **_kwargs: object) -> None:
    """Receiver of `connection_created` in the queue's own processes: their plans never read the whole task table.

    A plan is kept for the life of a session. Made while the table is new and has no statistics, it would read every row
    for each claim until the first ANALYZE, a minute of full work later.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', 'off', false)")


def forget_connection() -> None:
    """Drop a connection that failed, so that the next statement opens a new one."""
    try:
        connection.close()
    except DatabaseDown:
        connection.connection = None
