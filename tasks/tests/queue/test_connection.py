"""Raw statements on Django's own connection."""

import threading

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from config.common.ids import uuid7
from tasks.models import Task
from tasks.queue import sql
from tasks.queue.connection import DatabaseDown, fetch, forget_connection
from tasks.tests.conftest import Submit, status_of

pytestmark = pytest.mark.django_db


def test_rows_come_back_as_tuples_in_python_types() -> None:
    identity = uuid7()
    assert fetch("SELECT %(i)s::uuid, 2 + 3, 'đọc'", {"i": identity}) == [(identity, 5, "đọc")]


def test_statement_without_a_result_gives_no_rows() -> None:
    assert fetch("SET LOCAL statement_timeout = 0") == []


def test_update_without_returning_gives_no_rows(submit: Submit) -> None:
    task = submit()
    assert fetch("UPDATE tasks SET progress = 7 WHERE task_id = %(t)s", {"t": task.pk}) == []
    task.refresh_from_db()
    assert task.progress == 7


def test_percent_sign_needs_doubling_only_with_parameters() -> None:
    assert fetch("SELECT 10 %% %(n)s::int", {"n": 3}) == [(1,)]
    assert fetch("SELECT 10 % 3") == [(1,)]


def test_hostile_parameter_stays_a_value(submit: Submit) -> None:
    task = submit()
    hostile = "'; UPDATE tasks SET status = 'cancelled'; --"
    assert fetch("SELECT %(text)s::text", {"text": hostile}) == [(hostile,)]
    assert status_of(task) == "pending"


def test_it_takes_part_in_the_surrounding_transaction(submit: Submit) -> None:
    task = submit()
    with transaction.atomic():
        fetch("UPDATE tasks SET progress = 9 WHERE task_id = %(t)s", {"t": task.pk})
        transaction.set_rollback(True)
    task.refresh_from_db()
    assert task.progress == 0


def test_list_of_ids_is_one_parameter(submit: Submit) -> None:
    tasks = [submit(), submit()]
    rows = fetch("SELECT count(*) FROM tasks WHERE task_id = ANY(%(ids)s)", {"ids": [task.pk for task in tasks]})
    assert rows == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_forgotten_connection_is_opened_again() -> None:
    [(before,)] = fetch("SELECT pg_backend_pid()")
    forget_connection()
    [(after,)] = fetch("SELECT pg_backend_pid()")
    assert before != after


@pytest.mark.django_db(transaction=True)
def test_killed_session_raises_what_callers_catch_and_is_replaced() -> None:
    [(pid,)] = fetch("SELECT pg_backend_pid()")
    with psycopg.connect(
        host=connection.settings_dict["HOST"], dbname=connection.settings_dict["NAME"], user="postgres", autocommit=True
    ) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    with pytest.raises(DatabaseDown):
        fetch("SELECT 1")
    forget_connection()
    assert fetch("SELECT 1") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_forgetting_a_connection_that_cannot_be_closed_drops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fetch("SELECT 1")
    raw = connection.connection

    def broken() -> None:
        raise psycopg.OperationalError("the socket is gone")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "close", broken)
        forget_connection()
    assert connection.connection is None
    raw.close()
    assert fetch("SELECT 1") == [(1,)]


@pytest.mark.django_db(transaction=True)
def test_threads_have_connections_of_their_own() -> None:
    [(mine,)] = fetch("SELECT pg_backend_pid()")
    seen: list[int] = []

    def look() -> None:
        seen.append(fetch("SELECT pg_backend_pid()")[0][0])
        forget_connection()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join(5)
    assert len(seen) == 1
    assert seen[0] != mine


@pytest.mark.parametrize(
    "statement",
    [sql.CLAIM, sql.BEAT, sql.FLAGS, sql.FINISH, sql.FAIL, sql.STOP_RUNNING, sql.DISPATCH, sql.RESCUE, sql.EXPIRE],
)
def test_time_is_the_databases_never_the_processes(statement: str) -> None:
    moments = ("lease_expires_at = ", "enqueued_at = ", "completed_at = ")
    assert "now()" not in statement
    assert not any(f"{column}%(" in statement for column in moments)


def test_dispatch_of_an_unknown_queue_moves_nothing(submit: Submit) -> None:
    task = submit()
    Task.objects.filter(pk=task.pk).update(queue_name="nothing")
    rows = fetch(sql.DISPATCH, {"queue": "nothing", "window": 64, "since": timezone.now()})
    # A queue without a row has no window: max() over no rows is NULL, and the setting takes its place.
    assert [row[0] for row in rows] == [task.pk]
