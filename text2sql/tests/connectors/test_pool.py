"""Sessions are used again, at most so many at a time, and never after what they belong to has changed."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from text2sql.connectors.base import ConnectorError, Session, Target
from text2sql.connectors.pool import PoolKey, SessionPool, fingerprint
from text2sql.connectors.postgresql.connector import PostgresConnector
from text2sql.tests.connectors.asking import code_of, rows_of, wait_until
from text2sql.tests.servers import PostgresServer


class Shop:
    """A pool of sessions of the shop; `opened` counts them."""

    def __init__(self, target: Target, **options: Any) -> None:
        self.target = target
        self.pool = SessionPool(**options)
        self.key = PoolKey(7, fingerprint(target))
        self.opened = 0

    def open(self) -> Session:
        self.opened += 1
        return PostgresConnector().open(self.target)

    def pid(self, key: PoolKey | None = None) -> int:
        with self.pool.lease(key or self.key, self.open) as session:
            return int(rows_of(session, "SELECT pg_backend_pid()")[0][0])


@pytest.fixture
def shop(shop_pg: Target) -> Iterator[Shop]:
    made = Shop(shop_pg, max_open=2, wait_seconds=0.1)
    yield made
    assert made.pool.close_idle() == 0


def test_session_is_used_again(shop: Shop) -> None:
    assert len({shop.pid() for _time in range(5)}) == 1
    assert shop.opened == 1


def test_session_is_kept_after_a_failed_query(shop: Shop) -> None:
    with pytest.raises(ConnectorError), shop.pool.lease(shop.key, shop.open) as session:
        rows_of(session, "SELECT nothing")
    shop.pid()
    assert shop.opened == 1


def test_busy_pool_waits_and_then_says_so(shop: Shop) -> None:
    with shop.pool.lease(shop.key, shop.open), shop.pool.lease(shop.key, shop.open):
        assert code_of(shop.pid) == "too_many_connections"
    assert shop.opened == 2
    assert code_of(shop.pid) == ""


def test_waiting_person_gets_the_session_that_comes_back(shop_pg: Target) -> None:
    shop = Shop(shop_pg, max_open=1, wait_seconds=10)
    pids: list[int] = []
    with shop.pool.lease(shop.key, shop.open):
        waiting = threading.Thread(target=lambda: pids.append(shop.pid()))
        waiting.start()
    waiting.join(5)
    assert (len(pids), shop.opened, shop.pool.close_idle()) == (1, 1, 0)


def test_failed_opening_takes_no_place(shop: Shop) -> None:
    def fail() -> Session:
        raise ConnectorError("connection_refused", "no")

    for _time in range(5):
        with pytest.raises(ConnectorError, match="no"), shop.pool.lease(shop.key, fail):
            pass
    assert code_of(shop.pid) == ""


def test_changed_connection_gets_a_new_session(shop: Shop) -> None:
    first = shop.pid()
    changed = PoolKey(7, fingerprint(replace(shop.target, password="other")))
    assert changed != shop.key
    assert shop.pid(changed) != first
    assert shop.pool.close_idle(older_than_seconds=60) == 1


def test_broken_session_is_dropped(shop: Shop, postgres_server: PostgresServer) -> None:
    first = shop.pid()
    with postgres_server.connect() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    assert shop.pid() != first


def test_forgotten_connection_is_closed_at_once_and_when_it_comes_back(shop: Shop) -> None:
    with shop.pool.lease(shop.key, shop.open) as leased:
        shop.pid()
        shop.pool.forget(7)
        assert shop.pool.close_idle(older_than_seconds=60) == 1
        assert leased.is_usable()
    assert not leased.is_usable()
    assert shop.pool.close_idle(older_than_seconds=60) == 0


def test_idle_session_is_closed_after_a_while(shop_pg: Target) -> None:
    shop = Shop(shop_pg, idle_seconds=0.02)
    with shop.pool.lease(shop.key, shop.open) as session:
        pass
    assert wait_until(lambda: shop.pool.close_idle(older_than_seconds=60) == 0)
    assert not session.is_usable()


def test_child_of_a_fork_starts_empty_and_leaves_the_parents_session_alone(shop: Shop) -> None:
    first = shop.pid()
    child = os.fork()
    if child == 0:
        left = shop.pool.close_idle()
        os._exit(left)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert shop.pid() == first


def test_every_part_of_a_target_is_in_its_fingerprint(shop_pg: Target) -> None:
    changes: dict[str, Any] = {
        "host": "x",
        "port": 1,
        "database_name": "x",
        "username": "x",
        "password": "x",
        "ssl_enabled": True,
        "params": {"sslmode": "require"},
        "allows_private": False,
        "forbidden": frozenset({("x", 1)}),
        "database_type": "mysql",
    }
    prints = {fingerprint(replace(shop_pg, **{name: value})) for name, value in changes.items()}
    assert len(prints | {fingerprint(shop_pg)}) == len(changes) + 1
    assert fingerprint(replace(shop_pg)) == fingerprint(shop_pg)
