"""Signing in to ClickHouse."""

import contextlib
import time
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from text2sql.connectors.addresses import Place, find_place
from text2sql.connectors.base import ConnectorError, Target, TestFacts
from text2sql.connectors.clickhouse.errors import connector_error
from text2sql.connectors.clickhouse.rights import read_rights
from text2sql.connectors.clickhouse.session import ClickHouseSession
from text2sql.connectors.clickhouse.transport import Sockets, pool_manager
from text2sql.connectors.clock import Deadline, milliseconds_since
from text2sql.connectors.params import read_params
from text2sql.connectors.watching import Watch

_KILL_SECONDS = 1.0
#: Longer than any query: our watch ends what takes too long.
_READ_SECONDS = 86_400
_FAILURES = (ClickHouseError, HTTPError, OSError, ValueError, IndexError, EOFError, KeyError, TypeError)


class ClickHouseConnector:
    """`text2sql.connectors.base.Connector` for ClickHouse's HTTP port; takes no parameters but those of TLS.

    Opening costs three requests: version, settings, and whether the protocol's newer types are understood.
    """

    def test(self, target: Target, *, timeout_seconds: float = 10.0) -> TestFacts:
        """See the contract; `latency_ms` is one query."""
        deadline = Deadline(timeout_seconds)
        session = self.open(target, connect_seconds=timeout_seconds)
        try:
            started = time.perf_counter()
            session.fetch("SELECT 1", seconds=deadline.left)
            return read_rights(session, latency_ms=milliseconds_since(started), seconds=deadline.left)
        finally:
            session.close()

    def open(self, target: Target, *, connect_seconds: float = 10.0) -> ClickHouseSession:
        """See the contract."""
        read_params(target, {})
        deadline = Deadline(connect_seconds)
        place = find_place(target, seconds=deadline.left)
        *others, last = place.addresses
        for address in others:
            with contextlib.suppress(ConnectorError):
                return _open(target, place, address, Deadline(deadline.left / 2))
        return _open(target, place, last, deadline)


def _open(target: Target, place: Place, address: str, deadline: Deadline) -> ClickHouseSession:
    sockets = Sockets()
    client = _client(target, place, address, sockets, deadline)

    def kill(query_id: str) -> None:
        with contextlib.suppress(ConnectorError, *_FAILURES):
            other = _client(target, place, address, Sockets(), Deadline(_KILL_SECONDS))
            other.command(f"KILL QUERY WHERE query_id = '{query_id}' ASYNC")
            other.close()

    return ClickHouseSession(client, sockets, database_name=target.database_name, kill=kill)


def _client(target: Target, place: Place, address: str, sockets: Sockets, deadline: Deadline) -> Client:
    """Four requests: version, settings, protocol, and the first of them signs in."""
    watch = Watch(deadline.left, [sockets.cut])
    try:
        with watch:
            return clickhouse_connect.get_client(
                **_how(target), host=address, port=place.port, server_host_name=place.host,
                username=target.username or "default", password=target.password,
                database=target.database_name or "__default__", compress=False, query_limit=0,
                connect_timeout=max(1, int(deadline.left)), send_receive_timeout=_READ_SECONDS,
                pool_mgr=pool_manager(target, place.host, sockets), autogenerate_session_id=False,
                query_retries=0, client_name="roundhouse", show_clickhouse_errors=True, tz_mode="aware",
            )  # fmt: skip
    except _FAILURES as error:
        sockets.cut()
        watch.check("connect_timeout")
        raise connector_error(error, otherwise="driver_error") from None


def _how(target: Target) -> dict[str, Any]:
    return {"interface": "https" if target.ssl_enabled else "http"}
