"""MariaDB, what is rare: the server's modes, sessions that are used again, opt-outs, MySQL's own plans."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pymysql
import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.connectors.base import RunLimits, SamplingRules, Target
from text2sql.connectors.mysql.connector import MysqlConnector
from text2sql.connectors.mysql.plans import read_plan
from text2sql.connectors.mysql.session import MysqlSession
from text2sql.connectors.mysql.types import kind_of, result_column
from text2sql.connectors.pool import PoolKey, SessionPool, fingerprint
from text2sql.tests.connectors.asking import ask, catalog_of, code_of, finished, rows_of

CONNECTOR = MysqlConnector()


@pytest.fixture
def session(mariadb_target: Target) -> Iterator[MysqlSession]:
    made = CONNECTOR.open(mariadb_target)
    yield made
    made.close()


def test_servers_own_mode_does_not_change_what_quotes_mean(
    mariadb: Callable[..., "pymysql.Connection[Any]"], mariadb_target: Target
) -> None:
    with mariadb() as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'")
    session = CONNECTOR.open(mariadb_target)
    found = rows_of(session, r"""SELECT "a", 'b\'c', @@sql_mode""")
    session.close()
    with mariadb() as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL sql_mode = DEFAULT")
    assert found == [("a", "b'c", "")]


def test_sessions_are_used_again_after_limits_and_failures(mariadb_target: Target) -> None:
    pool, key = SessionPool(), PoolKey(1, fingerprint(mariadb_target))
    opened: list[int] = []

    def open_one() -> MysqlSession:
        opened.append(1)
        return CONNECTOR.open(mariadb_target)

    for statement in ("SELECT 1", "SELECT nothing", "SELECT n FROM t2s_odd.numbers", "SELECT SLEEP(30)"):
        with pool.lease(key, open_one) as session:
            code_of(ask, session, statement, max_rows=5, timeout_seconds=0.2)
    assert (len(opened), pool.close_idle()) == (1, 0)


def test_limits_of_one_query_do_not_reach_the_next(session: MysqlSession) -> None:
    assert finished(session, "SELECT n FROM t2s_odd.numbers", max_rows=5) == (5, "rows")
    assert finished(session, "SELECT n FROM t2s_odd.numbers", max_rows=3000) == (2000, "")
    assert len(session.fetch("SELECT n FROM t2s_odd.numbers", seconds=5)) == 2000
    assert rows_of(session, "SELECT @@max_statement_time", timeout_seconds=7) == [(7.0,)]


def test_limit_of_rows_reaches_no_subquery(session: MysqlSession) -> None:
    counted = "SELECT COUNT(*) FROM (SELECT n FROM t2s_odd.numbers) AS inner_rows"
    assert rows_of(session, counted, max_rows=5) == [(2000,)]
    united = "SELECT n FROM t2s_odd.numbers WHERE n < 3 UNION ALL SELECT n FROM t2s_odd.numbers WHERE n < 3"
    assert sorted(rows_of(session, united, max_rows=4)) == [(1,), (1,), (2,), (2,)]


def test_cancelled_before_it_began_sends_nothing(session: MysqlSession) -> None:
    flag = CancelFlag()
    flag.cancel()
    with pytest.raises(Cancelled):
        list(session.run("SELECT SLEEP(30)", limits=RunLimits(), cancel=flag))
    with pytest.raises(Cancelled):
        session.introspect(sampling=SamplingRules(), cancel=flag)
    assert rows_of(session, "SELECT 1") == [(1,)]


def test_iterator_that_was_never_read_sends_nothing(session: MysqlSession) -> None:
    session.run("SELECT SLEEP(30)", limits=RunLimits(), cancel=NeverCancelled())
    assert session.is_usable()
    assert code_of(session.run, "DELETE FROM orders", limits=RunLimits(), cancel=NeverCancelled()) == ""
    assert code_of(ask, session, "DELETE FROM orders") == "query_refused"


def test_people_opt_columns_out(session: MysqlSession) -> None:
    skipped = frozenset({("t2s_shop", "customers", "email")})
    catalog = catalog_of(session, SamplingRules(max_values_per_column=2, skipped=skipped))
    customers = catalog.table_by_key["t2s_shop", "customers"]
    assert (customers.column_by_name["email"].samples, customers.column_by_name["email"].is_sampled) == ((), False)
    assert customers.column_by_name["city"].samples == ("Hà Nội", "Huế")
    assert not customers.column_by_name["city"].samples_complete


def test_characters_that_cannot_be_sent_are_told(session: MysqlSession) -> None:
    assert code_of(ask, session, "SELECT '\ud800'") == "syntax_error"
    assert code_of(ask, session, "SELECT 1\0") == "syntax_error"
    assert session.is_usable()


def test_other_character_set_is_the_persons_choice(mariadb_target: Target) -> None:
    plain = replace(mariadb_target, password="x", params={"charset": "latin1"})
    assert code_of(CONNECTOR.open, plain) == "wrong_credentials"
    assert code_of(CONNECTOR.open, replace(plain, params={"charset": "gbk"})) == "driver_error"


MYSQL_PLAN = """
{"query_block": {"select_id": 1, "cost_info": {"query_cost": "12.50"}, "ordering_operation": {"nested_loop": [
    {"table": {"table_name": "a", "rows_examined_per_scan": 10, "filtered": "50.00"}},
    {"table": {"table_name": "b", "rows_examined_per_scan": 4, "filtered": "100.00",
               "attached_subqueries": [{"query_block": {"table": {"rows_examined_per_scan": 1000}}}]}}]}}}
"""


class Answering(MysqlSession):
    """A session that answers every query with one plan."""

    def __init__(self, plan: str) -> None:
        self.plan = plan

    def fetch(self, text: str, *, seconds: float, cancel: object = None) -> list[tuple[Any, ...]]:
        assert text.startswith("EXPLAIN FORMAT=JSON ")
        return [(self.plan,)]


def test_plans_as_mysql_writes_them_are_read() -> None:
    plan = read_plan(Answering(MYSQL_PLAN), "SELECT 1", timeout_seconds=1)
    assert (plan.cost, plan.rows) == (12.5, 20.0)
    empty = read_plan(Answering('{"query_block": {"message": "No tables used"}}'), "SELECT 1", timeout_seconds=1)
    assert (empty.cost, empty.rows) == (None, None)


def test_kinds_of_types() -> None:
    cases = {
        ("tinyint", "tinyint(1)"): "boolean",
        ("bit", "bit(1)"): "boolean",
        ("tinyint", "tinyint(4)"): "integer",
        ("bigint", "bigint(20) unsigned"): "integer",
        ("year", "year(4)"): "integer",
        ("set", "set('a','b')"): "text",
        ("varbinary", "varbinary(20)"): "binary",
        ("json", "json"): "json",
        ("geometry", "geometry"): "other",
        ("uuid", "uuid"): "other",
        ("time", "time(3)"): "time",
        ("timestamp", "timestamp(6)"): "timestamp",
    }
    assert {key: kind_of(*key) for key in cases} == cases
    assert [result_column("x", code, charset).data_type for code, charset in ((253, 33), (253, 63), (252, 63))] == [
        "varchar",
        "varbinary",
        "blob",
    ]
