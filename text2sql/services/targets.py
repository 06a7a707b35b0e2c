"""From a connection's row to where its database is, for workers."""

from typing import cast
from urllib.parse import urlsplit

from django.conf import settings

from text2sql.catalog import DatabaseType
from text2sql.connectors.base import RunLimits, Target
from text2sql.models import DatabaseConnection
from text2sql.services.demo import demo_target


def target_of(connection: DatabaseConnection) -> Target:
    """Where the database is and how to sign in; the example's address is the house's own knowledge.

    Read for each piece of work, so that an administrator's word or a new password counts at once.
    """
    if connection.is_demo:
        return demo_target()
    allows_private = connection.allows_private or connection.host.lower() in _allowed_hosts()
    return Target(
        database_type=cast(DatabaseType, connection.type),  # the column's CHECK holds the same words
        host=connection.host,
        port=connection.port,
        database_name=connection.database_name,
        username=connection.username,
        password=connection.password_encrypted or "",
        ssl_enabled=connection.ssl_enabled,
        params=connection.connection_params,
        allows_private=allows_private,
        forbidden=own_servers(),
    )


def own_servers() -> frozenset[tuple[str, int]]:
    """Hosts and ports of the product's own PostgreSQL, Redis and broker, as they are configured.

    No connection may lead there, not even one that an administrator lets inside the network: its rows are everybody's.
    Servers on Unix sockets are not in it, since no host name reaches them.
    """
    database = settings.DATABASES["default"]
    found = {(str(database["HOST"]), int(database["PORT"] or 5432))}
    for url, port in ((settings.REDIS_URL, 6379), (getattr(settings, "BROKER_URL", ""), 5672)):
        parts = urlsplit(str(url))
        if parts.hostname:
            found.add((parts.hostname, parts.port or port))
    return frozenset((host, port) for host, port in found if host and not host.startswith("/"))


def run_limits() -> RunLimits:
    """What one query of a person may take."""
    return RunLimits(
        timeout_seconds=settings.TEXT2SQL_TIMEOUT_SECONDS,
        max_rows=settings.TEXT2SQL_MAX_ROWS,
        max_bytes=settings.TEXT2SQL_MAX_BYTES,
    )


def export_limits() -> RunLimits:
    """What a file of all rows may take."""
    return RunLimits(
        timeout_seconds=settings.TEXT2SQL_EXPORT_SECONDS,
        max_rows=settings.TEXT2SQL_EXPORT_ROWS,
        max_bytes=settings.TEXT2SQL_EXPORT_BYTES,
    )


def _allowed_hosts() -> set[str]:
    return {host.lower() for host in settings.TEXT2SQL_HOSTS_ALLOWED}
