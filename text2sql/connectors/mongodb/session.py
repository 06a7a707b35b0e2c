"""A MongoDB server as a session. An aggregation that passed `read_statement` cannot write."""

import contextlib
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

import pymongo
from pymongo.errors import PyMongoError

from tasks.engines.cancel import CancelToken
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
from text2sql.connectors.clock import Deadline, milliseconds_since
from text2sql.connectors.mongodb.errors import connector_error
from text2sql.connectors.mongodb.introspection import read_catalog
from text2sql.connectors.mongodb.pipelines import Aggregation, read_statement
from text2sql.connectors.mongodb.values import OTHER_FIELDS, field_names, to_row, type_of
from text2sql.connectors.watching import Watch

_GRACE_SECONDS = 0.5
#: The columns are the fields of so many documents.
_FIRST_DOCUMENTS = 1000
_DOCUMENTS_PER_BATCH = 256
_FAILURES = (PyMongoError, OSError)

Client = pymongo.MongoClient[dict[str, Any]]


class MongoSession:
    """`text2sql.connectors.base.Session` over one PyMongo client."""

    def __init__(self, client: Client, database_name: str) -> None:
        self._client = client
        self._database = client[database_name]
        self._is_closed = False

    def introspect(self, *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
        """See the contract; `sampling.timeout_seconds` bounds the values, fields are always looked for."""
        return read_catalog(self._database, sampling=sampling, cancel=cancel)

    def explain(self, statement: str, *, timeout_seconds: float) -> Plan:
        """See the contract; MongoDB tells neither cost nor rows before it runs."""
        query = read_statement(statement)
        aggregate = {"aggregate": query.collection, "pipeline": query.pipeline, "cursor": {}}
        try:
            with pymongo.timeout(timeout_seconds):
                plan = self._database.command({"explain": aggregate, "verbosity": "queryPlanner"})
        except _FAILURES as error:
            raise connector_error(error) from None
        return Plan(None, None, json.dumps(plan, indent=1, default=str))

    def run(self, statement: str, *, limits: RunLimits, cancel: CancelToken) -> Iterator[RunEvent]:
        """See the contract. Columns are the fields of the first thousand documents; later ones share a last column."""
        query, meter, started = read_statement(statement), Meter(limits), time.perf_counter()
        with self._documents(query, limits, cancel) as documents:
            first = list(islice(documents, min(_FIRST_DOCUMENTS, limits.max_rows + 1)))
            first_ms = milliseconds_since(started)
            names = field_names(first)
            has_rest = len(first) == _FIRST_DOCUMENTS
            yield Header(_columns(names, first, has_rest=has_rest))
            while first:
                if taken := meter.take([to_row(document, names, has_rest=has_rest) for document in first]):
                    yield Batch(tuple(taken))
                first = [] if meter.cut_by else list(islice(documents, _DOCUMENTS_PER_BATCH))
        yield Finished(meter.rows, first_ms, meter.cut_by)

    def is_usable(self) -> bool:
        """See the contract; PyMongo opens a lost connection again by itself."""
        return not self._is_closed

    def close(self) -> None:
        """See the contract."""
        self._is_closed = True
        with contextlib.suppress(*_FAILURES):
            self._client.close()

    @contextlib.contextmanager
    def _documents(
        self, query: Aggregation, limits: RunLimits, cancel: CancelToken
    ) -> Iterator[Iterator[Mapping[str, Any]]]:
        """The server ends the cursor when it is closed early, and the operation when we ask it to."""
        comment, deadline = str(uuid.uuid4()), Deadline(limits.timeout_seconds)
        watch = Watch(deadline.left + _GRACE_SECONDS, [lambda: self._kill(comment), self.close], cancel=cancel)
        try:
            with watch:
                with pymongo.timeout(deadline.left):
                    cursor = self._database[query.collection].aggregate(
                        query.pipeline, comment=comment, batchSize=_DOCUMENTS_PER_BATCH
                    )
                with contextlib.closing(cursor):
                    yield _read(cursor, deadline)
            watch.check()
        except _FAILURES as error:
            watch.check()
            raise connector_error(error) from None

    def _kill(self, comment: str) -> None:
        """An account may end its own operations.

        The operation is found by the comment that we gave it; PyMongo does not tell its number.
        """
        with contextlib.suppress(*_FAILURES), pymongo.timeout(1.0):
            admin = self._client["admin"]
            mine: list[dict[str, Any]] = [{"$currentOp": {"allUsers": False}}, {"$match": {"command.comment": comment}}]
            for operation in admin.aggregate(mine):
                admin.command({"killOp": 1, "op": operation["opid"]})


def _read(cursor: Any, deadline: Deadline) -> Iterator[Mapping[str, Any]]:
    """Each document within what is left of the time; the time-out must not stay set while somebody else works."""
    while True:
        with pymongo.timeout(max(deadline.left, 0.001)):
            document = next(cursor, None)
        if document is None:
            return
        yield document


def _columns(names: list[str], documents: list[Mapping[str, Any]], *, has_rest: bool) -> tuple[ResultColumn, ...]:
    columns = []
    for name in names:
        value = next((found[name] for found in documents if found.get(name) is not None), None)
        columns.append(ResultColumn(name, *type_of(value)))
    if has_rest:
        columns.append(ResultColumn(OTHER_FIELDS, "object", "json"))
    return tuple(columns)
