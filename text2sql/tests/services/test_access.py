"""A person's database as the house lets it be used: checked, planned, read-only, timed, and lost in the middle."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.models import Account
from projects.models import Project
from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled
from text2sql.connectors.base import ConnectorError, Finished, Header, RunLimits, Target
from text2sql.engines.base import QueryFailed, ReadOnlyDatabase
from text2sql.models import DatabaseConnection
from text2sql.services.access import HouseDatabase, open_session, policy_for, session_pool
from text2sql.services.connections import update_connection
from text2sql.services.schemas import present_catalog
from text2sql.tests.connectors.relay import Relay, relay, to_port
from text2sql.tests.servers import PostgresServer
from text2sql.tests.working import Ask

MANY = "SELECT i.order_id, i.product_id, repeat('x', 1000) AS pad FROM order_items i CROSS JOIN customers c"


@pytest.fixture
def house(read_shop: DatabaseConnection) -> HouseDatabase:
    catalog = present_catalog(read_shop)
    assert catalog is not None
    return HouseDatabase(read_shop, catalog, NeverCancelled())


@pytest.fixture
def far_shop(read_shop: DatabaseConnection, shop_pg: Target) -> Iterator[Relay]:
    """The shop behind a way that can be cut."""
    with relay(to_port(shop_pg.port)) as way:
        DatabaseConnection.objects.filter(pk=read_shop.pk).update(port=way.port)
        read_shop.port = way.port
        session_pool().forget(read_shop.pk)
        yield way


def test_engine_reads_a_few_rows(house: HouseDatabase) -> None:
    assert isinstance(house, ReadOnlyDatabase)
    rows = house.run("SELECT id, city FROM customers ORDER BY id", max_rows=2)
    assert (rows.columns, [row[0] for row in rows.rows], rows.is_cut) == (("id", "city"), [1, 2], True)
    whole = house.run("SELECT count(*) AS n FROM customers")
    assert (whole.columns, whole.rows, whole.is_cut) == (("n",), ((60,),), False)
    nothing = house.run("SELECT id FROM customers WHERE id < 0")
    assert (nothing.columns, nothing.rows) == (("id",), ())


def test_engine_s_query_is_held_to_the_house_s_rules(house: HouseDatabase, shop_content: Callable[[], str]) -> None:
    before, codes = shop_content(), {}
    for sql in ("DELETE FROM customers", "SELECT * FROM secrets", "SELECT nothing FROM customers", "SELECT FROM WHERE"):
        with pytest.raises(QueryFailed) as error:
            house.run(sql)
        codes[sql] = error.value.code
    assert codes == {
        "DELETE FROM customers": "not_a_query", "SELECT * FROM secrets": "table_refused",
        "SELECT nothing FROM customers": "unknown_column", "SELECT FROM WHERE": codes["SELECT FROM WHERE"],
    }  # fmt: skip
    assert codes["SELECT FROM WHERE"] != "query_failed"
    assert shop_content() == before


def test_only_tables_that_were_seen_may_be_read(house: HouseDatabase) -> None:
    policy = policy_for(house.catalog)
    assert policy.tables == {("public", name) for name in (
        "customers", "order_items", "orders", "paid_orders", "products", "sales_by_city",
    )}  # fmt: skip
    assert policy.default_schema == "public"


def test_plan_costs_nothing_and_is_held_to_the_limit(house: HouseDatabase, settings: Any) -> None:
    statement = house.check("SELECT count(*) FROM order_items a, order_items b")
    settings.TEXT2SQL_MAX_COST = 0
    cost = house.plan(statement).cost
    assert cost is not None
    settings.TEXT2SQL_MAX_COST = cost
    assert house.plan(statement).cost == cost
    settings.TEXT2SQL_MAX_COST = cost - 1
    with pytest.raises(QueryFailed, match="the limit is") as error:
        house.plan(statement)
    assert error.value.code == "query_too_costly"


def test_cancelled_work_stops_between_two_batches(house: HouseDatabase) -> None:
    house.cancel = flag = CancelFlag()
    events = house.stream(house.check(MANY), limits=RunLimits(max_rows=10**6, max_bytes=10**9))
    assert isinstance(next(events), Header)
    next(events)
    flag.cancel()
    with pytest.raises(Cancelled):
        list(events)
    house.cancel = NeverCancelled()
    assert house.run("SELECT 1 AS n").rows == ((1,),)


def test_sessions_are_used_again_until_the_login_changes(
    house: HouseDatabase, read_shop: DatabaseConnection, owner: Account, far_shop: Relay
) -> None:
    for _time in range(3):
        house.run("SELECT 1 AS n")
    assert far_shop.accepted == 1
    changed = update_connection(connection=read_shop, actor=owner, password="wrong")
    with pytest.raises(ConnectorError) as error, open_session(changed):
        pass
    assert (error.value.code, far_shop.accepted) == ("wrong_credentials", 2)


def test_database_that_went_away_while_it_was_idle_is_opened_again(house: HouseDatabase, far_shop: Relay) -> None:
    house.run("SELECT 1 AS n")
    session_pool().forget(house.connection.pk)
    assert house.run("SELECT 2 AS n").rows == ((2,),)
    assert far_shop.accepted == 2


def test_database_that_is_gone_is_told_by_its_code(house: HouseDatabase, far_shop: Relay) -> None:
    far_shop.close()
    session_pool().forget(house.connection.pk)
    with pytest.raises(QueryFailed) as error:
        house.run("SELECT 1 AS n")
    assert error.value.code == "connection_refused"


def test_busy_database_makes_the_next_one_wait_and_then_says_so(
    house: HouseDatabase, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pool = session_pool()
    monkeypatch.setattr(pool, "_max_open", 1)
    monkeypatch.setattr(pool, "_wait_seconds", 0.05)
    with open_session(house.connection), pytest.raises(QueryFailed) as error:
        house.run("SELECT 1 AS n")
    assert error.value.code == "too_many_connections"
    assert house.run("SELECT 1 AS n").rows == ((1,),)


def test_question_about_a_database_that_is_away_keeps_its_words(ask: Ask, far_shop: Relay, shop: Any) -> None:
    far_shop.close()
    session_pool().forget(shop.pk)
    query = ask("```SELECT count(*) AS n FROM customers```")
    assert (query.status, query.error_code, query.sql_query) == (
        "error", "connection_refused", "SELECT count(*) AS n FROM customers",
    )  # fmt: skip
    assert (query.result_file, query.result_preview) == ("", None)


def test_limits_of_a_run_are_told_at_its_end(house: HouseDatabase, project: Project) -> None:
    limits = RunLimits(max_rows=10**6, max_bytes=50_000)
    [*_events, finished] = house.stream(house.check(MANY), limits=limits)
    assert isinstance(finished, Finished)
    assert (finished.cut_by, 0 < finished.rows < 100) == ("bytes", True)


def test_server_that_ends_the_session_in_the_middle_is_told_and_left(
    house: HouseDatabase, postgres_server: PostgresServer
) -> None:
    events = house.stream(house.check(MANY), limits=RunLimits(max_rows=10**6, max_bytes=10**9))
    assert isinstance(next(events), Header)
    next(events)
    with postgres_server.connect() as root:
        root.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 't2s_reader'")
    with pytest.raises(QueryFailed) as error:
        list(events)
    assert error.value.code == "connection_lost"
    assert house.run("SELECT 1 AS n").rows == ((1,),)


def test_idle_session_that_the_server_ended_is_not_lent_again(
    house: HouseDatabase, postgres_server: PostgresServer
) -> None:
    house.run("SELECT 1 AS n")
    with postgres_server.connect() as root:
        root.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 't2s_reader'")
    assert house.run("SELECT 2 AS n").rows == ((2,),)
