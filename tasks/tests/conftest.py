"""Fixtures of the queue's tests: a keeper of this process, tasks, real workers, and waiting for conditions."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from accounts.models import Account
from config.common.embedded import EmbeddedPostgres, EmbeddedRedis
from config.common.ids import uuid7
from projects.models import Project
from tasks.models import Task, Worker
from tasks.querysets import WorkerQuerySet
from tasks.queue.connection import DatabaseDown, forget_connection
from tasks.services import submit_task, sweep
from tasks.services.workers import register_worker
from tasks.tests import forks
from tasks.tests.forks import Forked
from tasks.worker.keeper import RESTART_EXIT_CODE, LeaseKeeper
from tasks.worker.runner import run_task

ROOT = Path(__file__).resolve().parents[2]

#: Quick protocol for tests with real processes: leases of a second, not half a minute.
QUICK = {
    "TASK_LEASE_SECONDS": "1.5",
    "TASK_REPUBLISH_SECONDS": "1",
    "TASK_BACKOFF_SECONDS": "0.1",
    "TASK_SWEEP_SECONDS": "0.1",
    "TASK_DRAIN_SECONDS": "0.6",
    "TASK_CANCEL_GRACE_SECONDS": "1",
}


class Submit(Protocol):
    """Submits a task as `owner`."""

    def __call__(self, task_type: str = ..., input_data: dict[str, Any] | None = ..., **fields: Any) -> Task: ...


@pytest.fixture
def submit(owner: Account, project: Project) -> Submit:
    """`submit("test.echo", {...})`."""

    def make(task_type: str = "test.echo", input_data: dict[str, Any] | None = None, **fields: Any) -> Task:
        return submit_task(user=owner, project=project, task_type=task_type, input_data=input_data or {}, **fields)

    return make


@pytest.fixture
def keeper(db: None) -> LeaseKeeper:
    """A registered keeper whose thread does not run: tests tick it by hand."""
    made = LeaseKeeper(profile="light", queues=["default"], concurrency=1, exit_process=lambda code: None)
    register_worker(worker_id=made.worker_id, profile="light", queues=["default"], concurrency=1)
    return made


@pytest.fixture
def run(keeper: LeaseKeeper) -> Callable[[Task], str]:
    """Dispatch and run one task in this process; returns the state it reached."""

    def execute(task: Task) -> str:
        sweep()
        return run_task(task_id=task.pk, keeper=keeper)

    return execute


def eventually(condition: Callable[[], object], *, within_seconds: float = 30, sweeping: bool = True) -> None:
    """Wait for a condition, sweeping meanwhile as the beat process would; fails when the time is up."""
    end = time.monotonic() + within_seconds
    while True:
        try:
            if sweeping:
                sweep()
            if condition():
                return
        except DatabaseDown:
            forget_connection()
        assert time.monotonic() < end, "the condition was not met in time"
        time.sleep(0.05)


def worker_processes() -> WorkerQuerySet:
    """Rows of processes; the row of pid 0, made by each migration, stands for a cache that answers by itself."""
    return Worker.objects.exclude(pid=0)


def status_of(task: Task) -> str:
    """Present state."""
    return str(Task.objects.values_list("status", flat=True).get(pk=task.pk))


def postgres_server() -> EmbeddedPostgres:
    """This test process's own PostgreSQL, to be broken."""
    server = import_module("config.settings.test").TEST_POSTGRES
    assert isinstance(server, EmbeddedPostgres)
    return server


def redis_server() -> EmbeddedRedis:
    """This test process's own Redis, to be broken."""
    server = import_module("config.settings.test").TEST_REDIS
    assert isinstance(server, EmbeddedRedis)
    return server


def all_ended() -> bool:
    """Nothing is left to do."""
    return not Task.objects.active().exists()


@pytest.fixture
def quick(settings: Settings) -> None:
    """The quick protocol in this process too."""
    for name, value in QUICK.items():
        setattr(settings, name, float(value))


def child_environment(**extra: str) -> dict[str, str]:
    """Environment of a process that works on this test's database and Redis."""
    url = os.environ["DATABASE_URL"].replace("/postgres?", f"/{connection.settings_dict['NAME']}?")
    return os.environ | QUICK | {"DATABASE_URL": url, "CONN_MAX_AGE": "600"} | extra


class Supervisor:
    """Starts a worker again when it asks for it (exit code 75), as `manage.py up` and systemd do."""

    def __init__(self, start: "WorkerFactory", *arguments: str) -> None:
        self.start, self.arguments = start, arguments
        self.worker = start(*arguments, TASK_DEAF_SECONDS="3")

    def all_ended(self) -> bool:
        """Nothing is left to do; looks after the worker on the way."""
        if self.worker.poll() == RESTART_EXIT_CODE:
            self.worker = self.start(*self.arguments, TASK_DEAF_SECONDS="3")
        return all_ended()


class WorkerFactory(Protocol):
    """Starts `manage.py worker` and waits until it has registered."""

    def __call__(self, *arguments: str, **environment: str) -> Forked: ...


@pytest.fixture
def start_worker(transactional_db: None, quick: None) -> Iterator[WorkerFactory]:
    """Real worker processes, each leading a process group; whatever is left is killed afterwards."""
    started: list[Forked] = []

    def start(*arguments: str, **environment: str) -> Forked:
        before = _workers()
        process = forks.start(["worker", *arguments], child_environment(**environment))
        started.append(process)
        eventually(lambda: _workers() > before, sweeping=False)
        return process

    yield start
    for process in started:
        kill_group(process)


def _workers() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workers")
        row = cursor.fetchone()
    return int(row[0])


def kill_group(process: "Forked | subprocess.Popen[bytes]", how: signal.Signals = signal.SIGKILL) -> None:
    """Signal a whole process group; with SIGKILL, wait for its end."""
    try:
        os.killpg(process.pid, how)
    except ProcessLookupError:
        return
    if how == signal.SIGKILL:
        process.wait(10)


@pytest.fixture
def new_tables(transactional_db: None) -> None:
    """Tasks' table without a dead row of earlier tests: PostgreSQL plans by its pages, and reads them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE tasks CASCADE")


def insert_tasks(count: int, project: Project, **fields: Any) -> list[Task]:
    """Many pending rows at once, past the service."""
    values: dict[str, Any] = {"task_type": "test.echo", "queue_name": "default", "input_data": {}} | fields
    return Task.objects.bulk_create(
        Task(task_id=uuid7(), user_id=project.user_id, project=project, **values) for _ in range(count)
    )
