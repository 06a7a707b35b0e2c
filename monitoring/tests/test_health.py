"""/healthz and /readyz: what they ask, and what they say when something is missing."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from config.common.embedded import EmbeddedRedis, redis_url
from config.common.redis import redis_client
from monitoring import probes
from tasks.models import Worker

NAMES = ["database", "redis", "migrations", "workers"]


def _ready(client: Client) -> tuple[int, dict[str, str]]:
    """Status, and the detail of each failed check."""
    response = client.get("/readyz")
    body = response.json()
    assert [check["name"] for check in body["checks"]] == NAMES
    assert (body["status"] == "ok") == (response.status_code == 200)
    return response.status_code, {check["name"]: check["detail"] for check in body["checks"] if not check["ok"]}


@pytest.fixture(autouse=True)
def _light_work_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own kinds of tasks ask for heavy workers."""
    monkeypatch.setattr(probes, "queue_profiles", lambda: {"default": "light"})


@pytest.fixture
def unreachable_database(db: None, tmp_path: Path) -> Iterator[None]:
    """New sessions are sent to a socket folder in which nobody listens."""
    where = connection.settings_dict["HOST"]
    connection.settings_dict["HOST"] = str(tmp_path)
    yield
    connection.settings_dict["HOST"] = where


def test_machine_is_told_that_the_process_lives(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_health_needs_no_redis(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_client(), "execute_command", _refuse)
    assert client.get("/healthz").status_code == 200


def test_post_to_health_is_refused(client: Client) -> None:
    assert client.post("/healthz").status_code == 405


def test_everything_in_order_is_ready(client: Client, light_worker: Worker) -> None:
    assert _ready(client) == (200, {})


def test_answer_is_not_cached_by_proxies(client: Client, light_worker: Worker) -> None:
    assert "no-store" in client.get("/readyz")["Cache-Control"]


def test_no_worker_is_not_ready(client: Client, db: None) -> None:
    assert _ready(client) == (503, {"workers": "No live worker of profile: light."})


@pytest.mark.parametrize("change", [{"stopped_at": 0}, {"last_seen_at": 60}], ids=["stopped", "silent"])
def test_gone_worker_does_not_count(client: Client, light_worker: Worker, change: dict[str, int]) -> None:
    moments = {name: timezone.now() - timedelta(seconds=age) for name, age in change.items()}
    Worker.objects.filter(pk=light_worker.pk).update(**moments)
    assert _ready(client)[0] == 503


def test_heavy_kind_needs_a_heavy_worker(client: Client, light_worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "queue_profiles", lambda: {"default": "light", "pictures": "heavy"})
    assert _ready(client) == (503, {"workers": "No live worker of profile: heavy."})


def test_missing_migration_is_named_by_number(
    client: Client, light_worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = probes._known_migrations()
    monkeypatch.setattr(probes, "_known_migrations", lambda: known | {("tts", "0099_later")})
    assert _ready(client) == (503, {"migrations": "1 not applied; run `manage.py migrate`."})


def test_migration_of_a_newer_release_is_no_fault(
    client: Client, light_worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = probes._known_migrations()
    monkeypatch.setattr(probes, "_known_migrations", lambda: known - {("tts", "0001_initial")})
    assert _ready(client) == (200, {})


@pytest.mark.usefixtures("unreachable_database")
def test_unreachable_database_is_reported_without_its_address(client: Client, tmp_path: Path) -> None:
    status, failed = _ready(client)
    assert (status, list(failed)) == (503, ["database", "migrations", "workers"])
    assert failed["database"] == "Does not answer (OperationalError)."
    assert str(tmp_path) not in str(failed)


@pytest.mark.fault
def test_frozen_redis_is_reported_in_time(
    client: Client, light_worker: Worker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = EmbeddedRedis(tmp_path, die_with_parent=True)
    server.start()
    frozen = redis.Redis.from_url(redis_url(tmp_path), socket_timeout=0.5)
    monkeypatch.setattr(probes, "redis_client", lambda: frozen)
    os.kill(server.pid, signal.SIGSTOP)
    try:
        assert _ready(client) == (503, {"redis": "Does not answer (TimeoutError)."})
    finally:
        os.kill(server.pid, signal.SIGCONT)
        server.stop()


def test_many_callers_cost_one_look(client: Client, light_worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    client.get("/readyz")
    monkeypatch.setattr(probes, "readiness", _refuse)
    assert client.get("/readyz").status_code == 200


def _refuse(*_args: object) -> None:
    raise AssertionError("asked")
