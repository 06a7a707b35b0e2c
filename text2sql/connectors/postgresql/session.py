"""An open PostgreSQL connection: each query is one read-only transaction in one round trip."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

from psycopg import Connection, pq
from psycopg.pq.abc import PGconn, PGresult

from tasks.engines.cancel import CancelToken, NeverCancelled
from text2sql.catalog import Catalog
from text2sql.connectors.base import (
    Batch,
    ConnectorError,
    Finished,
    Header,
    Plan,
    RunEvent,
    RunLimits,
    SamplingRules,
)
from text2sql.connectors.cells import Meter
from text2sql.connectors.clock import Deadline, milliseconds_since
from text2sql.connectors.postgresql.errors import query_error
from text2sql.connectors.postgresql.introspection import read_catalog
from text2sql.connectors.postgresql.plans import read_plan
from text2sql.connectors.postgresql.types import Reader
from text2sql.connectors.postgresql.wire import Statement, Wire
from text2sql.connectors.statements import refuse_unsendable

#: How much longer than the server we wait, so that its own time-out speaks first.
_GRACE_SECONDS = 0.5
_ROWS_PER_BATCH = 256
_WITH_ROWS = (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.TUPLES_CHUNK, pq.ExecStatus.SINGLE_TUPLE)
_FIRST: tuple[Statement, ...] = (
    ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", ()),
    ("SET DateStyle = 'ISO'", ()),
    ("SET IntervalStyle = 'postgres'", ()),
    (
        # A type of an extension or of the database itself; those of tables and arrays are not needed.
        "SELECT oid::int8, typname::text, typtype::text FROM pg_catalog.pg_type"
        " WHERE oid >= 16384 AND typtype IN ('e', 'b', 'r', 'm') AND typcategory <> 'A'",
        (),
    ),
)
#: ROLLBACK leaves advisory locks of the session behind.
_LAST: tuple[Statement, ...] = (("ROLLBACK", ()), ("SELECT pg_catalog.pg_advisory_unlock_all()", ()))


def read_only(statement: str, *, seconds: float) -> list[Statement]:
    """The transaction around a statement, which stands at index 2; the server's time-outs are the given seconds."""
    milliseconds = str(max(1, int(seconds * 1000)))
    settings = (
        "SELECT pg_catalog.set_config('statement_timeout', $1, true), pg_catalog.set_config('lock_timeout', $1, true)"
    )
    return [("BEGIN TRANSACTION READ ONLY", ()), (settings, (milliseconds,)), (statement, ()), *_LAST]


class PostgresSession:
    """`text2sql.connectors.base.Session` over one libpq connection.

    Opening it costs one round trip more: settings, and the names of types that are not PostgreSQL's own.
    """

    def __init__(self, connection: PGconn, *, database_name: str, deadline: Deadline) -> None:
        self._psycopg: Connection[Any] = Connection(connection)
        connection.notice_handler = None
        self._wire = Wire(connection)
        self.database_name = database_name
        self._is_answered = False
        self._reader = Reader(self._psycopg, {})
        own = {}
        self._wire.send(_FIRST)
        for index, result in self._checked(deadline, NeverCancelled(), skipped=0):
            if index == len(_FIRST) - 1:
                own = {oid: (name, form) for oid, name, form in self._reader.rows(result)}
        self._reader = Reader(self._psycopg, own)

    def fetch(
        self, text: str, *, seconds: float, cancel: CancelToken | None = None, skipped: int = 0
    ) -> list[tuple[Any, ...]]:
        """All rows of a query of our own; `skipped` of its characters stand before what a person wrote."""
        rows: list[tuple[Any, ...]] = []
        token = cancel or NeverCancelled()
        with self._transaction(text, seconds=seconds, cancel=token, skipped=skipped) as results:
            for result in results:
                rows.extend(self._reader.rows(result))
        return rows

    def introspect(self, *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
        """See the contract."""
        return read_catalog(self, sampling=sampling, cancel=cancel)

    def explain(self, statement: str, *, timeout_seconds: float) -> Plan:
        """See the contract; `cost` is the planner's total cost."""
        return read_plan(self, statement, timeout_seconds=timeout_seconds)

    def run(self, statement: str, *, limits: RunLimits, cancel: CancelToken) -> Iterator[RunEvent]:
        """See the contract."""
        meter, started, first_ms = Meter(limits), time.perf_counter(), None
        waiting: list[tuple[Any, ...]] = []
        with self._transaction(statement, seconds=limits.timeout_seconds, cancel=cancel, streamed=True) as results:
            for result in results:
                if first_ms is None:
                    first_ms = milliseconds_since(started)
                    if result.status not in _WITH_ROWS:
                        raise ConnectorError("query_refused", "The statement returns no rows, so it is no query.")
                    yield Header(self._reader.columns(result))
                waiting += meter.take(self._reader.rows(result))
                if meter.cut_by:
                    break
                if len(waiting) >= _ROWS_PER_BATCH:
                    yield Batch(tuple(waiting))
                    waiting = []
        if waiting:
            yield Batch(tuple(waiting))
        yield Finished(meter.rows, first_ms or milliseconds_since(started), meter.cut_by)

    def is_usable(self) -> bool:
        """See the contract."""
        return self._wire.is_usable()

    def close(self) -> None:
        """See the contract."""
        self._wire.close()

    @contextlib.contextmanager
    def _transaction(
        self, statement: str, *, seconds: float, cancel: CancelToken, streamed: bool = False, skipped: int = 0
    ) -> Iterator[Iterator[PGresult]]:
        """Results of the statement; whatever happens in between, the server is at rest and rolled back afterwards."""
        cancel.raise_if_cancelled()
        refuse_unsendable(statement)
        self._wire.send(read_only(statement, seconds=seconds), streamed=2 if streamed else None)
        deadline = Deadline(seconds + _GRACE_SECONDS)
        has_failed, self._is_answered = True, False
        try:
            results = self._checked(deadline, cancel, skipped=skipped)
            yield (result for index, result in results if index == 2)
            has_failed = self._wire.is_busy
        finally:
            if has_failed:
                self._wire.settle(asks=not self._is_answered)
                self._roll_back()

    def _checked(self, deadline: Deadline, cancel: CancelToken, *, skipped: int) -> Iterator[tuple[int, PGresult]]:
        # After the first error the server skips all that follows up to the synchronisation point.
        for index, result in self._wire.results(deadline=deadline, cancel=cancel):
            if result.status in (pq.ExecStatus.FATAL_ERROR, pq.ExecStatus.BAD_RESPONSE):
                self._is_answered = True
                raise query_error(result, skipped=skipped)
            yield index, result

    def _roll_back(self) -> None:
        """A failed statement made the server skip the rest of its transaction's statements."""
        if self._wire.is_broken:
            return
        try:
            self._wire.send(_LAST)
            for _result in self._wire.results(deadline=Deadline(_GRACE_SECONDS), cancel=NeverCancelled()):
                pass
        except ConnectorError:
            self._wire.is_broken = True
