"""A ClickHouse server as a session: HTTP requests with read-only settings, each with an id that can be killed."""

import contextlib
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from urllib3.exceptions import HTTPError

from tasks.engines.cancel import CancelToken, NeverCancelled
from text2sql.catalog import Catalog
from text2sql.connectors.base import (
    Batch,
    Finished,
    Header,
    Plan,
    ResultColumn,
    RunEvent,
    RunLimits,
    SamplingRules,
)
from text2sql.connectors.cells import Meter
from text2sql.connectors.clickhouse.errors import connector_error
from text2sql.connectors.clickhouse.introspection import read_catalog
from text2sql.connectors.clickhouse.plans import read_plan
from text2sql.connectors.clickhouse.transport import Sockets
from text2sql.connectors.clickhouse.types import kind_of
from text2sql.connectors.clock import milliseconds_since
from text2sql.connectors.statements import refuse_calls, refuse_unless
from text2sql.connectors.watching import Watch

_GRACE_SECONDS = 0.5
_ROWS_PER_BATCH = 256
_QUERIES = frozenset({"SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN"})
#: They read files of the server, or whatever the server reaches. Read-only settings allow them.
_OUTSIDE = frozenset(
    """
    url urlcluster file filecluster s3 s3cluster gcs azureblobstorage azureblobstoragecluster hdfs hdfscluster remote
    remotesecure cluster clusterallreplicas mysql postgresql mongodb redis sqlite jdbc odbc executable input iceberg
    icebergs3 icebergazure iceberglocal icebergcluster deltalake deltalakelocal hudi paimon python ytsaurus
    """.split()  # noqa: SIM905 - a list of ninety quotes is harder to read
)
_FAILURES = (ClickHouseError, HTTPError, OSError, ValueError, IndexError, EOFError)


class ClickHouseSession:
    """`text2sql.connectors.base.Session` over one clickhouse-connect client.

    `kill` ends a query by its id over another connection. `level` is the account's own `readonly` setting: 1 means
    that no setting may be sent at all, so only our clock limits its queries.
    """

    def __init__(self, client: Client, sockets: Sockets, *, database_name: str, kill: Callable[[str], None]) -> None:
        self._client, self._sockets, self._kill = client, sockets, kill
        self.database_name = database_name
        self.version = str(client.server_version)
        setting = client.server_settings.get("readonly")
        self.level = int(setting.value) if setting else 0

    def settings(self, seconds: float, limits: RunLimits | None = None) -> dict[str, Any]:
        """What is sent with a query: the server's own limits, and `readonly` unless the account has it already.

        `max_execution_time` takes whole seconds here, rounded up; our own watch ends the query to the millisecond.
        """
        if self.level == 1:
            return {}
        settings: dict[str, Any] = {
            "max_execution_time": max(1, int(seconds + 0.999)),
            "timeout_overflow_mode": "throw",
            "cancel_http_readonly_queries_on_client_close": 1,
        }
        if limits is not None:
            settings |= {"max_result_rows": limits.max_rows + 1, "result_overflow_mode": "break"}
        return settings if self.level else {**settings, "readonly": 1}

    def fetch(self, text: str, *, seconds: float, cancel: CancelToken | None = None) -> list[tuple[Any, ...]]:
        """All rows of a query of our own."""
        rows: list[tuple[Any, ...]] = []
        with self._stream(text, self.settings(seconds), seconds=seconds, cancel=cancel or NeverCancelled()) as (
            _source,
            blocks,
        ):
            for block in blocks:
                rows.extend(tuple(row) for row in block)
        return rows

    def introspect(self, *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
        """See the contract; ClickHouse knows no foreign keys."""
        return read_catalog(self, sampling=sampling, cancel=cancel)

    def explain(self, statement: str, *, timeout_seconds: float) -> Plan:
        """See the contract; `cost` is the number of rows to be read, None for other than MergeTree tables."""
        self._refuse(statement)
        return read_plan(self, statement, timeout_seconds=timeout_seconds)

    def run(self, statement: str, *, limits: RunLimits, cancel: CancelToken) -> Iterator[RunEvent]:
        """See the contract."""
        self._refuse(statement)
        meter, started = Meter(limits), time.perf_counter()
        settings = self.settings(limits.timeout_seconds, limits)
        with self._stream(statement, settings, seconds=limits.timeout_seconds, cancel=cancel) as (source, blocks):
            first_ms = milliseconds_since(started)
            yield Header(
                tuple(
                    ResultColumn(str(name), str(kind.name), kind_of(str(kind.name)))
                    for name, kind in zip(source.column_names, source.column_types, strict=True)
                )
            )
            for block in blocks:
                rows = list(block)
                for start in range(0, len(rows), _ROWS_PER_BATCH):
                    if taken := meter.take(rows[start : start + _ROWS_PER_BATCH]):
                        yield Batch(tuple(taken))
                    if meter.cut_by:
                        break
                if meter.cut_by:
                    break
        yield Finished(meter.rows, first_ms, meter.cut_by)

    def is_usable(self) -> bool:
        """See the contract; a lost HTTP connection is opened again by itself."""
        return not self._sockets.is_cut

    def close(self) -> None:
        """See the contract."""
        self._sockets.cut()
        with contextlib.suppress(*_FAILURES):
            self._client.close()

    def _refuse(self, statement: str) -> None:
        refuse_unless(statement, _QUERIES, without=frozenset({"OUTFILE", "INFILE"}))
        refuse_calls(statement, _OUTSIDE)

    @contextlib.contextmanager
    def _stream(
        self, statement: str, settings: dict[str, Any], *, seconds: float, cancel: CancelToken
    ) -> Iterator[tuple[Any, Iterator[Any]]]:
        """What knows the columns, and blocks of rows.

        Leaving before the last one hangs up, upon which the server stops; the next query connects anew.
        """
        query_id, rest = str(uuid.uuid4()), _Rest()
        steps = [lambda: self._kill(query_id), self._sockets.cut]
        watch = Watch(seconds + _GRACE_SECONDS, steps, cancel=cancel)
        try:
            with watch:
                source = self._client.query_row_block_stream(
                    statement, settings=settings, transport_settings={"query_id": query_id},
                    query_formats={"FixedString": "string", "IPv*": "string"},
                )  # fmt: skip
                with source as stream:
                    yield stream.source, rest.of(stream)
            watch.check()
        except _FAILURES as error:
            watch.check()
            raise connector_error(error) from None
        finally:
            if not rest.is_read:
                self._sockets.drop()


class _Rest:
    """Whether an iterator was read to its end."""

    is_read = False

    def of(self, blocks: Iterator[Any]) -> Iterator[Any]:
        yield from blocks
        self.is_read = True
