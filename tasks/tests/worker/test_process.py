"""The configuration of a worker process and Celery's signals about its life."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from django.utils import timezone

from accounts.models import UsageReservation
from config.common.ids import uuid7
from tasks.models import Task, Worker
from tasks.queue import sql
from tasks.queue.connection import fetch, forget_connection, prefer_indexes
from tasks.registry import queue_profiles
from tasks.services import sweep
from tasks.tasks import release_orphan_reservations, run
from tasks.tests.conftest import Submit, worker_processes
from tasks.worker import process
from tasks.worker.keeper import LeaseKeeper

pytestmark = pytest.mark.django_db


class Quiet(LeaseKeeper):
    """A keeper whose thread does not run: it would see another connection than the test's transaction."""

    def start(self) -> None:
        """Register only."""
        self._tick()


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[process._Process]:
    """A process that was not configured, put back afterwards."""
    made = process._Process()
    monkeypatch.setattr(process, "_process", made)
    monkeypatch.setattr(process, "LeaseKeeper", Quiet)
    yield made
    connection_created.disconnect(process._name_the_session)
    connection_created.disconnect(prefer_indexes)


def configure(pool: str = "threads") -> None:
    """As `manage.py worker --queues default` does."""
    process.configure(profile="light", queues=["default"], concurrency=3, pool=pool)


def test_keeper_is_made_once_and_registers_what_was_configured() -> None:
    configure()
    assert process.keeper() is process.keeper()
    worker = worker_processes().get()
    assert (worker.pid, worker.profile, worker.queues, worker.concurrency) == (os.getpid(), "light", ["default"], 3)


def test_process_without_queues_serves_all_of_them(fresh: process._Process) -> None:
    assert process.keeper().queues == list(queue_profiles())
    assert (fresh.profile, fresh.concurrency, fresh.pool) == ("light", 1, "threads")


def test_forked_child_makes_a_keeper_with_an_id_of_its_own(fresh: process._Process) -> None:
    configure()
    parent = process.keeper()
    fresh.keeper_pid = os.getpid() + 1
    child = process.keeper()
    assert child.worker_id != parent.worker_id
    assert worker_processes().count() == 2


def test_shut_down_retires_the_worker_and_a_second_time_does_nothing() -> None:
    configure()
    made = process.keeper()
    process.shut_down("stopped")
    process.shut_down("again")
    assert Worker.objects.get(pk=made.worker_id).stop_reason == "stopped"


def test_shut_down_leaves_the_keeper_of_another_process_alone(fresh: process._Process) -> None:
    configure()
    made = process.keeper()
    fresh.keeper_pid = os.getpid() + 1
    process.shut_down("stopped")
    assert Worker.objects.get(pk=made.worker_id).stopped_at is None


def test_shut_down_without_a_keeper_is_no_error() -> None:
    process._on_shutdown()
    assert not worker_processes().exists()


@pytest.mark.parametrize(("pool", "workers"), [("threads", 1), ("solo", 1), ("prefork", 0)])
def test_ready_parent_registers_unless_its_children_do(pool: str, workers: int) -> None:
    configure(pool)
    process._on_ready()
    assert worker_processes().count() == workers


def test_shutting_down_starts_the_drain_of_this_process(fresh: process._Process) -> None:
    configure()
    made = process.keeper()
    assert made.draining_since is None
    process._on_shutting_down()
    assert made.draining_since is not None


def test_drain_signal_reaches_the_own_keeper_only(fresh: process._Process) -> None:
    configure()
    made = process.keeper()
    fresh.keeper_pid = os.getpid() + 1
    process._drain_own(signal.SIGUSR1, None)
    assert made.draining_since is None
    fresh.keeper_pid = os.getpid()
    process._drain_own(signal.SIGUSR1, None)
    assert made.draining_since is not None


def test_started_child_listens_for_the_drain_signal() -> None:
    before = signal.getsignal(process.DRAIN_SIGNAL)
    try:
        process._on_child_start()
        assert signal.getsignal(process.DRAIN_SIGNAL) is process._drain_own
        os.kill(os.getpid(), process.DRAIN_SIGNAL)
        assert process.keeper().draining_since is not None
    finally:
        signal.signal(process.DRAIN_SIGNAL, before)


def test_session_of_a_worker_is_named_so_that_its_transitions_say_who() -> None:
    configure()
    made = process.keeper()
    process._name_the_session(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('roundhouse.actor')")
        assert cursor.fetchone() == (f"worker:{made.worker_id}",)
        cursor.execute("SELECT set_config('roundhouse.actor', '', false)")


def seqscan_of_a_new_session() -> str:
    """Whether its plans may read a whole table."""
    forget_connection()
    [(value,)] = fetch("SELECT current_setting('enable_seqscan')")
    return str(value)


@pytest.mark.django_db(transaction=True)
def test_every_session_of_a_configured_worker_prefers_indexes_and_others_do_not() -> None:
    assert seqscan_of_a_new_session() == "on"
    configure()
    assert [seqscan_of_a_new_session() for _ in range(2)] == ["off", "off"]
    connection_created.disconnect(prefer_indexes)
    assert seqscan_of_a_new_session() == "on"


@pytest.mark.django_db(transaction=True)
def test_session_of_a_worker_claims_by_an_index_however_small_the_table(new_tables: None, submit: Submit) -> None:
    def plan() -> str:
        forget_connection()
        terms = {"task": task.pk, "worker": uuid7(), "kinds": ["test.echo"], "lease": 30}
        return str(fetch(f"EXPLAIN {sql.CLAIM}", terms))

    task = submit()
    fetch("ANALYZE tasks")
    assert "Seq Scan on tasks" in plan()
    configure()
    assert "Index Scan using tasks_" in plan()


def test_session_without_a_keeper_keeps_its_name() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('roundhouse.actor', 'before', true)")
        process._name_the_session(connection)
        cursor.execute("SELECT current_setting('roundhouse.actor')")
        assert cursor.fetchone() == ("before",)


def test_entry_point_runs_the_task_of_an_id(submit: Submit) -> None:
    task = submit()
    sweep()
    run(str(task.pk))
    task.refresh_from_db()
    assert (task.status, task.assigned_worker_id) == ("completed", process.keeper().worker_id)


def test_entry_point_forgets_an_id_that_nobody_knows() -> None:
    run(str(uuid7()))
    assert not Task.objects.exists()


@pytest.mark.parametrize("text", ["", "not-a-uuid", "0" * 31])
def test_message_that_is_no_id_is_a_bug_of_the_sender(text: str) -> None:
    with pytest.raises(ValueError, match="badly formed"):
        run(text)


def test_periodic_job_gives_back_only_what_ended_tasks_hold(submit: Submit) -> None:
    waiting, ended = submit("test.metered", {"characters": 9}), submit("test.metered", {"characters": 5})
    long_ago = timezone.now() - timedelta(minutes=2)
    Task.objects.filter(pk=ended.pk).update(status="cancelled", completed_at=long_ago)
    release_orphan_reservations()
    assert UsageReservation.objects.get().reservation_id == waiting.pk
