"""Signing in to PostgreSQL."""

import time
from collections.abc import Mapping
from typing import Any

from text2sql.connectors.addresses import Place, find_place
from text2sql.connectors.base import ConnectorError, Target, TestFacts
from text2sql.connectors.clock import Deadline, milliseconds_since
from text2sql.connectors.params import authority_file, read_params, verifies_certificate
from text2sql.connectors.postgresql.rights import read_rights
from text2sql.connectors.postgresql.session import PostgresSession
from text2sql.connectors.postgresql.wire import start

_NO_FILE = "/dev/null/none"
#: libpq takes whatever is not given from the environment and from files of the user it runs as.
_CLOSED: Mapping[str, str] = {
    "options": "", "passfile": _NO_FILE, "sslcertmode": "disable", "gssencmode": "disable",
    "target_session_attrs": "any", "load_balance_hosts": "disable", "client_encoding": "UTF8",
    "application_name": "roundhouse", "keepalives": "1", "keepalives_idle": "30", "connect_timeout": "0",
}  # fmt: skip
#: For the first attempts on a host with several addresses, so that the last one has its turn.
_SHARE = 0.5


class PostgresConnector:
    """`text2sql.connectors.base.Connector` for PostgreSQL; takes no parameters but those of TLS.

    Without TLS wanted it is still used when the server offers it (`sslmode=prefer`), unchecked.
    """

    def test(self, target: Target, *, timeout_seconds: float = 10.0) -> TestFacts:
        """See the contract; `latency_ms` is one round trip."""
        deadline = Deadline(timeout_seconds)
        session = self.open(target, connect_seconds=timeout_seconds)
        try:
            started = time.perf_counter()
            session.fetch("SELECT 1", seconds=deadline.left)
            latency_ms = milliseconds_since(started)
            return read_rights(session, latency_ms=latency_ms, seconds=deadline.left)
        finally:
            session.close()

    def open(self, target: Target, *, connect_seconds: float = 10.0) -> PostgresSession:
        """See the contract."""
        read_params(target, {})
        deadline = Deadline(connect_seconds)
        if target.socket_dir:
            here = Place(target.socket_dir, target.port, ())
            return _open(target, here, "", _NO_FILE, deadline)
        place = find_place(target, seconds=deadline.left)
        with authority_file(target) as authorities:
            *others, last = place.addresses
            for address in others:
                try:
                    return _open(target, place, address, authorities, Deadline(deadline.left * _SHARE))
                except ConnectorError as error:
                    if error.code not in ("connection_refused", "connect_timeout"):
                        raise
            return _open(target, place, last, authorities, deadline)


def _open(target: Target, place: Place, address: str, authorities: str, deadline: Deadline) -> PostgresSession:
    connection = start(_conninfo(target, place, address, authorities), deadline=deadline)
    try:
        return PostgresSession(connection, database_name=target.database_name, deadline=deadline)
    except ConnectorError as error:
        connection.finish()
        if error.code == "query_timeout":
            raise ConnectorError("connect_timeout", "The server did not answer in time.") from None
        raise


def _conninfo(target: Target, place: Place, address: str, authorities: str) -> dict[str, Any]:
    """`hostaddr` is connected to, `host` is only the name that a certificate must have.

    Nothing may be left for libpq to look up: it would read the environment, `~/.pgpass` and a service file.
    """
    if verifies_certificate(target):
        tls = {"sslmode": "verify-full", "sslrootcert": authorities}
    else:
        tls = {"sslmode": "require" if target.ssl_enabled else "prefer", "sslrootcert": _NO_FILE}
    return {
        **_CLOSED,
        **tls,
        "host": place.host,
        **({"hostaddr": address} if address else {}),
        "port": str(place.port),
        "dbname": target.database_name or "postgres",
        "user": target.username,
        "password": target.password,
    }
