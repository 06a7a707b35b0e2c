"""No-op tasks run to a stored result, beside bare Celery and Procrastinate with two processes each."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Protocol

import redis
from celery import Celery
from django.db import connection
from procrastinate import App, SyncPsycopgConnector

from bench.house import House, cpu_ms, other_redis_database, wait_until
from bench.options import Options
from bench.people import insert_noops, make_account, make_project
from bench.table import Row
from config.common.embedded import postgres_url
from config.settings.celery import broker_url
from projects.models import Project
from tasks.services import pause_queue, resume_queue

PROCESSES = 2
WARM_UP = 300
QUEUE = "default"
_POLL_SECONDS = 0.1
#: Of what Procrastinate's tasks cost PostgreSQL in the same run: a figure in milliseconds says how fast the machine is
#: (docs/adr/0009).
POSTGRES_SHARE = 0.5

#: Called at the start; returns its time.
Begin = Callable[[], float]


@dataclass(frozen=True)
class Run:
    """One round of one contestant; `cpu_ms_per_task` is PostgreSQL's, or the whole of bare Celery's processes."""

    tasks_per_second: float
    cpu_ms_per_task: float


class Contestant(Protocol):
    """A queue with its workers running and warm."""

    name: str

    def cpu_ms(self) -> float:
        """Processor time so far of the part that is compared."""

    def run(self, count: int, begin: Begin) -> float:
        """Lay tasks ready, call `begin` when they may start, return the seconds from then until the last has ended."""


class Roundhouse:
    """Our own: rows inserted beforehand, two prefork processes, the sweeper."""

    name = "Roundhouse"

    def __init__(self, house: House) -> None:
        self.project: Project = make_project(make_account("queue"))
        self.cpu_ms = house.postgres_cpu_ms
        house.start_sweeper()
        house.start_worker("--pool", "prefork", "--concurrency", str(PROCESSES))

    def run(self, count: int, begin: Begin) -> float:
        """From the end of a pause, in which rows are inserted, to the last `completed_at`."""
        pause_queue(queue_name=QUEUE, actor=None)
        insert_noops(count, self.project)
        began = begin()
        resume_queue(queue_name=QUEUE, actor=None)
        # Not by what is unfinished: behind an old snapshot that would walk all dead rows, which the house need not do.
        wait_until(lambda: _number(_COMPLETED_SINCE, began) == count, what="Roundhouse", pause_seconds=_POLL_SECONDS)
        return _number(_LAST_END) - began


_COMPLETED_SINCE = "SELECT count(*) FROM tasks WHERE status = 'completed' AND completed_at >= to_timestamp(%s)"
_LAST_END = "SELECT extract(epoch FROM max(completed_at))::float8 FROM tasks"


def _number(statement: str, *parameters: float) -> float:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    return float(row[0])


class BareCelery:
    """A no-op without result; messages pushed beforehand to a list that gets the queue's name at the start."""

    name = "bare Celery"

    def __init__(self, house: House) -> None:
        url = other_redis_database(1)
        os.environ["BENCH_CELERY_BROKER"] = broker_url(url)
        from bench.rivals import celery_noop

        self.app: Celery = celery_noop.app
        self.queue = celery_noop.QUEUE
        self.client = redis.Redis.from_url(url)
        arguments = ["-m", "celery", "-A", "bench.rivals.celery_noop", "worker", "--pool", "prefork"]
        arguments += ["--concurrency", str(PROCESSES), "--loglevel", "WARNING"]
        arguments += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        self.worker = house.start_rival(*arguments)

    def cpu_ms(self) -> float:
        """Of its workers."""
        return cpu_ms(self.worker.pid)

    def run(self, count: int, begin: Begin) -> float:
        """Until no message is left and none is unacknowledged."""
        with self.app.producer_pool.acquire(block=True) as producer:
            for _ in range(count):
                self.app.send_task("noop", queue="staged", producer=producer, ignore_result=True)
        began = begin()
        self.client.rename("staged", self.queue)
        wait_until(self._is_empty, what="Celery", pause_seconds=0.005)
        return time.time() - began

    def _is_empty(self) -> bool:
        with self.client.pipeline() as pipe:
            pipe.llen(self.queue)
            pipe.hlen("unacked")
            waiting, taken = pipe.execute()
        return not waiting and not taken


class Procrastinate:
    """An async no-op; two worker processes, because one event loop uses one core only."""

    name = "Procrastinate"

    def __init__(self, house: House) -> None:
        self.cpu_ms = house.postgres_cpu_ms
        house.postgres.ensure_database("procrastinate")
        url = os.environ["BENCH_PROCRASTINATE_URL"] = postgres_url(house.folder, "procrastinate")
        self.app = App(connector=SyncPsycopgConnector(conninfo=url))
        self.app.open()
        self.app.schema_manager.apply_schema()
        for _ in range(PROCESSES):
            arguments = ["-m", "procrastinate", "--app", "bench.rivals.procrastinate_noop.app"]
            house.start_rival(*arguments, "--log-level", "warning", "worker", "--concurrency", "1")

    def run(self, count: int, begin: Begin) -> float:
        """From the commit of the jobs to the last event."""
        self.app.configure_task("noop", allow_unknown=True).batch_defer(*({} for _ in range(count)))
        began = begin()
        wait_until(lambda: not self._number(_JOBS_LEFT), what="Procrastinate", pause_seconds=_POLL_SECONDS)
        return self._number(_LAST_EVENT) - began

    def _number(self, statement: str) -> float:
        return float(self.app.connector.execute_query_one(statement)["number"])


_JOBS_LEFT = "SELECT count(*) AS number FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
_LAST_EVENT = "SELECT extract(epoch FROM max(at))::float8 AS number FROM procrastinate_events"


def measure(house: House, options: Options) -> list[Row]:
    """Rounds of all contestants in turn; the ratio is the median of the ratios within the rounds."""
    contestants: list[Contestant] = [Roundhouse(house), BareCelery(house), Procrastinate(house)]
    for contestant in contestants:
        contestant.run(WARM_UP, time.time)
    runs: dict[str, list[Run]] = {contestant.name: [] for contestant in contestants}
    for number in range(options.rounds):
        for contestant in contestants:
            run = run_round(contestant, options.tasks)
            runs[contestant.name].append(run)
            print(f"  round {number + 1}: {contestant.name:<14} {run.tasks_per_second:8,.0f} tasks/s", flush=True)
    house.stop_all()
    return _rows(*runs.values())


def run_round(contestant: Contestant, count: int) -> Run:
    """Its speed, and the processor time from `begin` on: laying tasks ready does not count."""
    cpu_ms_before = 0.0

    def begin() -> float:
        nonlocal cpu_ms_before
        cpu_ms_before = contestant.cpu_ms()
        return time.time()

    seconds = contestant.run(count, begin)
    return Run(count / seconds, (contestant.cpu_ms() - cpu_ms_before) / count)


def _rows(ours: list[Run], celery: list[Run], procrastinate: list[Run]) -> list[Row]:
    speeds = {"Roundhouse": ours, "bare Celery": celery, "Procrastinate": procrastinate}
    rows = [
        Row("queue", name, median(run.tasks_per_second for run in runs), "tasks/s") for name, runs in speeds.items()
    ]
    rows.append(Row("queue", "against bare Celery", _ratio(ours, celery), "x", at_least=0.65))
    rows.append(Row("queue", "against Procrastinate", _ratio(ours, procrastinate), "x", at_least=1.0))
    for name, whose in (
        ("Roundhouse", "PostgreSQL per task"),
        ("bare Celery", "bare Celery's processes per task"),
        ("Procrastinate", "PostgreSQL per task of Procrastinate"),
    ):
        rows.append(Row("queue", whose, median(run.cpu_ms_per_task for run in speeds[name]), "CPU-ms"))
    share = median(
        mine.cpu_ms_per_task / other.cpu_ms_per_task for mine, other in zip(ours, procrastinate, strict=True)
    )
    rows.append(Row("queue", "PostgreSQL per task, against Procrastinate", share, "x", at_most=POSTGRES_SHARE))
    return rows


def _ratio(ours: list[Run], theirs: list[Run]) -> float:
    pairs = zip(ours, theirs, strict=True)
    return median(mine.tasks_per_second / other.tasks_per_second for mine, other in pairs)
