"""ClickHouse's engine behind HTTP: signing in, types, limits, read-only settings, schemas."""

import time
from collections.abc import Generator, Iterator
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.catalog import Catalog
from text2sql.connectors import base
from text2sql.connectors.base import Batch, ConnectorError, Header, RunLimits, SamplingRules, Target
from text2sql.connectors.clickhouse.connector import ClickHouseConnector
from text2sql.connectors.clickhouse.errors import connector_error
from text2sql.connectors.clickhouse.rights import judge_grants
from text2sql.connectors.clickhouse.session import ClickHouseSession
from text2sql.connectors.clickhouse.types import kind_of
from text2sql.tests.connectors.asking import (
    CancelledAfter,
    ask,
    catalog_of,
    code_of,
    codes_of,
    columns_of,
    finished,
    rows_of,
)
from text2sql.tests.connectors.relay import closed_port, relay, to_port

CONNECTOR = ClickHouseConnector()


@pytest.fixture
def session(clickhouse_target: Target) -> Iterator[ClickHouseSession]:
    made = CONNECTOR.open(clickhouse_target)
    yield made
    made.close()


def test_person_signs_in_and_sees_who_they_are(clickhouse_target: Target) -> None:
    facts = CONNECTOR.test(clickhouse_target)
    assert (facts.version[:11], facts.is_read_only, facts.warnings) == ("ClickHouse ", True, ())


def test_each_wrong_part_has_its_own_code(clickhouse_target: Target) -> None:
    wrong = {
        "password": replace(clickhouse_target, password="no"),
        "database": replace(clickhouse_target, database_name="nothing"),
        "port": replace(clickhouse_target, port=closed_port()),
        "address": replace(clickhouse_target, allows_private=False),
        "tls": replace(clickhouse_target, ssl_enabled=True),
        "parameter": replace(clickhouse_target, params={"secure": True}),
    }
    codes = {part: code_of(CONNECTOR.test, target) for part, target in wrong.items()}
    assert codes == {
        "password": "wrong_credentials",
        "database": "unknown_database",
        "port": "connection_refused",
        "address": "address_refused",
        "tls": "tls_failed",
        "parameter": "driver_error",
    }


def test_silent_and_strange_servers_end_in_time(clickhouse_target: Target, shop_pg: Target) -> None:
    for silent_after in (0, 100):
        with relay(to_port(clickhouse_target.port)) as between:
            between.silent_after = silent_after
            start = time.monotonic()
            target = replace(clickhouse_target, port=between.port)
            assert code_of(CONNECTOR.test, target, timeout_seconds=0.2) == "connect_timeout"
            assert time.monotonic() - start < 2
    strange = replace(clickhouse_target, port=shop_pg.port)
    assert code_of(CONNECTOR.open, strange, connect_seconds=1) in ("driver_error", "connection_lost")


def test_redirect_and_proxies_are_not_followed(clickhouse_target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    session = CONNECTOR.open(clickhouse_target)
    assert code_of(ask, session, "SELECT 'redirect'") == "query_failed"
    assert rows_of(session, "SELECT 1") == [(1,)]
    session.close()


VALUES: dict[str, Any] = {
    "id": 1,
    "city": "Hà Nội",
    "status": "paid",
    "price": Decimal("1.50"),
    "is_member": True,
    "day": date(2026, 1, 2),
    "at": datetime(2026, 1, 1, 8, 0, 1, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh")),
    "note": None,
    "tags": ["a", "b"],
    "code": UUID(int=1),
    "ip": "10.0.0.1",
    "extra": {"k": 1},
    "toFixedString('ab', 2)": "ab",
    "(1, 'a')": [1, "a"],
    "toInt256('123456789012345678901234567890')": 123456789012345678901234567890,
    "1.5::Float64": 1.5,
}


def test_values_come_as_python_types_or_as_text(session: ClickHouseSession) -> None:
    (row,) = rows_of(session, f"SELECT {', '.join(VALUES)} FROM orders WHERE id = 1")  # noqa: S608 - constants
    assert dict(zip(VALUES, row, strict=True)) == VALUES


def test_header_tells_types_in_the_databases_words(session: ClickHouseSession) -> None:
    assert columns_of(session, "SELECT city, price, at, note, tags, extra, count() OVER () AS n FROM orders") == [
        ("city", "LowCardinality(String)", "text"),
        ("price", "Decimal(12, 2)", "number"),
        ("at", "DateTime64(3, 'Asia/Ho_Chi_Minh')", "timestamp"),
        ("note", "Nullable(String)", "text"),
        ("tags", "Array(String)", "other"),
        ("extra", "Map(String, UInt8)", "json"),
        ("n", "UInt64", "integer"),
    ]


def test_kinds_of_types() -> None:
    kinds = {
        "LowCardinality(Nullable(String))": "text",
        "Nullable(Int128)": "integer",
        "UInt8": "integer",
        "Bool": "boolean",
        "Nullable(Decimal(9, 2))": "number",
        "BFloat16": "number",
        "Date32": "date",
        "DateTime('UTC')": "timestamp",
        "Time64(3)": "time",
        "Enum16('a' = 1)": "text",
        "FixedString(3)": "text",
        "JSON": "json",
        "Point": "other",
        "SimpleAggregateFunction(sum, UInt64)": "integer",
        "AggregateFunction(sum, UInt64)": "other",
        "IPv6": "other",
        "Tuple(a UInt8)": "json",
        "Array(Int8)": "other",
        "IntervalDay": "other",
    }
    assert {name: kind_of(name) for name in kinds} == kinds


def test_only_queries_run_and_none_that_reach_outside(session: ClickHouseSession) -> None:
    before = rows_of(session, "SELECT count(), sum(cityHash64(*)) FROM orders")
    refused = (
        "INSERT INTO orders SELECT * FROM orders",
        "ALTER TABLE orders DELETE WHERE 1",
        "DROP TABLE orders",
        "CREATE TABLE x (a Int8) ENGINE = Memory",
        "SYSTEM SHUTDOWN",
        "SET readonly = 0",
        "TRUNCATE TABLE orders",
        "SELECT * FROM file('/etc/passwd', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:1/', 'CSV', 'a Int8')",
        "SELECT * FROM remote ('127.0.0.1', system.one)",
        "SELECT * FROM `s3`('http://x')",
        "KILL QUERY WHERE 1",
        "SELECT * FROM executable('x', TSV, 'a Int8')",
        "SELECT 1 INTO OUTFILE 'x'",
        "EXPLAIN AST DROP TABLE orders",
        "WITH 1 AS x INSERT INTO orders SELECT x",
        "SELECT 1; DROP TABLE orders",
        "SELECT 1 SETTINGS readonly = 0",
    )
    codes = codes_of(session, refused)
    assert {text for text, code in codes.items() if not code} <= {"EXPLAIN AST DROP TABLE orders"}
    assert set(codes.values()) <= {"", "query_refused", "syntax_error", "query_failed"}
    assert code_of(session.fetch, "DROP TABLE orders", seconds=1) != ""
    assert rows_of(session, "SELECT count(), sum(cityHash64(*)) FROM orders") == before


def test_settings_follow_what_the_account_may_change(session: ClickHouseSession) -> None:
    common = {
        "max_execution_time": 2,
        "timeout_overflow_mode": "throw",
        "cancel_http_readonly_queries_on_client_close": 1,
        "max_result_rows": 11,
        "result_overflow_mode": "break",
    }
    found = {}
    for level in (0, 1, 2):
        session.level = level
        found[level] = session.settings(1.5, RunLimits(max_rows=10))
    assert found == {0: common | {"readonly": 1}, 1: {}, 2: common}


def test_databases_own_words_reach_the_person(session: ClickHouseSession) -> None:
    messages = {}
    for statement in ("SELECT nme FROM orders", "SELECT * FROM oders", "SELECT 1 FROM", "SELECT throwIf(1, 'no')"):
        with pytest.raises(ConnectorError) as caught:
            ask(session, statement)
        messages[statement] = (caught.value.code, caught.value.message[:40])
    assert messages == {
        "SELECT nme FROM orders": ("unknown_column", "Unknown expression identifier `nme`. In "),
        "SELECT * FROM oders": ("unknown_table", "Unknown table expression identifier 'ode"),
        "SELECT 1 FROM": ("syntax_error", "Syntax error: failed at position 14 (end"),
        "SELECT throwIf(1, 'no')": ("query_failed", "no: while executing 'FUNCTION throwIf(1_"),
    }


def test_errors_become_codes() -> None:
    said = {
        "Code: 516. DB::Exception: x": "wrong_credentials",
        "Code: 81. DB::Exception: x": "unknown_database",
        "Code: 159. DB::Exception: x": "query_timeout",
        "Code: 241. DB::Exception: x": "query_too_costly",
        "Code: 497. DB::Exception: x": "permission_denied",
        "Code: 202. DB::Exception: x": "too_many_connections",
        "Code: 164. DB::Exception: x": "query_refused",
        "Code: 999999. DB::Exception: x": "query_failed",
    }
    assert {text: connector_error(ValueError(text)).code for text in said} == said
    noisy = ValueError(
        "HTTP error (for url http://10.0.0.1:8123) Code: 62. DB::Exception: bad (version 26.1 (official))"
    )
    assert connector_error(noisy).message == "bad"
    assert connector_error(ConnectionResetError()).code == "connection_lost"


def test_rights_beyond_reading_are_told() -> None:
    assert judge_grants(["GRANT SELECT ON shop.* TO a", "GRANT SHOW TABLES, SELECT(x, y) ON shop.t TO a"]) == []
    assert judge_grants(["GRANT SELECT, INSERT, ALTER ON *.* TO a", "GRANT r TO a"]) == [
        "The account may do more than read on *.*: INSERT, ALTER.",
        "What the account's role may do is not known: r.",
    ]


def test_slow_query_is_stopped(session: ClickHouseSession) -> None:
    start = time.monotonic()
    assert code_of(ask, session, "SELECT sleep(3)", timeout_seconds=0.5) == "query_timeout"
    assert time.monotonic() - start < 3
    assert rows_of(session, "SELECT 1") == [(1,)]


def test_cancelled_query_ends(session: ClickHouseSession) -> None:
    slow = "SELECT sleepEachRow(0.1) FROM numbers(20) SETTINGS max_block_size = 1"
    start = time.monotonic()
    with pytest.raises(Cancelled):
        list(session.run(slow, limits=RunLimits(), cancel=CancelledAfter(3)))
    assert time.monotonic() - start < 3


def test_rows_and_bytes_are_capped(session: ClickHouseSession) -> None:
    assert finished(session, "SELECT number FROM numbers(5000000)", max_rows=10_000) == (10_000, "rows")
    assert finished(session, "SELECT number FROM numbers(100)", max_rows=100) == (100, "")
    assert finished(session, "SELECT repeat('x', 1000) FROM numbers(100)", max_bytes=10_000) == (10, "bytes")
    assert rows_of(session, "SELECT repeat('đ', 1000)", max_cell_bytes=10) == [("đđđđđ",)]


def test_closed_iterator_hangs_up_and_the_session_goes_on(session: ClickHouseSession) -> None:
    events = session.run(
        "SELECT number FROM numbers(5000000)", limits=RunLimits(max_rows=10**9), cancel=NeverCancelled()
    )
    assert isinstance(next(events), Header)
    assert isinstance(next(events), Batch)
    assert isinstance(events, Generator)
    events.close()
    assert rows_of(session, "SELECT 1") == [(1,)]


def test_server_that_stalls_in_the_middle_ends_in_time(clickhouse_target: Target) -> None:
    with relay(to_port(clickhouse_target.port)) as between:
        session = CONNECTOR.open(replace(clickhouse_target, port=between.port))
        between.silent_after = 0
        start = time.monotonic()
        assert code_of(ask, session, "SELECT 1", timeout_seconds=0.1) == "query_timeout"
        assert time.monotonic() - start < 4
        assert not session.is_usable()
        session.close()


def test_plan_tells_rows_to_be_read(session: ClickHouseSession) -> None:
    plan = session.explain("SELECT * FROM orders WHERE city = 'x'", timeout_seconds=5)
    assert (plan.cost, plan.rows, "ReadFromMergeTree" in plan.text) == (3000.0, None, True)
    assert session.explain("SELECT 1", timeout_seconds=5).cost is None
    assert code_of(session.explain, "DROP TABLE orders", timeout_seconds=1) == "query_refused"


def test_schema_is_read_with_comments_and_samples(session: ClickHouseSession) -> None:
    catalog = catalog_of(session, SamplingRules())
    assert (catalog.database_type, catalog.default_schema) == ("clickhouse", "shop")
    assert {table.name: (table.kind, table.row_estimate) for table in catalog.tables} == {
        "by_city": ("view", None),
        "orders": ("table", 3000),
    }
    orders = catalog.table_by_key["shop", "orders"]
    assert (orders.primary_key, orders.comment, orders.column_by_name["city"].comment) == (
        ("id", "city"),
        "Đơn hàng",
        "Thành phố",
    )
    assert {c.name: (c.kind, c.nullable, c.samples[:2]) for c in orders.columns[1:8]} == {
        "city": ("text", False, ("Hà Nội", "Huế")),
        "status": ("text", False, ("new", "paid")),
        "price": ("number", False, ()),
        "is_member": ("boolean", False, ("false", "true")),
        "day": ("date", False, ("2026-01-01", "2026-01-02")),
        "at": ("timestamp", False, ()),
        "note": ("text", True, ()),
    }


def test_odd_names_failing_views_and_empty_databases(clickhouse_target: Target) -> None:
    odd, empty = (CONNECTOR.open(replace(clickhouse_target, database_name=name)) for name in ("odd", "empty"))
    tables = {table.name: table for table in catalog_of(odd, SamplingRules()).tables}
    assert {column.name: column.samples for column in tables['"; drop table x; --'].columns} == {
        "select": ("'; --",),
        "có dấu cách": ("1",),
        "a`b\\c": ("x",),
    }
    assert [column.samples for column in tables["fails"].columns] == [(), ()]
    assert catalog_of(empty) == Catalog("clickhouse", "empty", "empty", ())
    odd.close()
    empty.close()


def test_session_and_connector_keep_the_contract(session: ClickHouseSession) -> None:
    assert isinstance(session, base.Session)
    assert isinstance(CONNECTOR, base.Connector)
