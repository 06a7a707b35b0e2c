"""Oracle without Oracle: the driver's own errors, a listener that redirects, and a scripted connection."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Generator
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import oracledb
import pytest
import sqlglot

from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.catalog import Column, ForeignKey, Table
from text2sql.connectors import base
from text2sql.connectors.addresses import Place
from text2sql.connectors.base import Batch, Header, RunLimits, SamplingRules, Target
from text2sql.connectors.oracle.connector import OracleConnector, connect_options
from text2sql.connectors.oracle.errors import connector_error
from text2sql.connectors.oracle.guard import Handle, only
from text2sql.connectors.oracle.introspection import COLUMNS, KEYS, TABLES, read_tables, sampling_statement
from text2sql.connectors.oracle.rights import judge
from text2sql.connectors.oracle.session import OracleSession
from text2sql.connectors.oracle.types import column_type, fetch_as, kind_of
from text2sql.tests.connectors.asking import CancelledAfter, ask, code_of, finished, rows_of
from text2sql.tests.connectors.relay import Relay, closed_port, relay, to_port

CONNECTOR = OracleConnector()


def target(port: int = 1521, **changes: Any) -> Target:
    return replace(Target("oracle", "127.0.0.1", port, "shop", "u", "p", allows_private=True), **changes)


def test_what_goes_wrong_has_its_own_code_and_ends_in_time(shop_pg: Target) -> None:
    def code(found: Target, seconds: float = 0.3) -> tuple[str, bool]:
        start = time.monotonic()
        return code_of(CONNECTOR.open, found, connect_seconds=seconds), time.monotonic() - start < seconds + 2

    with relay(None) as silent:
        assert code(target(silent.port)) == ("connect_timeout", True)
    assert code(target(closed_port())) == ("connection_refused", True)
    assert code(target(closed_port(), database_name="")) == ("unknown_database", True)
    assert code(target(closed_port(), database_name="a)(b=")) == ("unknown_database", True)
    assert code(target(allows_private=False)) == ("address_refused", True)
    assert code(target(params={"wallet_location": "/etc"})) == ("driver_error", True)
    assert code(target(shop_pg.port, ssl_enabled=True), 5.0)[0] in ("tls_failed", "driver_error")


def redirecting(port: int) -> Relay:
    """A listener that answers each client with a TNS REDIRECT (type 5) to this port, data in a second packet."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        client, _address = listener.accept()
        client.recv(4096)
        data = f"(ADDRESS=(PROTOCOL=tcp)(HOST=127.0.0.1)(PORT={port}))\0(CONNECT_DATA=(SERVICE_NAME=shop))".encode()
        client.sendall(struct.pack(">HHBBHH", 10, 0, 5, 0, 0, len(data)))
        client.sendall(struct.pack(">HHBBHH", 10 + len(data), 0, 6, 0, 0, 0) + data)

    threading.Thread(target=serve, daemon=True).start()
    return Relay(to_port(listener.getsockname()[1]))


def test_listener_cannot_send_the_client_elsewhere() -> None:
    with relay(None) as elsewhere:
        sender = redirecting(elsewhere.port)
        assert code_of(CONNECTOR.open, target(sender.port), connect_seconds=2) == "address_refused"
        assert elsewhere.accepted == 0


def test_driver_would_follow_a_listener_that_sends_it_elsewhere() -> None:
    with relay(None) as elsewhere:
        sender = redirecting(elsewhere.port)
        handle = Handle(Place("127.0.0.1", sender.port, ("127.0.0.1",)))
        handle._allowed.add(("127.0.0.1", elsewhere.port))
        cut = threading.Timer(0.5, handle.cut)
        cut.start()
        with pytest.raises(oracledb.Error), only(handle):
            oracledb.connect(user="u", password="p", host="127.0.0.1", port=sender.port, service_name="shop")
        cut.join()
        assert elsewhere.accepted == 1


def test_other_connections_of_the_thread_are_free_afterwards(shop_pg: Target) -> None:
    with contextlib.suppress(base.ConnectorError):
        CONNECTOR.open(target(closed_port()))
    socket.create_connection(("127.0.0.1", shop_pg.port)).close()


def test_driver_is_told_the_address_or_the_name_of_the_certificate() -> None:
    place = Place("db.example.org", 1521, ("93.184.215.14",))

    def options(**changes: Any) -> dict[str, Any]:
        return connect_options(target(**changes), place, seconds=2)

    plain, checked = options(), options(ssl_enabled=True)
    unchecked = options(ssl_enabled=True, params={"sslmode": "require", "sid": "XE"})
    assert (plain["host"], plain["protocol"], plain["service_name"]) == ("93.184.215.14", "tcp", "shop")
    assert (checked["host"], checked["protocol"], checked["ssl_server_dn_match"]) == ("db.example.org", "tcps", True)
    assert (unchecked["host"], unchecked["sid"], unchecked["ssl_server_dn_match"]) == ("93.184.215.14", "XE", False)


def failure(code: str) -> oracledb.DatabaseError:
    message = f"{code}: what the server says\nHelp: https://docs.oracle.com/x"
    return oracledb.DatabaseError(SimpleNamespace(full_code=code, message=message))


def test_numbers_become_codes() -> None:
    said = {
        "ORA-01017": "wrong_credentials",
        "ORA-12514": "unknown_database",
        "ORA-02391": "too_many_connections",
        "ORA-00942": "unknown_table",
        "ORA-00904": "unknown_column",
        "ORA-00936": "syntax_error",
        "ORA-01031": "permission_denied",
        "ORA-01456": "query_refused",
        "DPY-4024": "query_timeout",
        "ORA-03113": "connection_lost",
        "ORA-01652": "query_too_costly",
        "ORA-01476": "query_failed",
    }
    assert {number: connector_error(failure(number)).code for number in said} == said
    assert connector_error(failure("ORA-00942")).message == "ORA-00942: what the server says"


def info(name: str, code: Any, scale: int | None = None, precision: int | None = None) -> SimpleNamespace:
    return SimpleNamespace(name=name, type_code=code, scale=scale, precision=precision)


class Scripted:
    """A connection of python-oracledb as far as a session uses it; `said` is what it was told, in order."""

    def __init__(self, rows: list[tuple[Any, ...]], error: Exception | None = None) -> None:
        self.rows, self.error, self.said = rows, error, list[str]()
        self.description = [info("N", oracledb.DB_TYPE_NUMBER, 0, 9), info("T", oracledb.DB_TYPE_VARCHAR)]
        self.call_timeout = 0
        self.cancelled = threading.Event()
        self.outputtypehandler: Any = None

    def cursor(self) -> Any:
        return contextlib.nullcontext(self)

    def execute(self, statement: str) -> None:
        self.said.append(statement)
        if statement == "SELECT sleep FROM dual":
            assert self.cancelled.wait(5)
            raise failure("ORA-01013")
        if self.error is not None and statement.startswith("SELECT"):
            raise self.error

    def parse(self, statement: str) -> None:
        self.said.append(f"parse {statement}")

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        taken, self.rows = self.rows[:size], self.rows[size:]
        return taken

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.fetchmany(10**9)

    def rollback(self) -> None:
        self.said.append("rollback")

    def cancel(self) -> None:
        self.cancelled.set()

    def is_healthy(self) -> bool:
        return True

    def close(self) -> None:
        self.said.append("close")


def opened(rows: list[tuple[Any, ...]], error: Exception | None = None) -> tuple[OracleSession, Scripted]:
    connection = Scripted(rows, error)
    return OracleSession(connection, Handle(Place("h", 1, ())), database_name="shop"), connection


def test_each_query_is_a_read_only_transaction_rolled_back() -> None:
    session, connection = opened([(1, "a"), (2, "đ" * 20)])
    assert rows_of(session, "SELECT 1 FROM dual", max_cell_bytes=10, timeout_seconds=3) == [(1, "a"), (2, "đđđđđ")]
    assert connection.said == ["SET TRANSACTION READ ONLY", "SELECT 1 FROM dual", "rollback"]
    assert connection.call_timeout == 3000
    assert finished(opened([(n, "") for n in range(1000)])[0], "SELECT 1 FROM dual", max_rows=10) == (10, "rows")


def test_header_tells_types() -> None:
    session, _connection = opened([])
    header = ask(session, "SELECT 1 FROM dual")[0]
    assert isinstance(header, Header)
    assert [(column.name, column.data_type, column.kind) for column in header.columns] == [
        ("N", "NUMBER", "integer"),
        ("T", "VARCHAR", "text"),
    ]


def test_failed_query_is_rolled_back_and_a_lost_connection_is_not_used_again() -> None:
    session, connection = opened([], failure("ORA-00942"))
    assert code_of(ask, session, "SELECT 1 FROM nothing") == "unknown_table"
    assert (connection.said[-1], session.is_usable()) == ("rollback", True)
    lost, connection = opened([], failure("ORA-03113"))
    assert code_of(ask, lost, "SELECT 1 FROM dual") == "connection_lost"
    assert (connection.said[-1], lost.is_usable()) == ("SELECT 1 FROM dual", False)


def test_only_queries_without_code_of_their_own_are_sent() -> None:
    session, connection = opened([])
    refused = (
        "DELETE FROM t",
        "BEGIN NULL; END;",
        "CALL p()",
        "ALTER SESSION SET x = y",
        "LOCK TABLE t IN EXCLUSIVE MODE",
        "WITH FUNCTION f RETURN NUMBER IS PRAGMA AUTONOMOUS_TRANSACTION; BEGIN RETURN 1; END; SELECT f FROM dual",
        "WITH/**/FUNCTION f RETURN NUMBER IS BEGIN RETURN 1; END; SELECT f FROM dual",
        "EXPLAIN PLAN FOR SELECT 1",
        "",
    )
    assert {code_of(ask, session, statement) for statement in refused} == {"query_refused"}
    assert connection.said == []


def test_cancelled_and_slow_queries_are_cancelled_on_the_server() -> None:
    session, connection = opened([])
    with pytest.raises(Cancelled):
        list(session.run("SELECT sleep FROM dual", limits=RunLimits(), cancel=CancelledAfter(2)))
    assert connection.cancelled.is_set()
    slow, connection = opened([])
    assert code_of(ask, slow, "SELECT sleep FROM dual", timeout_seconds=0.01) == "query_timeout"
    assert connection.said[-1] == "rollback"


def test_closed_iterator_rolls_back() -> None:
    session, connection = opened([(n, "") for n in range(1000)])
    events = session.run("SELECT 1 FROM dual", limits=RunLimits(), cancel=NeverCancelled())
    assert isinstance(next(events), Header)
    assert isinstance(next(events), Batch)
    assert isinstance(events, Generator)
    events.close()
    assert connection.said[-1] == "rollback"


def test_plan_is_only_a_parse() -> None:
    session, connection = opened([])
    plan = session.explain("SELECT 1 FROM dual", timeout_seconds=1)
    assert (plan.cost, plan.rows) == (None, None)
    assert connection.said == ["SET TRANSACTION READ ONLY", "parse SELECT 1 FROM dual", "rollback"]


def test_types_have_kinds_and_the_words_of_create_table() -> None:
    kinds = {
        ("NUMBER", 0, 9): "integer",
        ("NUMBER", None, None): "number",
        ("NUMBER", 2, 9): "number",
        ("VARCHAR2", None, None): "text",
        ("NCHAR", None, None): "text",
        ("LONG RAW", None, None): "binary",
        ("LONG", None, None): "text",
        ("DATE", None, None): "timestamp",
        ("TIMESTAMP(6)", 6, None): "timestamp",
        ("BLOB", None, None): "binary",
        ("ROWID", None, None): "other",
        ("SDO_GEOMETRY", None, None): "other",
        ("BINARY_DOUBLE", None, None): "number",
        ("BOOLEAN", None, None): "boolean",
        ("JSON", None, None): "json",
    }
    assert {key: kind_of(*key) for key in kinds} == kinds
    words = [column_type("NUMBER", 0, 9, 2), column_type("NUMBER", 0, 9, 0), column_type("VARCHAR2", 20, None, None)]
    assert [*words, column_type("DATE", 0, None, None)] == ["NUMBER(9,2)", "NUMBER(9)", "VARCHAR2(20)", "DATE"]


def test_large_objects_and_exact_numbers_are_fetched_as_values() -> None:
    cursor = SimpleNamespace(arraysize=10, var=lambda kind, arraysize: kind)
    codes = (oracledb.DB_TYPE_CLOB, oracledb.DB_TYPE_BLOB, oracledb.DB_TYPE_NUMBER, oracledb.DB_TYPE_VARCHAR)
    assert [fetch_as(cursor, info("x", code)) for code in codes] == [
        oracledb.DB_TYPE_LONG,
        oracledb.DB_TYPE_LONG_RAW,
        Decimal,
        None,
    ]
    assert fetch_as(cursor, info("x", oracledb.DB_TYPE_NUMBER, 0, 9)) is None


def test_rights_beyond_reading_are_told() -> None:
    assert judge(["CREATE SESSION", "SELECT ANY TABLE"], [], owned=0) == ()
    assert judge(["CREATE SESSION", "CREATE TABLE"], ["INSERT", "EXECUTE"], owned=2) == (
        "The account may do more than read: CREATE TABLE.",
        "The account may do more than read on tables of others: EXECUTE, INSERT.",
        "The account owns tables, and may write into its own.",
    )


FOUND = [
    ("S", "A", "TABLE", 7, "Khách hàng", "S"),
    ("S", "V", "VIEW", None, None, "S"),
    ("S", "B", "TABLE", None, None, "S"),
]
FOUND_COLUMNS = [
    ("S", "A", "ID", "NUMBER", 0, 9, 0, "N", None),
    ("S", "A", "Tên", "VARCHAR2", 20, None, None, "Y", "tên"),
    ("S", "B", "A_ID", "NUMBER", 0, 9, 0, "Y", None),
    ("S", "V", "X", "DATE", 0, None, None, "Y", None),
]
FOUND_KEYS = [
    ("S", "A", "PK", "P", "ID", None, None, None),
    ("S", "A", "UQ", "U", "Tên", None, None, None),
    ("S", "B", "FK", "R", "A_ID", "S", "A", "ID"),
    ("S", "B", "GONE", "R", "A_ID", None, None, None),
]


def test_rows_of_the_dictionary_become_tables() -> None:
    a, v, b = read_tables(FOUND, FOUND_COLUMNS, FOUND_KEYS)
    assert a == Table(
        "S",
        "A",
        (Column("ID", "NUMBER(9)", "integer", False), Column("Tên", "VARCHAR2(20)", "text", True, "tên")),
        primary_key=("ID",),
        unique_keys=(("Tên",),),
        comment="Khách hàng",
        row_estimate=7,
    )
    assert (v.kind, v.row_estimate, b.foreign_keys) == ("view", None, (ForeignKey(("A_ID",), "S", "A", ("ID",)),))


def test_our_statements_are_oracles_dialect() -> None:
    columns = (Column('"; drop', "VARCHAR2(9)", "text"), Column("Tên cột", "CHAR(1)", "text"))
    statement = sampling_statement(Table("S", "T", columns), columns, SamplingRules())
    for text in (TABLES, COLUMNS, KEYS, statement):
        assert len(sqlglot.parse(text, dialect="oracle")) == 1
    assert '"; drop"' in statement
    assert "FETCH FIRST 201 ROWS ONLY" in statement


def test_session_and_connector_keep_the_contract() -> None:
    session, connection = opened([])
    assert isinstance(session, base.Session)
    assert isinstance(CONNECTOR, base.Connector)
    session.close()
    assert (connection.said, session.is_usable()) == (["close"], False)
