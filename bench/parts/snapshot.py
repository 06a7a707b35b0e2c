"""No-op tasks while another session holds an old snapshot, so that no dead row can go, beside the same without it."""

import contextlib
import time
from collections.abc import Iterator
from statistics import median

import psycopg
from django.db import connection

from bench.house import House, wait_until
from bench.options import Options
from bench.parts.queue import WARM_UP, Roundhouse, Run, run_round
from bench.people import insert_noops
from bench.table import Row
from config.common.embedded import postgres_url
from tasks.models import Task

SNAPSHOT_SECONDS = 60.0
ROUNDS = 3
_POLL_SECONDS = 0.2


def measure(house: House, options: Options) -> list[Row]:
    """Rounds before, behind and after the snapshot; the ratio is that of the medians, the plain ones of both sides.

    The table is filled before the first round, too: all rounds stand on many ended tasks.
    """
    ours = Roundhouse(house)
    ours.run(WARM_UP, time.time)
    _work(ours, options.tasks)
    _vacuum()
    before = _rounds(ours, options.tasks, "before")
    with _old_snapshot(house) as snapshot:
        _work(ours, options.tasks)
        age, dead = _age_seconds(snapshot), _dead_rows()
        assert age >= SNAPSHOT_SECONDS
        behind = _rounds(ours, options.tasks, "snapshot")
    _vacuum()
    after = _rounds(ours, options.tasks, "after")
    house.stop_all()
    speeds = [median(run.tasks_per_second for run in runs) for runs in (before + after, behind)]
    costs = [median(run.cpu_ms_per_task for run in runs) for runs in (before + after, behind)]
    return [
        Row("snapshot", "age at the first round", age, "s"),
        Row("snapshot", "dead rows at the first round", dead, ""),
        Row("snapshot", "without a snapshot", speeds[0], "tasks/s"),
        Row("snapshot", "behind the snapshot", speeds[1], "tasks/s"),
        Row("snapshot", "behind the snapshot, against without", speeds[1] / speeds[0], "x", at_least=0.7),
        Row("snapshot", "PostgreSQL per task without a snapshot", costs[0], "CPU-ms"),
        Row("snapshot", "PostgreSQL per task behind the snapshot", costs[1], "CPU-ms"),
    ]


def _work(ours: Roundhouse, batch: int) -> None:
    """Keep the workers busy for as long as the snapshot has to grow old, then let them end what is left."""
    end = time.monotonic() + SNAPSHOT_SECONDS
    while time.monotonic() < end:
        if _unfinished() < batch:
            insert_noops(batch, ours.project)
        time.sleep(_POLL_SECONDS)
    wait_until(lambda: not _unfinished(), what="Roundhouse", pause_seconds=_POLL_SECONDS)


def _unfinished() -> int:
    return Task.objects.filter(completed_at__isnull=True).count()


def _rounds(ours: Roundhouse, count: int, name: str) -> list[Run]:
    runs = []
    for number in range(ROUNDS):
        runs.append(run_round(ours, count))
        print(f"  round {number + 1}: {name:<14} {runs[-1].tasks_per_second:8,.0f} tasks/s", flush=True)
    return runs


@contextlib.contextmanager
def _old_snapshot(house: House) -> Iterator[psycopg.Connection]:
    """A session as a report or pg_dump opens it: the first statement takes the snapshot, the transaction keeps it."""
    with psycopg.connect(postgres_url(house.folder)) as session:
        session.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        session.execute("SELECT count(*) FROM tasks")
        yield session


def _age_seconds(snapshot: psycopg.Connection) -> float:
    row = snapshot.execute("SELECT extract(epoch FROM clock_timestamp() - now())::float8").fetchone()
    assert row is not None
    return float(row[0])


def _dead_rows() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'tasks'")
        return float(cursor.fetchone()[0])


def _vacuum() -> None:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM tasks")
