"""The pool's own bookkeeping, with sessions that only say whether they live: limits, threads, forgetting."""

import threading
from collections.abc import Iterator
from typing import cast

import pytest

from text2sql.connectors.base import ConnectorError, Session, Target
from text2sql.connectors.pool import PoolKey, SessionPool, fingerprint
from text2sql.tests.connectors.asking import code_of


class Line:
    """As much of a session as a pool looks at."""

    def __init__(self) -> None:
        self.lives, self.closed = True, 0

    def is_usable(self) -> bool:
        return self.lives

    def close(self) -> None:
        self.lives = False
        self.closed += 1


class Exchange:
    """Opens lines and counts how many are open at once."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def __call__(self) -> Session:
        self.lines.append(Line())
        return cast("Session", self.lines[-1])

    @property
    def open(self) -> int:
        return sum(line.lives for line in self.lines)


KEY, OTHER = PoolKey("a", "1"), PoolKey("b", "1")


@pytest.fixture
def pool() -> Iterator[SessionPool]:
    """Two sessions for each connection; nobody waits."""
    made = SessionPool(max_open=2, wait_seconds=0.0)
    yield made
    made.close_idle()


def test_last_session_that_came_back_is_lent_first(pool: SessionPool) -> None:
    exchange = Exchange()
    with pool.lease(KEY, exchange) as first, pool.lease(KEY, exchange) as second:
        assert first is not second
    with pool.lease(KEY, exchange) as again:
        assert again is first
    assert len(exchange.lines) == 2


def test_limit_is_for_each_connection(pool: SessionPool) -> None:
    exchange = Exchange()
    with pool.lease(KEY, exchange), pool.lease(KEY, exchange), pool.lease(OTHER, exchange):
        with pytest.raises(ConnectorError) as caught:
            pool.lease(KEY, exchange).__enter__()
        assert caught.value.message == "All 2 connections to this database are busy."
        with pool.lease(OTHER, exchange):
            assert exchange.open == 4
    assert len(exchange.lines) == 4


def test_changed_connection_shares_the_limit_with_its_old_sessions(pool: SessionPool) -> None:
    exchange = Exchange()
    with pool.lease(KEY, exchange), pool.lease(PoolKey("a", "2"), exchange):
        assert code_of(pool.lease(PoolKey("a", "3"), exchange).__enter__) == "too_many_connections"
    with pool.lease(PoolKey("a", "3"), exchange):
        assert [line.lives for line in exchange.lines] == [False, False, True]


def test_session_that_died_idle_or_leased_is_closed_once(pool: SessionPool) -> None:
    exchange = Exchange()
    with pool.lease(KEY, exchange):
        pass
    exchange.lines[0].lives = False
    with pool.lease(KEY, exchange):
        exchange.lines[1].lives = False
    assert [line.closed for line in exchange.lines] == [1, 1]
    assert pool.close_idle() == 0


def test_failure_in_the_block_gives_the_session_back(pool: SessionPool) -> None:
    exchange = Exchange()
    for _attempt in range(5):
        with pytest.raises(KeyError), pool.lease(KEY, exchange):
            raise KeyError
    assert (len(exchange.lines), exchange.open, pool.close_idle(), exchange.open) == (1, 1, 0, 0)


def test_failed_openings_take_no_place(pool: SessionPool) -> None:
    def fail() -> Session:
        raise ConnectorError("connection_refused", "no")

    codes = [code_of(pool.lease(KEY, fail).__enter__) for _attempt in range(5)]
    assert codes == ["connection_refused"] * 5
    with pool.lease(KEY, Exchange()), pool.lease(KEY, Exchange()):
        assert pool.close_idle() == 2


def test_forgotten_connection_keeps_no_session(pool: SessionPool) -> None:
    exchange = Exchange()
    with pool.lease(KEY, exchange), pool.lease(OTHER, exchange):
        with pool.lease(KEY, exchange):
            pass
        pool.forget("a")
        assert [line.lives for line in exchange.lines] == [True, True, False]
        with pool.lease(KEY, exchange):
            assert exchange.open == 3
    assert [line.lives for line in exchange.lines] == [False, True, False, True]
    pool.forget("never heard of")
    assert pool.close_idle() == 0


def test_only_what_was_idle_long_enough_is_closed(pool: SessionPool) -> None:
    exchange = Exchange()
    with pool.lease(KEY, exchange):
        assert pool.close_idle(older_than_seconds=0.0) == 1
    assert (pool.close_idle(older_than_seconds=60.0), exchange.open) == (1, 1)
    assert (pool.close_idle(older_than_seconds=0.0), exchange.open) == (0, 0)


def test_many_threads_never_hold_more_than_the_limit() -> None:
    pool, exchange = SessionPool(max_open=3, wait_seconds=30.0), Exchange()
    held, most, lock = [0], [0], threading.Lock()

    def work() -> None:
        for _turn in range(50):
            with pool.lease(KEY, exchange):
                with lock:
                    held[0] += 1
                    most[0] = max(most[0], held[0])
                with lock:
                    held[0] -= 1

    threads = [threading.Thread(target=work) for _number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (held[0], most[0] <= 3, len(exchange.lines) <= 3, pool.close_idle(), exchange.open) == (0, True, True, 0, 0)


def test_no_two_threads_hold_one_session() -> None:
    pool, exchange = SessionPool(max_open=4, wait_seconds=30.0), Exchange()
    taken: set[int] = set()
    clashes: list[int] = []

    def work() -> None:
        for _turn in range(50):
            with pool.lease(KEY, exchange) as session:
                clashes.extend({id(session)} & taken)
                taken.add(id(session))
                taken.discard(id(session))

    threads = [threading.Thread(target=work) for _number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (clashes, pool.close_idle()) == ([], 0)


def test_fingerprints_tell_every_target_apart_and_hide_the_password() -> None:
    targets = [
        Target("mysql", "h", 1), Target("oracle", "h", 1), Target("mysql", "g", 1), Target("mysql", "h", 2),
        Target("mysql", "h", 1, "d"), Target("mysql", "h", 1, username="u"), Target("mysql", "h", 1, password="p"),
        Target("mysql", "h", 1, ssl_enabled=True), Target("mysql", "h", 1, params={"charset": "utf8"}),
        Target("mysql", "h", 1, allows_private=True), Target("mysql", "h", 1, forbidden=frozenset({("x", 1)})),
        Target("mysql", "h", 1, socket_dir="/run"),
    ]  # fmt: skip
    prints = [fingerprint(target) for target in targets]
    assert (len(set(prints)), {len(text) for text in prints}) == (len(targets), {64})
    assert fingerprint(Target("mysql", "h", 1)) == prints[0]
