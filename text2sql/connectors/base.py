"""The contract of connectors: test, introspect, explain and run, read-only and within limits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeAlias, runtime_checkable

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog, ColumnKind, DatabaseType

_NOTHING: Mapping[str, Any] = MappingProxyType({})

#: `ConnectorError.code`; the first group is about reaching the database, the second about a query.
ErrorCode: TypeAlias = Literal[
    "address_refused", "host_not_found", "connection_refused", "connect_timeout", "tls_failed", "wrong_credentials",
    "unknown_database", "driver_error", "connection_lost", "too_many_connections",
    "query_failed", "query_timeout", "permission_denied", "unknown_table", "unknown_column", "syntax_error",
    "query_refused", "query_too_costly",
]  # fmt: skip


class ConnectorError(Exception):
    """Something of the database's side failed. `message` is fit to be shown: no password, no address of ours."""

    def __init__(self, code: ErrorCode, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions pickle their positional arguments only.
        return type(self), (self.code, self.message)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a database is and how to sign in. `params` are the connection's additional parameters, from an allow-list.

    `allows_private` is an administrator's word that private addresses may be reached; `forbidden` are host and port
    pairs that never may be (the product's own servers). `socket_dir` is for the house alone: the folder of its own
    PostgreSQL's Unix socket, in place of a host.
    """

    database_type: DatabaseType
    host: str
    port: int
    database_name: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    ssl_enabled: bool = False
    params: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    allows_private: bool = False
    forbidden: frozenset[tuple[str, int]] = frozenset()
    socket_dir: str = ""


@dataclass(frozen=True, slots=True)
class RunLimits:
    """What one query may take; whatever is reached first ends it. `max_cell_bytes` cuts single values."""

    timeout_seconds: float = 30.0
    max_rows: int = 10_000
    max_bytes: int = 20_000_000
    max_cell_bytes: int = 100_000


@dataclass(frozen=True, slots=True)
class SamplingRules:
    """What introspection may read of the data. `skipped` are (schema, table, column) that people opted out.

    `max_values_per_column` are distinct values, `timeout_seconds` is for all tables together, and what is not
    sampled in time stays without samples: the schema itself is always complete.
    """

    max_values_per_column: int = 200
    max_value_characters: int = 80
    max_total_values: int = 100_000
    timeout_seconds: float = 10.0
    skipped: frozenset[tuple[str, str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class TestFacts:
    """What a live test found. `is_read_only` is whether the role can do nothing but SELECT; None if unknown.

    `warnings` are sentences for people, such as that the role may write.
    """

    version: str
    latency_ms: float
    username: str
    is_read_only: bool | None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a result; `data_type` is the database's word.

    Names need not be unique (`SELECT 1, 1`), and may be empty: rows are tuples by position.
    """

    name: str
    data_type: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True)
class Header:
    """The first event of a run."""

    columns: tuple[ResultColumn, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """The next rows; never empty."""

    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """The last event. `database_ms` is from sending the query to its first row, in milliseconds.

    `cut_by` says which limit ended it, if any: the rows so far are good.
    """

    rows: int
    database_ms: float
    cut_by: Literal["", "rows", "bytes"] = ""


RunEvent: TypeAlias = Header | Batch | Finished


@dataclass(frozen=True, slots=True)
class Plan:
    """What the database expects. `cost` is in the database's own unit, None where it has none; `text` is the plan."""

    cost: float | None
    rows: float | None
    text: str


@runtime_checkable
class Session(Protocol):
    """An open connection. Nothing it does changes the database: each call is a read-only transaction, rolled back.

    A statement comes checked (`text2sql.safety`); a session still opens READ ONLY transactions, sends one statement
    by the extended protocol where there is one, and sets the server's own time-out. Everything raises ConnectorError.
    """

    def introspect(self, *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
        """Tables, views, columns, types, keys, comments, row estimates and sampled values."""

    def explain(self, statement: str, *, timeout_seconds: float) -> Plan:
        """The plan, without running the statement."""

    def run(self, statement: str, *, limits: RunLimits, cancel: CancelToken) -> Iterator[RunEvent]:
        """Header, batches as they come, Finished. Closing the iterator, or the token, cancels it on the server.

        Values are None, bool, int, float, Decimal, str, bytes, date, time, datetime, timedelta, UUID, list or dict.
        """

    def is_usable(self) -> bool:
        """Whether the connection still lives; cheap, for a pool."""

    def close(self) -> None:
        """Hang up; never raises."""


@runtime_checkable
class Connector(Protocol):
    """One kind of database. Made without arguments; imports its driver in `open` and `test`."""

    def test(self, target: Target, *, timeout_seconds: float = 10.0) -> TestFacts:
        """Sign in and look around, within the time; raises ConnectorError."""

    def open(self, target: Target, *, connect_seconds: float = 10.0) -> Session:
        """A session; raises ConnectorError within the time, whatever the other side does.

        The target's address is checked (`addresses.find_place`) before the first packet is sent.
        """
