"""Signing in to Oracle."""

import time
from typing import Any

import oracledb

from text2sql.connectors.addresses import Place, find_place
from text2sql.connectors.base import ConnectorError, Target, TestFacts
from text2sql.connectors.clock import Deadline, milliseconds_since
from text2sql.connectors.oracle.errors import FAILURES, connector_error
from text2sql.connectors.oracle.guard import Handle, only
from text2sql.connectors.oracle.rights import read_rights
from text2sql.connectors.oracle.session import OracleSession
from text2sql.connectors.params import is_flag, is_word, read_params, tls_context, verifies_certificate
from text2sql.connectors.watching import Watch

_PARAMS = {"sid": is_word, "ssl_server_dn_match": is_flag}


class OracleConnector:
    """`text2sql.connectors.base.Connector` for Oracle 12.1 and newer; the database's name is the service.

    Parameters: `sid` instead of a service, `ssl_server_dn_match`.
    """

    def test(self, target: Target, *, timeout_seconds: float = 10.0) -> TestFacts:
        """See the contract; `latency_ms` is one query."""
        deadline = Deadline(timeout_seconds)
        session, version = _open(target, deadline)
        try:
            started = time.perf_counter()
            session.fetch("SELECT 1 FROM dual", seconds=deadline.left)
            latency_ms = milliseconds_since(started)
            return read_rights(session, version=version, latency_ms=latency_ms, seconds=deadline.left)
        finally:
            session.close()

    def open(self, target: Target, *, connect_seconds: float = 10.0) -> OracleSession:
        """See the contract."""
        return _open(target, Deadline(connect_seconds))[0]


def connect_options(target: Target, place: Place, *, seconds: float) -> dict[str, Any]:
    """Everything that the driver is told. A checked certificate needs the name; `guard` holds it to the address."""
    if not target.database_name and "sid" not in target.params:
        raise ConnectorError("unknown_database", "Oracle needs the name of a service as its database.")
    if target.database_name and not is_word(target.database_name):
        raise ConnectorError("unknown_database", "The name of a service has letters, digits, dots, “_”, “$” and “-”.")
    options: dict[str, Any] = {
        "user": target.username, "password": target.password, "port": place.port,
        "host": place.host if verifies_certificate(target) else place.addresses[0],
        "protocol": "tcps" if target.ssl_enabled else "tcp", "tcp_connect_timeout": max(seconds, 0.001),
        "retry_count": 0, "disable_oob": True, "program": "roundhouse",
    }  # fmt: skip
    if "sid" in target.params:
        options["sid"] = target.params["sid"]
    else:
        options["service_name"] = target.database_name
    if target.ssl_enabled:
        options["ssl_context"] = tls_context(target)
        options["ssl_server_dn_match"] = verifies_certificate(target) and target.params.get("ssl_server_dn_match", True)
    return options


def _open(target: Target, deadline: Deadline) -> tuple[OracleSession, str]:
    read_params(target, _PARAMS)
    place = find_place(target, seconds=deadline.left)
    options, handle = connect_options(target, place, seconds=deadline.left), Handle(place)
    watch = Watch(deadline.left, [handle.cut])
    try:
        with watch, only(handle):
            connection = oracledb.connect(**options)
    except FAILURES as error:
        handle.close()
        watch.check("connect_timeout")
        raise connector_error(error, otherwise="driver_error") from None
    return OracleSession(connection, handle, database_name=target.database_name), str(connection.version)
