"""PostgreSQL, what is rare: other encodings, large tables, one round trip, many threads."""

import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from tasks.engines.cancel import NeverCancelled
from text2sql.catalog import Table
from text2sql.connectors.base import ConnectorError, RunLimits, SamplingRules, Session, Target
from text2sql.connectors.pool import PoolKey, SessionPool, fingerprint
from text2sql.connectors.postgresql.connector import PostgresConnector
from text2sql.tests.connectors.asking import ask, catalog_of, code_of, columns_of, rows_of
from text2sql.tests.connectors.relay import relay, to_port
from text2sql.tests.servers import PostgresServer

CONNECTOR = PostgresConnector()


class Counting:
    """A socket to a server that counts how often something is sent to it."""

    def __init__(self, port: int) -> None:
        self.sent = 0
        self._connect = to_port(port)

    def connect(self) -> socket.socket:
        counter = self

        class Counted(socket.socket):
            def sendall(self, data: Any, flags: int = 0) -> None:
                counter.sent += 1
                super().sendall(data, flags)

        plain = self._connect()
        return Counted(fileno=plain.detach())


def test_query_costs_one_round_trip(shop_pg: Target) -> None:
    counting = Counting(shop_pg.port)
    with relay(counting.connect) as between:
        session = CONNECTOR.open(replace(shop_pg, port=between.port))
        before = counting.sent
        assert rows_of(session, "SELECT count(*) FROM orders") == [(300,)]
        assert counting.sent == before + 1
        before = counting.sent
        assert code_of(ask, session, "SELECT nothing") == "unknown_column"
        assert counting.sent == before + 2
        session.close()


def test_bytes_of_no_encoding_are_told_in_the_servers_words(postgres_server: PostgresServer) -> None:
    with postgres_server.connect() as connection:
        connection.execute(
            b"CREATE DATABASE t2s_ascii ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
        )
    target = Target("postgresql", "127.0.0.1", postgres_server.relay.port, "t2s_ascii", "postgres", allows_private=True)
    session = CONNECTOR.open(target)
    assert rows_of(session, "SELECT 'a'::text, 1") == [("a", 1)]
    with pytest.raises(ConnectorError, match="invalid byte sequence"):
        ask(session, "SELECT E'a\\xff'::text")
    assert session.is_usable()
    session.close()


@pytest.fixture(scope="module")
def large(postgres_server: PostgresServer) -> Target:
    """A table that says it has ten million rows, and one with more than are looked at."""
    return postgres_server.make_database(
        "t2s_large",
        "CREATE TABLE claims (word text, code int); INSERT INTO claims SELECT 'w' || n % 3, n % 3"
        " FROM generate_series(1, 2000) AS n; CREATE TABLE many (word text);"
        " INSERT INTO many SELECT 'w' || n % 3 FROM generate_series(1, 12000) AS n;"
        " UPDATE pg_class SET reltuples = 1e7 WHERE relname = 'claims'",
    )


def test_large_table_is_sampled_in_part_and_never_complete(large: Target) -> None:
    session = CONNECTOR.open(large)
    tables: dict[str, Table] = {table.name: table for table in catalog_of(session, SamplingRules()).tables}
    session.close()
    assert tables["claims"].row_estimate == 10_000_000
    assert set(tables["claims"].columns[0].samples) <= {"w0", "w1", "w2"}
    assert [tables[name].columns[0].samples_complete for name in ("claims", "many")] == [False, False]
    assert tables["claims"].columns[1].samples == ()
    assert sorted(tables["many"].columns[0].samples) == ["w0", "w1", "w2"]


def test_threads_share_few_sessions_and_never_mix_answers(shop_pg: Target) -> None:
    pool, key = SessionPool(max_open=3, wait_seconds=30), PoolKey("shop", fingerprint(shop_pg))
    opened: list[int] = []
    wrong: list[object] = []

    def work(number: int) -> None:
        for turn in range(10):
            with pool.lease(key, open_one) as session:
                found = rows_of(session, f"SELECT {number}, {turn}, count(*) FROM orders")  # noqa: S608 - numbers
            if found != [(number, turn, 300)]:
                wrong.append(found)

    def open_one() -> Session:
        opened.append(1)
        return CONNECTOR.open(shop_pg)

    run_threads([partial(work, number) for number in range(8)])
    assert (wrong, len(opened) <= 3, pool.close_idle()) == ([], True, 0)


def run_threads(works: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=work) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)


def test_settings_of_one_query_do_not_reach_the_next(shop_pg: Target) -> None:
    session = CONNECTOR.open(shop_pg)
    assert rows_of(session, "SELECT set_config('search_path', 'pg_catalog', false)") == [("pg_catalog",)]
    assert rows_of(session, "SELECT count(*) FROM orders") == [(300,)]
    assert rows_of(session, "SHOW default_transaction_read_only") == [("on",)]
    assert rows_of(session, "SHOW statement_timeout", timeout_seconds=7) == [("7s",)]
    session.close()


def test_statements_that_return_rows_without_select_run(shop_pg: Target) -> None:
    session = CONNECTOR.open(shop_pg)
    assert rows_of(session, "VALUES (1, 'a'), (2, 'b')") == [(1, "a"), (2, "b")]
    assert rows_of(session, "TABLE sales_by_city ORDER BY city LIMIT 1") == [("Huế", 75)]
    assert columns_of(session, "EXPLAIN SELECT 1") == [("QUERY PLAN", "text", "text")]
    assert rows_of(session, "SELECT FROM orders LIMIT 2") == [(), ()]
    session.close()


def test_iterator_that_was_never_read_sends_nothing(shop_pg: Target) -> None:
    counting = Counting(shop_pg.port)
    with relay(counting.connect) as between:
        session = CONNECTOR.open(replace(shop_pg, port=between.port))
        before = counting.sent
        session.run("SELECT pg_sleep(30)", limits=RunLimits(), cancel=NeverCancelled())
        assert (counting.sent, session.is_usable()) == (before, True)
        session.close()
