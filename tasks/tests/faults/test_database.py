"""A database that restarts, cuts connections, is full, or is read by somebody with an old snapshot."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from projects.models import Project
from results.models import Result
from tasks.models import Task
from tasks.queue import sql
from tasks.queue.connection import fetch, forget_connection, prefer_indexes
from tasks.services import submit_task
from tasks.tests.conftest import Submit, WorkerFactory, all_ended, eventually, insert_tasks, postgres_server, status_of
from tasks.tests.faults.invariants import assert_invariants, completed, starts

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


def other_connection() -> "psycopg.Connection[tuple[object, ...]]":
    """A session of its own on the test database."""
    return psycopg.connect(
        host=connection.settings_dict["HOST"], dbname=connection.settings_dict["NAME"], user="postgres", autocommit=True
    )


def test_postgres_crash_and_restart_loses_nothing(start_worker: WorkerFactory, project: Project) -> None:
    start_worker("--concurrency", "2")
    tasks = insert_tasks(40, project, task_type="test.wait", input_data={"seconds": 0.05})
    eventually(lambda: completed() >= 10)
    postgres_server().stop(signal.SIGQUIT)  # immediate mode: no checkpoint, recovery at the start
    postgres_server().start()
    forget_connection()
    eventually(all_ended, within_seconds=60)
    assert completed() == 40
    assert_invariants(tasks, in_flight=4)


def test_connections_cut_again_and_again_lose_nothing(start_worker: WorkerFactory, project: Project) -> None:
    start_worker("--concurrency", "2")
    tasks = insert_tasks(60, project, task_type="test.wait", input_data={"seconds": 0.02})
    stop = threading.Event()

    def cut() -> None:
        with other_connection() as session:
            while not stop.wait(0.15):
                session.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )

    cutter = threading.Thread(target=cut)
    cutter.start()
    try:
        eventually(lambda: completed() >= 40, within_seconds=60)
    finally:
        stop.set()
        cutter.join()
    forget_connection()
    eventually(all_ended, within_seconds=60)
    assert completed() == 60
    assert_invariants(tasks, in_flight=60)


def test_rolled_back_submission_never_runs(start_worker: WorkerFactory, project: Project) -> None:
    start_worker("--concurrency", "1")

    with transaction.atomic():
        submit_task(user=project.user, project=project, task_type="test.echo", input_data={})
        transaction.set_rollback(True)
    kept = submit_task(user=project.user, project=project, task_type="test.echo", input_data={})
    eventually(all_ended)
    assert (Task.objects.get().pk, starts()) == (kept.pk, 1)


def test_claims_use_the_primary_key_while_an_old_snapshot_is_open(project: Project, submit: Submit) -> None:
    with other_connection() as session:
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        session.execute("SELECT count(*) FROM tasks")
        tasks = insert_tasks(2_000, project)
        ids = [task.pk for task in tasks]
        with connection.cursor() as cursor:
            # Two thousand dead versions in every partial index, which the snapshot forbids to remove.
            cursor.execute("UPDATE tasks SET status = 'in_queue', enqueued_at = now() WHERE task_id = ANY(%s)", [ids])
            cursor.execute("UPDATE tasks SET status = 'pending', enqueued_at = NULL WHERE task_id = ANY(%s)", [ids])
            cursor.execute("ANALYZE tasks")
        plan = "\n".join(str(row[0]) for row in fetch(f"EXPLAIN {sql.CLAIM}", _claim_parameters(tasks[0])))
        session.execute("COMMIT")
    assert "Index Scan using tasks_pkey" in plan
    assert "tasks_ready" not in plan


@pytest.mark.parametrize("name", ["DISPATCH", "REPUBLISH", "RETRY_DUE", "RESCUE", "EXPIRE", "BLOCKED_PARENTS"])
def test_no_sweep_reads_the_tasks_that_ended(name: str, new_tables: None, project: Project) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        # Past the services: only their number matters.
        ended = [task.pk for task in insert_tasks(1_000, project)]
        cursor.execute("UPDATE tasks SET status = 'cancelled', completed_at = now() WHERE task_id = ANY(%s)", [ended])
        cursor.execute("ANALYZE tasks")
    parameters = {"queue": "default", "window": 64, "age": 10.0, "max_crashes": 3, "since": timezone.now()}
    with transaction.atomic():
        prefer_indexes(connection)  # as in the sweeper's own session
        ((plan,),) = fetch(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {getattr(sql, name)}", parameters)
        transaction.set_rollback(True)
    # Reading all of them would take a block for each.
    assert plan[0]["Plan"]["Shared Hit Blocks"] < 100


def _claim_parameters(task: Task) -> dict[str, object]:
    return {"task": task.pk, "worker": task.pk, "lease": 1.0, "kinds": ["test.echo"]}


def test_old_snapshot_under_load_loses_nothing(start_worker: WorkerFactory, project: Project) -> None:
    with other_connection() as session:
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        session.execute("SELECT count(*) FROM tasks")
        start_worker("--concurrency", "2")
        tasks = insert_tasks(300, project)
        eventually(all_ended, within_seconds=60)
    assert completed() == 300
    assert_invariants(tasks)


@pytest.fixture
def tiny_disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file system of one megabyte that PostgreSQL may write to."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    folder = settings.DATA_DIR / "tiny"
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=0777", "tmpfs", str(folder)], check=True)
    space = folder / "space"
    space.mkdir()
    subprocess.run(["chown", "pgserver", str(space)], check=True)
    yield space
    with other_connection() as session:
        session.execute("ALTER TABLE results SET TABLESPACE pg_default")
        session.execute("DROP TABLESPACE tiny")
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_full_disk_keeps_the_task_until_there_is_room(
    tiny_disk: Path, start_worker: WorkerFactory, submit: Submit
) -> None:
    with other_connection() as session:
        session.execute(f"CREATE TABLESPACE tiny LOCATION '{tiny_disk}'".encode())
        session.execute("ALTER TABLE results SET TABLESPACE tiny")
        filler = tiny_disk.parent / "filler"
        with pytest.raises(OSError, match="No space left"):
            filler.write_bytes(b"x" * 2_000_000)
        start_worker("--concurrency", "1")
        task = submit("test.echo", {"engines": ["one"], "text": "y" * 20_000})
        eventually(lambda: status_of(task) == "processing")
        assert not Result.objects.exists()
        filler.unlink()
    eventually(all_ended, within_seconds=60)
    assert status_of(task) == "completed"
    assert Result.objects.get().output_data["text"] == "y" * 20_000
    assert_invariants([task], in_flight=1)
