"""An open connection to MySQL or MariaDB: each query is one read-only transaction, rolled back."""

import contextlib
import select
import time
from collections.abc import Callable, Iterator
from typing import Any

import pymysql

from tasks.engines.cancel import CancelToken, NeverCancelled
from text2sql.catalog import Catalog
from text2sql.connectors.addresses import Place
from text2sql.connectors.base import (
    Batch,
    ConnectorError,
    Finished,
    Header,
    Plan,
    RunEvent,
    RunLimits,
    SamplingRules,
    Target,
)
from text2sql.connectors.cells import Meter
from text2sql.connectors.clock import milliseconds_since
from text2sql.connectors.mysql.introspection import read_catalog
from text2sql.connectors.mysql.plans import read_plan
from text2sql.connectors.mysql.wire import StreamCursor, Wire, kill_query
from text2sql.connectors.statements import refuse_unless
from text2sql.connectors.watching import Watch

_GRACE_SECONDS = 0.5
_SETTLE_SECONDS = 3.0
_ROWS_PER_BATCH = 256
_QUERIES = frozenset({"SELECT", "WITH", "VALUES", "TABLE", "SHOW", "DESCRIBE", "DESC", "EXPLAIN"})
#: A read-only transaction does not keep a query from writing files.
_FILES = frozenset({"OUTFILE", "DUMPFILE"})


class MysqlSession:
    """`text2sql.connectors.base.Session` over one PyMySQL connection.

    A query costs three round trips, and a fourth when its limits differ from the last one's.
    """

    def __init__(self, wire: Wire, target: Target, place: Place) -> None:
        self._wire = wire
        self._thread_id = wire.connection.thread_id()
        self._kill: Callable[[], None] = lambda: kill_query(target, place, self._thread_id)
        self.version = str(wire.connection.get_server_info()).removeprefix("5.5.5-")
        self.is_mariadb = "mariadb" in self.version.lower()
        self.database_name = target.database_name
        self._limits = (0.0, 0)
        # Without quotes and escapes of other modes; MariaDB's full group by knows no dependent columns.
        mode = "" if self.is_mariadb else "ONLY_FULL_GROUP_BY"
        for statement in (f"SET SESSION sql_mode = '{mode}'", "SET SESSION TRANSACTION READ ONLY"):
            wire.execute(statement).close()

    def fetch(self, text: str, *, seconds: float, cancel: CancelToken | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query of our own."""
        with self._transaction(text, seconds=seconds, cancel=cancel or NeverCancelled()) as cursor:
            return list(cursor.fetchall())

    def introspect(self, *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
        """See the contract."""
        return read_catalog(self, sampling=sampling, cancel=cancel)

    def explain(self, statement: str, *, timeout_seconds: float) -> Plan:
        """See the contract; `cost` is the optimizer's, None where the server tells none."""
        refuse_unless(statement, _QUERIES, without=_FILES)
        return read_plan(self, statement, timeout_seconds=timeout_seconds)

    def run(self, statement: str, *, limits: RunLimits, cancel: CancelToken) -> Iterator[RunEvent]:
        """See the contract."""
        refuse_unless(statement, _QUERIES, without=_FILES)
        meter, started = Meter(limits), time.perf_counter()
        more = limits.max_rows + 1
        with self._transaction(statement, seconds=limits.timeout_seconds, cancel=cancel, max_rows=more) as cursor:
            columns = cursor.columns()
            if columns is None:
                raise ConnectorError("query_refused", "The statement returns no rows, so it is no query.")
            rows = cursor.fetchmany(1)
            first_ms = milliseconds_since(started)
            yield Header(columns)
            while rows:
                if taken := meter.take(rows):
                    yield Batch(tuple(taken))
                if meter.cut_by:
                    break
                rows = cursor.fetchmany(_ROWS_PER_BATCH)
        yield Finished(meter.rows, first_ms, meter.cut_by)

    def is_usable(self) -> bool:
        """See the contract; a server that has something to say to a resting connection says goodbye."""
        if self._wire.is_broken or not self._wire.connection.open:
            return False
        poll = select.poll()
        poll.register(self._wire.fileno(), select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """See the contract."""
        self._wire.close()

    @contextlib.contextmanager
    def _transaction(
        self, statement: str, *, seconds: float, cancel: CancelToken, max_rows: int = 0
    ) -> Iterator[StreamCursor]:
        """The statement's cursor; whatever happens in between, nothing runs and all is rolled back afterwards."""
        watch = Watch(seconds + _GRACE_SECONDS, [self._kill, self._wire.cut], cancel=cancel)
        cursor: StreamCursor | None = None
        try:
            with watch:
                self._limit(seconds, max_rows)
                self._wire.execute("START TRANSACTION READ ONLY").close()
                cursor = self._wire.execute(statement)
                yield cursor
            watch.check()
        except ConnectorError:
            watch.check()
            raise
        except (pymysql.Error, OSError, ValueError) as error:
            failed = self._wire.failed(error)
            watch.check()
            raise failed from None
        finally:
            self._settle(cursor)

    def _limit(self, seconds: float, max_rows: int) -> None:
        """The server's own limits; a query with a LIMIT of its own may return more rows than this.

        MariaDB's are in seconds, MySQL's in milliseconds and for SELECT alone; both end the query on the server.
        """
        if (seconds, max_rows) == self._limits:
            return
        limits = f"max_statement_time = {max(seconds, 0.001):.3f}"
        if not self.is_mariadb:
            limits = f"max_execution_time = {max(1, int(seconds * 1000))}"
        self._wire.execute(f"SET SESSION {limits}, sql_select_limit = {max_rows or 'DEFAULT'}").close()
        self._limits = (seconds, max_rows)

    def _settle(self, cursor: StreamCursor | None) -> None:
        """Rows that nobody read must be read before the next statement; the server is told to send no more."""
        if not self._wire.is_broken:
            with Watch(_SETTLE_SECONDS, [self._wire.cut]):
                self._roll_back(cursor)
        if self._wire.is_broken and cursor is not None:
            cursor.abandon()

    def _roll_back(self, cursor: StreamCursor | None) -> None:
        if cursor is not None and cursor.is_unread:
            self._kill()
        with contextlib.suppress(pymysql.Error, OSError):
            if cursor is not None:
                cursor.close()
        for _attempt in range(2):  # a late KILL may end the first one
            with contextlib.suppress(ConnectorError):
                self._wire.execute("ROLLBACK").close()
                return
        self._wire.cut()
