"""Queries to a person's database: what the house adds to the database's own time, and reading a large schema."""

import json
import time
from typing import Any

import psutil
import psycopg
from psycopg import sql

from bench.house import House
from bench.options import Options
from bench.table import Row, percentile
from bench.web import Web, start_web
from config.common.embedded import socket_dir
from tasks.engines.cancel import NeverCancelled
from text2sql.connectors.base import SamplingRules, Target
from text2sql.connectors.registry import connector_for
from text2sql.models import QueryHistory
from text2sql.services.demo import ensure_demo

ROUNDS = 60
WARM_UP = 5
#: Seldom enough not to keep one of two cores busy with being asked.
POLL_SECONDS = 0.01
TABLES = 2_000
_TABLE = (
    "CREATE TABLE {} (id integer PRIMARY KEY, name text, city text, price numeric, made date,"
    " parent integer REFERENCES {})"
)
_ROWS = "INSERT INTO {} SELECT n, 'name ' || n, 'city', n, now(), NULL FROM generate_series(1, 5) n"
QUERY = "SELECT category, sum(revenue) AS revenue FROM sales WHERE quantity > {number} GROUP BY category"


def measure(house: House, options: Options) -> list[Row]:
    """Queries by hand over the example shop: the worker's part, and all from the POST on; then 2,000 tables."""
    web = start_web(house)
    ensure_demo(owner=web.project.user, project=web.project)
    house.start_sweeper()
    house.start_worker("--profile", "light")
    web.answers()  # its connection may have been idle for too long meanwhile
    whole = [_added_ms(web, number) for number in range(WARM_UP + ROUNDS)][WARM_UP:]
    ran = list(QueryHistory.objects.order_by("-pk").select_related("task")[:ROUNDS])
    added = [_in_worker_ms(query) for query in ran]
    house.stop_all()
    seconds, megabytes = _introspected(house)
    return [
        Row("databases", "added to the database's own time, median", percentile(added, 0.5), "ms", at_most=15.0),
        Row("databases", "added to the database's own time, 95th percentile", percentile(added, 0.95), "ms"),
        Row(
            "databases",
            "from the POST to the answer, less the database's own time, median",
            percentile(whole, 0.5),
            "ms",
        ),
        Row("databases", f"reading a schema of {TABLES} tables", seconds, "s", at_most=10.0),
        Row("databases", "memory for that", megabytes, "MB", at_most=200.0),
    ]


def _added_ms(web: Web, number: int) -> float:
    began = time.perf_counter()
    made: dict[str, Any] = web.post("/api/v1/queries/run/", {"sql": QUERY.format(number=number % 3)})
    path = f"/api/v1/queries/{made['id']}/"
    while made["status"] == "pending":
        time.sleep(POLL_SECONDS)
        made = json.loads(web.get(path))
    took = (time.perf_counter() - began) * 1000
    assert made["status"] == "success", made
    return took - float(made["execution_time_ms"])


def _in_worker_ms(query: QueryHistory) -> float:
    """From the claim to the end of the task: check, plan, rows kept, everything stored."""
    began, ended = query.task.started_at, query.task.completed_at
    assert began is not None
    assert ended is not None
    took_ms: float = (ended - began).total_seconds() * 1000
    return took_ms - (query.execution_time_ms or 0)


def _introspected(house: House) -> tuple[float, float]:
    """Seconds and the growth of this process' memory, of many tables with keys, comments and a few rows."""
    folder = str(socket_dir(house.folder))
    with psycopg.connect(host=folder, user="postgres", dbname="postgres", autocommit=True) as own:
        own.execute("CREATE DATABASE bench_wide")
    with psycopg.connect(host=folder, user="postgres", dbname="bench_wide") as wide:
        for number in range(TABLES):
            name, parent = sql.Identifier(f"part_{number}"), sql.Identifier(f"part_{max(number - 1, 0)}")
            wide.execute(sql.SQL(_TABLE).format(name, parent))
            wide.execute(sql.SQL(_ROWS).format(name))
    target = Target("postgresql", "", 5432, "bench_wide", "postgres", socket_dir=folder)
    before, began = psutil.Process().memory_info().rss, time.perf_counter()
    session = connector_for("postgresql").open(target)
    catalog = session.introspect(sampling=SamplingRules(), cancel=NeverCancelled())
    took = time.perf_counter() - began
    session.close()
    assert len(catalog.tables) == TABLES
    return took, (psutil.Process().memory_info().rss - before) / 1e6
