"""A person's database as the house lets it be used: every statement checked, planned, read-only, timed and cut."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from django.conf import settings

from config.common.concurrency import MadeOnce
from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog
from text2sql.connectors.base import (
    Batch,
    ConnectorError,
    Finished,
    Header,
    Plan,
    RunEvent,
    RunLimits,
    Session,
)
from text2sql.connectors.pool import PoolKey, SessionPool, fingerprint
from text2sql.connectors.registry import connector_for
from text2sql.engines.base import QueryFailed, Rows
from text2sql.models import DatabaseConnection
from text2sql.safety.base import CheckedStatement, Policy, StatementRefused
from text2sql.services.targets import run_limits, target_of

#: Queries that an engine tries before a person sees them.
PROBE_SECONDS = 5.0


@contextmanager
def open_session(connection: DatabaseConnection) -> Iterator[Session]:
    """A session of the pool, given back at the end; raises ConnectorError.

    Sessions are kept under everything that matters for signing in: a changed password or address opens new ones, and
    those signed in before are never lent again.
    """
    target = target_of(connection)
    connector = connector_for(target.database_type)
    key = PoolKey(connection.pk, fingerprint(target))
    with session_pool().lease(key, lambda: connector.open(target)) as session:
        yield session


@MadeOnce
def session_pool() -> SessionPool:
    """The sessions of this process."""
    return SessionPool(max_open=settings.TEXT2SQL_SESSIONS, idle_seconds=settings.TEXT2SQL_IDLE_SECONDS)


def policy_for(catalog: Catalog) -> Policy:
    """What may be read: the tables that introspection saw, and nothing else.

    Rights that the role has beyond them, on another schema or the server's own catalog, are of no use to a query.
    """
    return Policy(tables=frozenset(catalog.table_by_key), default_schema=catalog.default_schema)


@dataclass
class HouseDatabase:
    """One database for the length of one piece of work; a session is taken for each query and given back."""

    connection: DatabaseConnection
    catalog: Catalog
    cancel: CancelToken

    @cached_property
    def _policy(self) -> Policy:
        return policy_for(self.catalog)

    def check(self, text: str) -> CheckedStatement:
        """The statement as it may be sent; raises QueryFailed with the check's own code."""
        from text2sql.safety.checking import check_statement  # sqlglot is large

        try:
            return check_statement(text, database_type=self.catalog.database_type, policy=self._policy)
        except StatementRefused as error:
            raise QueryFailed(error.message, error.code) from error

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """For engines (`ReadOnlyDatabase`): a few rows, within a few seconds.

        Nobody has approved these queries: they are checked like all others, and their rows are kept nowhere.
        """
        limits = replace(run_limits(), timeout_seconds=PROBE_SECONDS, max_rows=max_rows)
        columns: tuple[str, ...] = ()
        rows: list[tuple[object, ...]] = []
        is_cut = False
        for event in self.stream(self.check(sql), limits=limits):
            match event:
                case Header():
                    columns = tuple(column.name for column in event.columns)
                case Batch():
                    rows += event.rows
                case Finished():
                    is_cut = bool(event.cut_by)
        return Rows(columns, tuple(rows), is_cut)

    def stream(self, statement: CheckedStatement, *, limits: RunLimits) -> Iterator[RunEvent]:
        """All events of a run; raises QueryFailed.

        The session belongs to the run until the iterator ends or is closed: whoever stops reading cancels the query on
        the server and gives the session back.
        """
        try:
            with open_session(self.connection) as session:
                yield from session.run(statement.text, limits=limits, cancel=self.cancel)
        except ConnectorError as error:
            raise QueryFailed(error.message, error.code) from error

    def plan(self, statement: CheckedStatement) -> Plan:
        """What the database expects. Raises QueryFailed, `query_too_costly` above TEXT2SQL_MAX_COST.

        In the database's own unit, so that the limit is a brake against products of tables, not a promise of time.
        """
        try:
            with open_session(self.connection) as session:
                plan = session.explain(statement.text, timeout_seconds=PROBE_SECONDS)
        except ConnectorError as error:
            raise QueryFailed(error.message, error.code) from error
        limit = settings.TEXT2SQL_MAX_COST
        if limit and plan.cost is not None and plan.cost > limit:
            message = f"The database expects this query to cost {plan.cost:,.0f}; the limit is {limit:,.0f}."
            raise QueryFailed(message, "query_too_costly")
        return plan
