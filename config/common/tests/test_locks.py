"""Locks by name, between two sessions of PostgreSQL."""

import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, connections, transaction

from config.common.concurrency import lock_until_commit, try_lock_until_commit

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "test.lock"
HOLD = {
    False: "SELECT pg_advisory_lock(hashtextextended(%s, 0))",
    True: "SELECT pg_advisory_lock_shared(hashtextextended(%s, 0))",
}


@pytest.fixture
def other() -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
    """Somebody else's session on the test database."""
    where = connection.settings_dict
    with psycopg.connect(host=where["HOST"], dbname=where["NAME"], user=where["USER"], autocommit=True) as session:
        yield session
        # By hand: the server ends a session some time after its connection is closed.
        session.execute("SELECT pg_advisory_unlock_all()")


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone() == (1,))


def lock_in_thread(pool: ThreadPoolExecutor, *, shared: bool = False) -> "Future[None]":
    """Take the lock in a session of its own."""

    def work() -> None:
        try:
            with transaction.atomic():
                lock_until_commit(NAME, shared=shared)
        finally:
            connections.close_all()

    return pool.submit(work)


@pytest.mark.parametrize(("held", "asked"), [(False, False), (False, True), (True, False)])
def test_second_session_waits_until_the_first_lets_go(
    other: "psycopg.Connection[tuple[object, ...]]", held: bool, asked: bool
) -> None:
    other.execute(HOLD[held], [NAME])
    with ThreadPoolExecutor(1) as pool:
        waiting = lock_in_thread(pool, shared=asked)
        deadline = time.monotonic() + 10
        while not somebody_waits() and time.monotonic() < deadline:
            assert not waiting.done()
        other.execute("SELECT pg_advisory_unlock_all()")
        assert waiting.result(10) is None


def test_shared_locks_do_not_wait_for_each_other(other: "psycopg.Connection[tuple[object, ...]]") -> None:
    other.execute(HOLD[True], [NAME])
    with ThreadPoolExecutor(1) as pool:
        assert lock_in_thread(pool, shared=True).result(10) is None


def test_lock_of_another_name_is_free(other: "psycopg.Connection[tuple[object, ...]]") -> None:
    other.execute(HOLD[False], ["test.other"])
    with transaction.atomic():
        assert try_lock_until_commit(NAME) is True


@pytest.mark.parametrize("held", [False, True])
def test_lock_that_somebody_has_is_refused_at_once(other: "psycopg.Connection[tuple[object, ...]]", held: bool) -> None:
    other.execute(HOLD[held], [NAME])
    with transaction.atomic():
        assert try_lock_until_commit(NAME) is False


def test_lock_ends_with_the_transaction(other: "psycopg.Connection[tuple[object, ...]]") -> None:
    free = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
    with transaction.atomic():
        lock_until_commit(NAME)
        assert other.execute(free, [NAME]).fetchone() == (False,)
    assert other.execute(free, [NAME]).fetchone() == (True,)
