"""Raw statements on Django's own connection: server-side parameters and prepared plans, and the session's actor."""

from collections.abc import Mapping
from typing import Any

import psycopg
from django.db import connection
from django.db.utils import InterfaceError, OperationalError

#: What a lost or restarting PostgreSQL raises, through Django or past it.
DatabaseDown = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


def fetch(statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Run one statement and return its rows (none for statements without a result).

    It takes part in the surrounding `transaction.atomic()`, because the connection is the same.
    """
    connection.ensure_connection()
    raw = connection.connection
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(statement.encode(), parameters, prepare=True)
        return cursor.fetchall() if cursor.description else []


def forget_connection() -> None:
    """Drop a connection that failed, so that the next statement opens a new one."""
    try:
        connection.close()
    except DatabaseDown:
        connection.connection = None
