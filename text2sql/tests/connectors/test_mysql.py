"""MariaDB, from signing in to cancelling, on a real server; the database stays as it is."""

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pymysql
import pytest

from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.catalog import Catalog, ForeignKey
from text2sql.connectors import base
from text2sql.connectors.base import Batch, ConnectorError, Header, RunLimits, SamplingRules, Target
from text2sql.connectors.mysql.connector import MysqlConnector
from text2sql.connectors.mysql.errors import connector_error
from text2sql.connectors.mysql.rights import judge_grants
from text2sql.connectors.mysql.session import MysqlSession
from text2sql.tests.connectors.asking import (
    CancelledAfter,
    ask,
    catalog_of,
    code_of,
    codes_of,
    columns_of,
    finished,
    rows_of,
    seconds_of,
    wait_until,
)
from text2sql.tests.connectors.mariadb_server import MariadbServer, write_certificate
from text2sql.tests.connectors.relay import closed_port, relay, to_port

CONNECTOR = MysqlConnector()
MakeConnection = Callable[..., "pymysql.Connection[Any]"]


@pytest.fixture
def session(mariadb_target: Target) -> Iterator[MysqlSession]:
    made = CONNECTOR.open(mariadb_target)
    yield made
    made.close()


@pytest.fixture
def root(mariadb_root: Target) -> Iterator[MysqlSession]:
    made = CONNECTOR.open(mariadb_root)
    yield made
    made.close()


def test_person_signs_in_and_sees_who_they_are(mariadb_target: Target, mariadb_root: Target) -> None:
    facts = CONNECTOR.test(mariadb_target)
    assert (facts.version[:8], facts.username, facts.is_read_only, facts.warnings) == (
        "MariaDB ",
        "t2s_reader@%",
        True,
        (),
    )
    others = {
        name: CONNECTOR.test(replace(mariadb_root, username=f"t2s_{name}", password=name[0]))
        for name in ("root", "writer", "actor")
    }
    assert {name: (found.is_read_only, found.warnings) for name, found in others.items()} == {
        "root": (False, ("The account may do more than read on *.*: ALL PRIVILEGES.",)),
        "writer": (False, ("The account may do more than read on `t2s_shop`.`customers`: INSERT, UPDATE.",)),
        "actor": (None, ("What the account's role may do is not known: `t2s_role`.",)),
    }


def test_grants_of_mysql_are_judged() -> None:
    assert judge_grants(
        [
            "GRANT USAGE ON *.* TO `a`@`%`",
            "GRANT SELECT (`x`, `y`), SHOW VIEW ON `d`.`t` TO `a`@`%`",
            "GRANT SELECT, EXECUTE, FILE, PROCESS, RELOAD, SUPER, TRIGGER ON *.* TO `a`@`%`",
            "GRANT SELECT ON `d`.* TO `a`@`%` WITH GRANT OPTION",
            "GRANT PROXY ON ''@'' TO 'a'@'%'",
            "GRANT `r`@`%`,`s`@`%` TO `a`@`%`",
            "SET DEFAULT ROLE `r` FOR `a`@`%`",
        ]
    ) == (
        [
            "The account may do more than read on *.*: EXECUTE, FILE, PROCESS, RELOAD, SUPER and more.",
            "The account may do more than read on `d`.*: GRANT OPTION.",
            "The account may do more than read on ''@'': PROXY.",
        ],
        ["What the account's role may do is not known: `r`@`%`,`s`@`%`."],
    )


def test_each_wrong_part_has_its_own_code(mariadb_target: Target) -> None:
    wrong = {
        "password": replace(mariadb_target, password="no"),
        "user": replace(mariadb_target, username="nobody"),
        "database": replace(mariadb_target, database_name="nothing"),
        "port": replace(mariadb_target, port=closed_port()),
        "authority": replace(mariadb_target, ssl_enabled=True),
        "address": replace(mariadb_target, allows_private=False),
        "parameter": replace(mariadb_target, params={"local_infile": True}),
    }
    codes = {part: code_of(CONNECTOR.open, target) for part, target in wrong.items()}
    assert codes.pop("database") in ("unknown_database", "permission_denied")
    assert codes == {
        "password": "wrong_credentials",
        "user": "wrong_credentials",
        "port": "connection_refused",
        "authority": "tls_failed",
        "address": "address_refused",
        "parameter": "driver_error",
    }


def test_certificate_is_checked(
    mariadb_target: Target, mariadb_server: MariadbServer, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = write_certificate(tmp_path_factory.mktemp("other"))
    ciphers: dict[str, str] = {}
    for name, params in {
        "own": {"sslrootcert": mariadb_server.certificate},
        "unchecked": {"sslmode": "require"},
        "other": {"sslrootcert": other},
    }.items():
        target = replace(mariadb_target, ssl_enabled=True, params=params, host="localhost")
        try:
            session = CONNECTOR.open(target)
        except ConnectorError as error:
            ciphers[name] = error.code
            continue
        ciphers[name] = str(bool(rows_of(session, "SHOW STATUS LIKE 'Ssl_cipher'")[0][1]))
        session.close()
    assert ciphers == {"own": "True", "unchecked": "True", "other": "tls_failed"}


def test_silent_and_strange_servers_end_in_time(mariadb_target: Target, shop_pg: Target) -> None:
    for silent_after in (0, 20, 120):
        with relay(to_port(mariadb_target.port)) as between:
            between.silent_after = silent_after
            start = time.monotonic()
            target = replace(mariadb_target, port=between.port)
            assert code_of(CONNECTOR.test, target, timeout_seconds=0.2) == "connect_timeout"
            assert time.monotonic() - start < 2
    assert code_of(CONNECTOR.open, replace(mariadb_target, port=shop_pg.port), connect_seconds=0.2) == "connect_timeout"


def test_account_with_too_many_connections_is_told(mariadb_server: MariadbServer) -> None:
    target = mariadb_server.target("t2s_shop", "t2s_single", "s")
    session = CONNECTOR.open(target)
    assert code_of(CONNECTOR.open, target) == "too_many_connections"
    assert code_of(ask, session, "SELECT SLEEP(30)", timeout_seconds=0.2) == "query_timeout"
    session.close()


def test_numbers_become_codes() -> None:
    cases = {
        1045: "wrong_credentials",
        1049: "unknown_database",
        1040: "too_many_connections",
        1146: "unknown_table",
        1054: "unknown_column",
        1064: "syntax_error",
        1142: "permission_denied",
        1792: "query_refused",
        1969: "query_timeout",
        3024: "query_timeout",
        2013: "connection_lost",
        3159: "tls_failed",
        9999: "query_failed",
    }
    assert {number: connector_error(pymysql.OperationalError(number, "text")).code for number in cases} == cases
    assert connector_error(pymysql.InterfaceError(), otherwise="driver_error").code == "driver_error"
    assert (
        connector_error(pymysql.OperationalError(2013, "Lost 10.0.0.1")).message == "The server ended the connection."
    )


VALUES: dict[str, Any] = {
    "NULL": None,
    "7": 7,
    "1.10": Decimal("1.10"),
    "1.5e0": 1.5,
    "'đá'": "đá",
    "x'00ff'": b"\x00\xff",
    "DATE '2026-01-02'": date(2026, 1, 2),
    "TIMESTAMP '2026-01-02 03:04:05'": datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001 - it has none
    "TIME '25:00:00'": timedelta(hours=25),
    "b'101'": b"\x05",
    "ST_GeomFromText('POINT(1 2)')": "000000000101000000000000000000f03f0000000000000040",
    "18446744073709551615": 2**64 - 1,
    "CAST('0000-00-00' AS DATE)": "0000-00-00",
    "CAST('2026-01-02' AS CHAR CHARACTER SET latin1)": "2026-01-02",
    "category": "bánh",
    "opens": timedelta(hours=8, minutes=30),
    "picture": b"\x00\xff",
    "1 = 1": 1,
}


def test_values_come_as_python_types_or_as_text(session: MysqlSession) -> None:
    (row,) = rows_of(session, f"SELECT {', '.join(VALUES)} FROM products WHERE id = 1")  # noqa: S608 - constants
    assert dict(zip(VALUES, row, strict=True)) == VALUES


def test_header_tells_types_in_the_databases_words(session: MysqlSession) -> None:
    columns = "id, name, price, picture, opens, stock, 1.5e0 AS `Tên cột`, NOW() AS now, POINT(1, 2) AS g"
    assert columns_of(session, "SELECT " + columns + " FROM products") == [  # noqa: S608 - constants
        ("id", "int", "integer"),
        ("name", "text", "text"),
        ("price", "decimal", "number"),
        ("picture", "blob", "binary"),
        ("opens", "time", "time"),
        ("stock", "smallint", "integer"),
        ("Tên cột", "double", "number"),
        ("now", "datetime", "timestamp"),
        ("g", "geometry", "other"),
    ]


def test_database_is_the_same_after_every_attempt_to_write(
    root: MysqlSession, mariadb_content: Callable[[], list[Any]]
) -> None:
    before = mariadb_content()
    writes = (
        "INSERT INTO secrets VALUES ('x')",
        "INSERT INTO secrets VALUES ('x') RETURNING word",
        "DELETE FROM order_items",
        "UPDATE customers SET city = 'x'",
        "REPLACE INTO secrets VALUES ('x')",
        "TRUNCATE orders",
        "DROP TABLE orders",
        "CREATE TABLE copied AS SELECT 1",
        "SELECT sell()",
        "SELECT nextval(tickets)",
        "SELECT NEXT VALUE FOR tickets",
        "SELECT setval(tickets, 9)",
        "CALL sneak()",
        "SELECT 1; INSERT INTO secrets VALUES ('x')",
        "/*! INSERT INTO secrets VALUES ('x') */",
        "SELECT 1 /*! INTO OUTFILE '/tmp/t2s' */",
        "SELECT 1 INTO @a",
        "SELECT 'x' INTO DUMPFILE '/tmp/t2s'",
        "SET SESSION TRANSACTION READ WRITE",
        "COMMIT",
        "LOCK TABLES orders WRITE",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE secrets",
        "HANDLER orders OPEN",
        "DO sell()",
        "EXPLAIN ANALYZE DELETE FROM order_items",
        "ANALYZE DELETE FROM order_items",
        "EXECUTE IMMEDIATE 'SELECT 1'",
        "BEGIN NOT ATOMIC INSERT INTO secrets VALUES ('x'); END",
        "SET STATEMENT max_statement_time=0 FOR SELECT 1",
        "WITH x AS (SELECT 1) INSERT INTO secrets SELECT 'x'",
        "KILL 1",
        "FLUSH TABLES",
        "RESET QUERY CACHE",
    )
    assert set(codes_of(root, writes).values()) <= {"query_refused", "syntax_error"}
    assert mariadb_content() == before


def test_plain_files_are_not_written_either(root: MysqlSession, mariadb_content: Callable[[], list[Any]]) -> None:
    before = mariadb_content()
    with pytest.raises(ConnectorError, match="READ ONLY"):
        root.fetch("INSERT INTO plain_files VALUES ('x')", seconds=1)
    with pytest.raises(ConnectorError):
        root.fetch("CALL sneak()", seconds=1)
    assert mariadb_content() == before


def test_databases_own_words_reach_the_person(session: MysqlSession) -> None:
    messages = {}
    for statement in ("SELECT nme FROM customers", "SELECT * FROM cstomers", "SELECT 1 FROM", "SELECT abs(1, 2)"):
        with pytest.raises(ConnectorError) as caught:
            ask(session, statement)
        messages[statement] = (caught.value.code, caught.value.message[:40])
    assert messages == {
        "SELECT nme FROM customers": ("unknown_column", "Unknown column 'nme' in 'SELECT'"),
        "SELECT * FROM cstomers": ("unknown_table", "Table 't2s_shop.cstomers' doesn't exist"),
        "SELECT 1 FROM": ("syntax_error", "You have an error in your SQL syntax; ch"),
        "SELECT abs(1, 2)": ("query_failed", "Incorrect parameter count in the call to"),
    }


def running(mariadb: MakeConnection, marker: str) -> int:
    with mariadb() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE %s AND id <> CONNECTION_ID()",
            [f"%{marker}%"],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else -1


MANY = "SELECT a.n, 'filler' FROM t2s_odd.numbers a JOIN t2s_odd.numbers b JOIN t2s_odd.numbers c"


def test_query_of_thirty_seconds_is_stopped_on_the_server(session: MysqlSession, mariadb: MakeConnection) -> None:
    codes: list[str] = []
    work = "SELECT SLEEP(30) AS too_slow"
    assert seconds_of(lambda: codes.append(code_of(ask, session, work, timeout_seconds=0.3))) < 1.5
    assert codes == ["query_timeout"]
    assert running(mariadb, "too_slow") == 0
    assert rows_of(session, "SELECT 1") == [(1,)]


def test_cancelled_query_is_stopped_on_the_server(session: MysqlSession, mariadb: MakeConnection) -> None:
    with pytest.raises(Cancelled):
        list(session.run("SELECT SLEEP(30) AS unwanted", limits=RunLimits(), cancel=CancelledAfter(3)))
    assert running(mariadb, "unwanted") == 0
    assert rows_of(session, "SELECT 1") == [(1,)]


def test_closed_iterator_stops_the_query(session: MysqlSession, mariadb: MakeConnection) -> None:
    events = session.run(MANY, limits=RunLimits(max_rows=10**9), cancel=NeverCancelled())
    assert isinstance(next(events), Header)
    assert isinstance(next(events), Batch)
    assert isinstance(events, Generator)
    events.close()
    assert wait_until(lambda: running(mariadb, "filler") == 0)


def test_rows_and_bytes_are_capped(session: MysqlSession, mariadb: MakeConnection) -> None:
    assert finished(session, MANY, max_rows=5000) == (5000, "rows")
    assert session.is_usable()
    assert finished(session, "SELECT n FROM t2s_odd.numbers", max_rows=2000) == (2000, "")
    assert finished(session, f"{MANY} LIMIT 20000", max_rows=10) == (10, "rows")
    assert finished(session, "SELECT REPEAT('x', 1000) FROM t2s_odd.numbers", max_bytes=10_000) == (10, "bytes")
    assert rows_of(session, "SELECT REPEAT('đ', 1000), REPEAT('x', 9)", max_cell_bytes=10) == [("đđđđđ", "x" * 9)]
    assert wait_until(lambda: running(mariadb, "numbers") == 0)


def test_server_that_stalls_in_the_middle_ends_in_time(mariadb_target: Target) -> None:
    with relay(to_port(mariadb_target.port)) as between:
        session = CONNECTOR.open(replace(mariadb_target, port=between.port))
        between.silent_after = 0
        start = time.monotonic()
        assert code_of(ask, session, "SELECT 1", timeout_seconds=0.1) == "query_timeout"
        assert time.monotonic() - start < 4
        assert not session.is_usable()
        session.close()


def test_session_whose_server_hung_up_is_not_usable(root: MysqlSession, mariadb: MakeConnection) -> None:
    ((number,),) = rows_of(root, "SELECT CONNECTION_ID()")
    with mariadb() as connection, connection.cursor() as cursor:
        cursor.execute(f"KILL {number}")
    assert wait_until(lambda: not root.is_usable())
    assert code_of(ask, root, "SELECT 1") == "connection_lost"


def test_plan_tells_rows_without_running(session: MysqlSession) -> None:
    plan = session.explain("SELECT * FROM customers, orders", timeout_seconds=1)
    assert (plan.rows, '"table_name": "customers"' in plan.text) == (4000, True)
    assert code_of(session.explain, "SELECT nope FROM orders", timeout_seconds=1) == "unknown_column"
    assert code_of(session.explain, "DELETE FROM orders", timeout_seconds=1) == "query_refused"


def test_schema_is_read_with_keys_comments_and_samples(session: MysqlSession) -> None:
    catalog = catalog_of(session, SamplingRules())
    assert (catalog.database_type, catalog.default_schema) == ("mysql", "t2s_shop")
    assert {table.name: (table.kind, table.row_estimate) for table in catalog.tables} == {
        "customers": ("table", 40),
        "order_items": ("table", 100),
        "orders": ("table", 100),
        "paid_orders": ("view", None),
        "plain_files": ("table", 0),
        "products": ("table", 20),
        "secrets": ("table", 0),
    }
    customers, items = catalog.table_by_key["t2s_shop", "customers"], catalog.table_by_key["t2s_shop", "order_items"]
    assert (customers.primary_key, customers.unique_keys, customers.comment) == (
        ("id",),
        (("email",),),
        "Khách hàng: who buys",
    )
    assert items.foreign_keys == (
        ForeignKey(("order_id",), "t2s_shop", "orders", ("id",)),
        ForeignKey(("product_id",), "t2s_shop", "products", ("id",)),
    )
    assert {c.name: (c.data_type, c.kind, c.nullable, c.comment, c.samples[:3]) for c in customers.columns[3:]} == {
        "city": ("varchar(40)", "text", False, "Thành phố", ("Hà Nội", "Huế", "Đà Nẵng")),
        "is_member": ("tinyint(1)", "boolean", False, "", ("0", "1")),
        "joined": ("date", "date", False, "", ("2024-01-01", "2024-01-02", "2024-01-03")),
    }


def test_odd_names_broken_views_and_empty_databases(mariadb_target: Target) -> None:
    session = CONNECTOR.open(replace(mariadb_target, database_name="t2s_odd"))
    tables = {table.name: table for table in catalog_of(session, SamplingRules(timeout_seconds=0.5)).tables}
    session.close()
    odd = tables['"; drop table x; --']
    assert {column.name: column.samples for column in odd.columns} == {
        "select": ("'; --",),
        "có dấu cách": ("1",),
        "it's": ("2026-01-01",),
        "%s {0}": ("%s",),
        "a`b": ("a",),
    }
    assert tables["order"].unique_keys == (("Tên", "from"),)
    assert tables["order"].foreign_keys == (ForeignKey(("from",), "t2s_odd", odd.name, ("select",)),)
    assert [(tables[name].kind, tables[name].comment) for name in ("fails", "slow")] == [("view", "")] * 2
    empty = CONNECTOR.open(replace(mariadb_target, database_name="t2s_empty"))
    assert catalog_of(empty) == Catalog("mysql", "t2s_empty", "t2s_empty", ())
    empty.close()


def test_person_without_a_database_sees_all_of_theirs(mariadb_target: Target) -> None:
    session = CONNECTOR.open(replace(mariadb_target, database_name=""))
    catalog = catalog_of(session)
    session.close()
    assert {table.schema for table in catalog.tables} == {"t2s_shop", "t2s_odd"}
    assert catalog.default_schema == ""


def test_no_connection_is_left_behind(mariadb_target: Target, mariadb: MakeConnection) -> None:
    session = CONNECTOR.open(mariadb_target)
    codes_of(session, ["SELECT SLEEP(30)", "SELECT nope", MANY], timeout_seconds=0.1, max_rows=10)
    session.close()
    code_of(CONNECTOR.test, replace(mariadb_target, password="no"))

    def count() -> int:
        with mariadb() as connection, connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM information_schema.processlist WHERE user = 't2s_reader'")
            row = cursor.fetchone()
        return int(row[0]) if row else -1

    assert wait_until(lambda: count() == 0)


def test_session_and_connector_keep_the_contract(session: MysqlSession) -> None:
    assert isinstance(session, base.Session)
    assert isinstance(CONNECTOR, base.Connector)
