"""The task list of an account with a million tasks beside those of accounts with a thousand, older and newer ones."""

import time

from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from bench.house import House
from bench.kinds import NOOP
from bench.options import Options
from bench.people import make_account, make_project
from bench.table import Row, percentile
from projects.models import Project

SHORT = 1_000
CALLS = 120
WARM_UP = 10
_INSERT = """
INSERT INTO tasks (task_id, project_id, user_id, task_type, queue_name, priority, status, input_data, completed_at,
    attempt, retry_count, max_retries, crash_count, publish_count, pending_deps, child_policy, progress, title,
    error_code, error_message, progress_message, idempotency_hash, request_id, metadata, created_at, updated_at)
SELECT uuid7_now(), %(project)s, %(user)s, %(kind)s, 'default', 1, 'completed', '{}', now(),
    1, 0, 3, 0, 1, 0, 'fail', 100, '', '', '', '', '', '', '{}', now(), now()
FROM generate_series(1, %(count)s)
"""


def measure(house: House, options: Options) -> list[Row]:
    """Calls in turn, so that all see the same noise; the ratio is that of the slowest median to the fastest."""
    sizes = {"older": SHORT, "long": options.rows, "newer": SHORT}
    projects = [make_project(make_account(name)) for name in sizes]
    for project, size in zip(projects, sizes.values(), strict=True):
        _fill(project, size)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE tasks")
    rows = []
    for path, name in (("/api/v1/tasks/", "REST"), ("/tasks/", "page")):
        # One client for all calls: the first call of each loads the middleware.
        clients = [_client(project, path) for project in projects]
        calls = [[_call_ms(client, path) for client in clients] for _ in range(WARM_UP + CALLS)]
        medians = [percentile(measured, 0.5) for measured in zip(*calls[WARM_UP:], strict=True)]
        queries = [_queries(client, path) for client in clients]
        for label, size, median_ms in zip(sizes, sizes.values(), medians, strict=True):
            rows.append(Row("list", f"{name}: {size:,} tasks ({label}), median", median_ms, "ms"))
        rows.append(Row("list", f"{name}: slowest to fastest", max(medians) / min(medians), "x", at_most=1.3))
        rows.append(Row("list", f"{name}: difference in queries", float(max(queries) - min(queries)), "", at_most=0.0))
    return rows


def _fill(project: Project, count: int) -> None:
    """Past the triggers: a million histories would measure nothing more."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(_INSERT, {"project": project.pk, "user": project.user_id, "kind": NOOP, "count": count})
        cursor.execute("SET session_replication_role = DEFAULT")


def _client(project: Project, path: str) -> APIClient:
    client = APIClient(SERVER_NAME="localhost")
    if path.startswith("/api/"):
        client.force_authenticate(project.user)
    else:
        client.force_login(project.user)
    return client


def _call_ms(client: APIClient, path: str) -> float:
    began = time.perf_counter()
    response = client.get(path)
    took_ms = (time.perf_counter() - began) * 1000
    assert response.status_code == 200
    return took_ms


def _queries(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)
