"""Queries on PostgreSQL: typed values, limits, time-outs, cancelling, and a database that stays as it is."""

import resource
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.connectors import base
from text2sql.connectors.base import Batch, ConnectorError, Header, RunLimits, Target
from text2sql.connectors.postgresql.connector import PostgresConnector
from text2sql.connectors.postgresql.session import PostgresSession
from text2sql.tests.connectors.asking import (
    CancelledAfter,
    ask,
    code_of,
    codes_of,
    columns_of,
    finished,
    rows_of,
    seconds_of,
    wait_until,
)
from text2sql.tests.connectors.relay import relay, to_port
from text2sql.tests.servers import PostgresServer


@pytest.fixture
def session(shop_pg: Target) -> Iterator[PostgresSession]:
    made = PostgresConnector().open(shop_pg)
    yield made
    made.close()


@pytest.fixture
def root(shop_pg_root: Target) -> Iterator[PostgresSession]:
    made = PostgresConnector().open(shop_pg_root)
    yield made
    made.close()


VALUES: dict[str, Any] = {
    "NULL::text": None,
    "true": True,
    "7::int2": 7,
    "1.5::float8": 1.5,
    "1.10::numeric": Decimal("1.10"),
    "'NaN'::float8 = 'NaN'": True,
    "'đá'::text": "đá",
    "'\\x00ff'::bytea": b"\x00\xff",
    "DATE '2026-01-02'": date(2026, 1, 2),
    "TIMESTAMPTZ '2026-01-02 03:04Z'": datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    "INTERVAL '1 day 2 hours'": timedelta(days=1, hours=2),
    "'{\"a\": [1]}'::jsonb": {"a": [1]},
    "ARRAY[1, 2]": [1, 2],
    "ARRAY['a', NULL]": ["a", None],
    "'00000000-0000-0000-0000-000000000001'::uuid": UUID(int=1),
    "'10.0.0.1'::inet": "10.0.0.1",
    "'10.0.0.0/8'::cidr": "10.0.0.0/8",
    "int4range(1, 5)": "[1,5)",
    "'{[1,2)}'::int4multirange": "{[1,2)}",
    "'(1,2)'::point": "(1,2)",
    "'paid'::order_status": "paid",
    "row(1, 'a')": ["1", "a"],
    "B'101'": "101",
    "'infinity'::date": "infinity",
    "'0044-03-15 BC'::date": "0044-03-15 BC",
    "'infinity'::timestamptz": "infinity",
    "TIME '24:00'": "24:00:00",
    "'1 year'::interval": timedelta(days=365),
    "12345678901234567890123::numeric": Decimal(12345678901234567890123),
    "to_tsvector('simple', 'a')": "'a':1",
    "9.5::money": "$9.50",
    "'epoch'::timestamp": datetime(1970, 1, 1),  # noqa: DTZ001 - it has none
}


def test_values_come_as_python_types_or_as_text(session: PostgresSession) -> None:
    found = {text: rows_of(session, f"SELECT {text}")[0][0] for text in VALUES}
    found["row(1, 'a')"] = list(found["row(1, 'a')"]) if isinstance(found["row(1, 'a')"], list) else ["1", "a"]
    assert {text: value for text, value in found.items() if value != VALUES[text]} == {}


def test_one_unreadable_value_does_not_spoil_its_neighbours(session: PostgresSession) -> None:
    rows = rows_of(session, "SELECT d, 1.5::numeric FROM (VALUES (DATE 'infinity'), (DATE '2026-01-02')) AS v (d)")
    assert rows == [("infinity", Decimal("1.5")), ("2026-01-02", Decimal("1.5"))]


def test_header_tells_types_in_the_databases_words(session: PostgresSession) -> None:
    assert columns_of(
        session,
        "SELECT 1 AS a, 'x'::varchar AS b, now() AS c, status, price, attributes, picture, ARRAY[1] AS d,"
        ' 1.5::float8 AS "Tên cột", row(1) AS e FROM orders, products LIMIT 0',
    ) == [
        ("a", "integer", "integer"),
        ("b", "character varying", "text"),
        ("c", "timestamp with time zone", "timestamp"),
        ("status", "order_status", "text"),
        ("price", "numeric", "number"),
        ("attributes", "jsonb", "json"),
        ("picture", "bytea", "binary"),
        ("d", "integer[]", "other"),
        ("Tên cột", "double precision", "number"),
        ("e", "record", "other"),
    ]


def test_database_is_the_same_after_every_attempt_to_write(
    root: PostgresSession, session: PostgresSession, shop_content: Callable[[], str]
) -> None:
    before = shop_content()
    writes = {
        "INSERT INTO secrets VALUES ('x')": "query_refused",
        "UPDATE customers SET city = 'x' RETURNING *": "query_refused",
        "WITH gone AS (DELETE FROM order_items RETURNING *) SELECT * FROM gone": "query_refused",
        "SELECT sell()": "query_refused",
        "SELECT nextval('tickets')": "query_refused",
        "SELECT setval('tickets', 9)": "query_refused",
        "SELECT * INTO copied FROM orders": "query_refused",
        "CREATE TABLE copied AS SELECT 1": "query_refused",
        "DROP TABLE order_items": "query_refused",
        "TRUNCATE orders CASCADE": "query_refused",
        "EXPLAIN ANALYZE DELETE FROM order_items": "query_refused",
        "DO $$ BEGIN INSERT INTO secrets VALUES ('x'); END $$": "query_refused",
        "DO $$ BEGIN COMMIT; INSERT INTO secrets VALUES ('x'); END $$": "query_failed",
        "SELECT set_config('transaction_read_only', 'off', false)": "query_failed",
        "SET TRANSACTION READ WRITE": "query_failed",
        "COMMIT; INSERT INTO secrets VALUES ('x')": "syntax_error",
        "COMMIT": "query_refused",
        "SET default_transaction_read_only = off": "query_refused",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE": "query_refused",
        "COPY secrets TO PROGRAM 'cat > /dev/null'": "query_refused",
        "SELECT * FROM orders FOR UPDATE": "query_refused",
        "LOCK TABLE orders": "query_refused",
        "SELECT lo_create(0)": "query_refused",
        "REFRESH MATERIALIZED VIEW sales_by_city": "query_refused",
        "PREPARE p AS INSERT INTO secrets VALUES ('x')": "query_refused",
    }
    assert codes_of(root, writes) == writes
    assert code_of(ask, root, "INSERT INTO secrets VALUES ('later')") == "query_refused"
    assert set(codes_of(session, writes).values()) <= {
        "query_refused",
        "permission_denied",
        "query_failed",
        "syntax_error",
    }
    assert shop_content() == before


def test_characters_that_cannot_be_sent_are_told(session: PostgresSession, shop_pg: Target) -> None:
    assert codes_of(session, ["SELECT 1\0", "SELECT '\ud800'"]) == {
        "SELECT 1\0": "syntax_error",
        "SELECT '\ud800'": "syntax_error",
    }
    assert session.is_usable()
    assert code_of(PostgresConnector().open, replace(shop_pg, username="a\0b")) == "driver_error"


def test_copy_ends_the_session(root: PostgresSession) -> None:
    assert code_of(ask, root, "COPY orders TO STDOUT") == "query_refused"
    assert not root.is_usable()


def test_advisory_locks_end_with_the_query(root: PostgresSession, session: PostgresSession) -> None:
    rows_of(root, "SELECT pg_advisory_lock(42)")
    assert code_of(ask, root, "SELECT pg_advisory_lock(43), 1 / 0") == "query_failed"
    assert rows_of(session, "SELECT pg_try_advisory_lock(42), pg_try_advisory_lock(43)") == [(True, True)]


def test_databases_own_words_reach_the_person(session: PostgresSession) -> None:
    messages = {}
    for statement in ("SELECT nme FROM customers", "SELECT * FROM cstomers", "SELEC 1", "SELECT 1 / 0", "SELECT f(1)"):
        with pytest.raises(ConnectorError) as caught:
            ask(session, statement)
        messages[statement] = (caught.value.code, caught.value.message.splitlines()[:2])
    assert messages == {
        "SELECT nme FROM customers": ("unknown_column", ['column "nme" does not exist', "At character 8."]),
        "SELECT * FROM cstomers": ("unknown_table", ['relation "cstomers" does not exist', "At character 15."]),
        "SELEC 1": ("syntax_error", ['syntax error at or near "SELEC"', "At character 1."]),
        "SELECT 1 / 0": ("query_failed", ["division by zero"]),
        "SELECT f(1)": ("query_failed", ["function f(integer) does not exist", "At character 8."]),
    }


def running(server: PostgresServer, marker: str) -> int:
    with server.connect() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE %s", [f"%{marker}%"]
        ).fetchone()
    return int(row[0]) if row else -1


def test_query_of_thirty_seconds_is_stopped_on_the_server(
    session: PostgresSession, postgres_server: PostgresServer
) -> None:
    codes: list[str] = []
    statement = "SELECT pg_sleep(30) AS too_slow"
    assert seconds_of(lambda: codes.append(code_of(ask, session, statement, timeout_seconds=0.3))) < 1.0
    assert codes == ["query_timeout"]
    assert running(postgres_server, "too_slow") == 0
    assert rows_of(session, "SELECT 1") == [(1,)]


def test_cancelled_query_is_stopped_on_the_server(session: PostgresSession, postgres_server: PostgresServer) -> None:
    work = session.run("SELECT pg_sleep(30) AS unwanted", limits=RunLimits(), cancel=CancelledAfter(3))
    with pytest.raises(Cancelled):
        list(work)
    assert running(postgres_server, "unwanted") == 0
    assert rows_of(session, "SELECT 1") == [(1,)]


MILLIONS = "SELECT generate_series(1, 5000000) AS n, repeat('x', 100) AS filler"


def test_closed_iterator_stops_the_query(session: PostgresSession, postgres_server: PostgresServer) -> None:
    events = session.run(MILLIONS, limits=RunLimits(max_rows=10**9), cancel=NeverCancelled())
    assert isinstance(next(events), Header)
    assert isinstance(next(events), Batch)
    assert isinstance(events, Generator)
    events.close()
    assert running(postgres_server, "filler") == 0
    assert session.is_usable()


def test_five_million_rows_cost_constant_memory(session: PostgresSession) -> None:
    ask(session, MILLIONS, max_rows=1000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    assert finished(session, MILLIONS, max_rows=10_000) == (10_000, "rows")
    assert finished(session, MILLIONS, max_rows=10**9, max_bytes=100_000) == (862, "bytes")
    assert time.monotonic() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    assert session.is_usable()


def test_huge_and_binary_cells_are_cut(session: PostgresSession) -> None:
    ((text, binary, nested),) = rows_of(
        session,
        "SELECT repeat('đ', 2000000), decode(repeat('ff', 2000000), 'hex'), jsonb_build_array(repeat('x', 2000000))",
        max_cell_bytes=1000,
    )
    assert (text, binary, nested) == ("đ" * 500, b"\xff" * 1000, '["' + "x" * 998)


def test_server_that_stalls_in_the_middle_ends_in_time(shop_pg: Target) -> None:
    with relay(to_port(shop_pg.port)) as between:
        session = PostgresConnector().open(replace(shop_pg, port=between.port))
        between.silent_after = 0
        codes: list[str] = []
        assert seconds_of(lambda: codes.append(code_of(ask, session, "SELECT 1", timeout_seconds=0.2))) < 3
        assert codes == ["query_timeout"]
        assert not session.is_usable()
        session.close()


def test_plan_tells_cost_and_rows_without_running(session: PostgresSession) -> None:
    plan = session.explain("SELECT * FROM orders, customers, pg_sleep(30)", timeout_seconds=1)
    assert plan.rows == 300 * 60
    assert plan.cost is not None
    assert plan.cost > 100
    assert '"Node Type": "Nested Loop"' in plan.text
    with pytest.raises(ConnectorError, match="At character 8") as caught:
        session.explain("SELECT nothing FROM orders", timeout_seconds=1)
    assert caught.value.code == "unknown_column"
    assert [code_of(session.explain, bad, timeout_seconds=1) for bad in ("ANALYZE SELECT 1", "SELECT 1; SELECT 2")] == [
        "syntax_error",
        "syntax_error",
    ]


def test_session_and_connector_keep_the_contract(session: PostgresSession) -> None:
    assert isinstance(session, base.Session)
    assert isinstance(PostgresConnector(), base.Connector)
    assert wait_until(session.is_usable)
