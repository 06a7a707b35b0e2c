"""Signing in to MySQL and MariaDB."""

import time

from text2sql.connectors.addresses import find_place
from text2sql.connectors.base import ConnectorError, Target, TestFacts
from text2sql.connectors.clock import Deadline, milliseconds_since
from text2sql.connectors.mysql.rights import read_rights
from text2sql.connectors.mysql.session import MysqlSession
from text2sql.connectors.mysql.wire import connect
from text2sql.connectors.params import one_of, read_params
from text2sql.connectors.watching import Watch

#: Character sets in which a quote cannot be half of another character.
_PARAMS = {"charset": one_of("utf8mb4", "utf8", "latin1", "ascii")}


class MysqlConnector:
    """`text2sql.connectors.base.Connector` for MySQL and MariaDB. Parameter: `charset`."""

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

    def open(self, target: Target, *, connect_seconds: float = 10.0) -> MysqlSession:
        """See the contract."""
        read_params(target, _PARAMS)
        deadline = Deadline(connect_seconds)
        place = find_place(target, seconds=deadline.left)
        wire = connect(target, place, deadline=deadline)
        watch = Watch(deadline.left, [wire.cut])
        try:
            with watch:
                return MysqlSession(wire, target, place)
        except ConnectorError:
            wire.close()
            watch.check("connect_timeout")
            raise
