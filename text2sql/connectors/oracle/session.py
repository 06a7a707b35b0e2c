"""An open connection to Oracle: each query is one read-only transaction, rolled back."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from tasks.engines.cancel import CancelToken, NeverCancelled
from text2sql.catalog import Catalog
from text2sql.connectors.base import (
    Batch,
    ConnectorError,
    Finished,
    Header,
    Plan,
    ResultColumn,
    RunEvent,
    RunLimits,
    SamplingRules,
)
from text2sql.connectors.cells import Meter
from text2sql.connectors.clock import milliseconds_since
from text2sql.connectors.oracle.errors import FAILURES, connector_error
from text2sql.connectors.oracle.guard import Handle
from text2sql.connectors.oracle.introspection import read_catalog
from text2sql.connectors.oracle.types import fetch_as, kind_of, type_name
from text2sql.connectors.statements import refuse_unless
from text2sql.connectors.watching import Watch

_GRACE_SECONDS = 0.5
_ROWS_PER_BATCH = 256
_QUERIES = frozenset({"SELECT", "WITH"})
#: A function in WITH may write in a transaction of its own.
_CODE = frozenset({"FUNCTION", "PROCEDURE", "PRAGMA", "AUTONOMOUS_TRANSACTION"})


class OracleSession:
    """`text2sql.connectors.base.Session` over one connection of python-oracledb.

    Every round trip has the time-out of the whole query; a function that the account may execute can still write in
    an autonomous transaction, which no read-only transaction of ours prevents.
    """

    def __init__(self, connection: Any, handle: Handle, *, database_name: str) -> None:
        self._connection, self._handle = connection, handle
        self.database_name = database_name
        self._is_broken = False
        connection.outputtypehandler = fetch_as

    def fetch(self, text: str, *, seconds: float, cancel: CancelToken | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query of our own."""
        with self._transaction(text, seconds=seconds, cancel=cancel or NeverCancelled()) as cursor:
            return [tuple(row) for row in cursor.fetchall()]

    def introspect(self, *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
        """See the contract."""
        return read_catalog(self, sampling=sampling, cancel=cancel)

    def explain(self, statement: str, *, timeout_seconds: float) -> Plan:
        """Only whether the statement can be parsed: EXPLAIN PLAN would write into a table."""
        refuse_unless(statement, _QUERIES, without=_CODE)
        with self._transaction(statement, seconds=timeout_seconds, cancel=NeverCancelled(), parses=True):
            return Plan(None, None, "Oracle tells a plan only by writing it into a table, which is not done.")

    def run(self, statement: str, *, limits: RunLimits, cancel: CancelToken) -> Iterator[RunEvent]:
        """See the contract."""
        refuse_unless(statement, _QUERIES, without=_CODE)
        meter, started = Meter(limits), time.perf_counter()
        with self._transaction(statement, seconds=limits.timeout_seconds, cancel=cancel) as cursor:
            rows = cursor.fetchmany(_ROWS_PER_BATCH)
            first_ms = milliseconds_since(started)
            yield Header(
                tuple(
                    ResultColumn(info.name, type_name(info), kind_of(type_name(info), info.scale, info.precision))
                    for info in cursor.description
                )
            )
            while rows:
                if taken := meter.take(rows):
                    yield Batch(tuple(taken))
                rows = [] if meter.cut_by else cursor.fetchmany(_ROWS_PER_BATCH)
        yield Finished(meter.rows, first_ms, meter.cut_by)

    def is_usable(self) -> bool:
        """See the contract."""
        return not self._is_broken and bool(self._connection.is_healthy())

    def close(self) -> None:
        """See the contract."""
        self._is_broken = True
        with contextlib.suppress(*FAILURES), Watch(_GRACE_SECONDS, [self._handle.cut]):
            self._connection.close()
        self._handle.close()

    @contextlib.contextmanager
    def _transaction(
        self, statement: str, *, seconds: float, cancel: CancelToken, parses: bool = False
    ) -> Iterator[Any]:
        """The statement's cursor; leaving closes it, and the server drops what was not fetched."""
        watch = Watch(seconds + _GRACE_SECONDS, [self._stop, self._handle.cut], cancel=cancel)
        try:
            with watch:
                self._connection.call_timeout = max(1, int(seconds * 1000))
                with self._connection.cursor() as cursor:
                    cursor.execute("SET TRANSACTION READ ONLY")
                    cursor.arraysize = cursor.prefetchrows = _ROWS_PER_BATCH
                    if parses:
                        cursor.parse(statement)
                    else:
                        cursor.execute(statement)
                    yield cursor
            watch.check()
        except FAILURES as error:
            failed = connector_error(error)
            self._is_broken = self._is_broken or failed.code in ("connection_lost", "driver_error")
            watch.check()
            raise failed from None
        finally:
            self._roll_back()

    def _stop(self) -> None:
        with contextlib.suppress(*FAILURES):
            self._connection.cancel()

    def _roll_back(self) -> None:
        if self._is_broken:
            return
        try:
            with Watch(_GRACE_SECONDS, [self._handle.cut]):
                self._connection.rollback()
        except FAILURES:
            self._is_broken = True


def one_row(session: OracleSession, text: str, *, seconds: float) -> tuple[Any, ...]:
    """The only row of a query of our own; raises ConnectorError when there is none."""
    rows = session.fetch(text, seconds=seconds)
    if not rows:
        raise ConnectorError("query_failed", "The server's own tables do not answer.")
    return rows[0]
