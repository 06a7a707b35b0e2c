"""/readyz with each of its parts gone, one after the other, and with the odd ways to reach a database."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import redis
from django.db import connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.common.embedded import redis_url
from config.common.redis import redis_client
from monitoring import probes
from monitoring.probes import readiness
from monitoring.views import ready_findings
from tasks.models import Worker


@pytest.fixture(autouse=True)
def _light_work_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "queue_profiles", lambda: {"default": "light"})


@pytest.fixture
def options(db: None) -> Iterator[dict[str, Any]]:
    """The connection options of the DATABASE_URL, restored afterwards."""
    own = connection.settings_dict["OPTIONS"]
    connection.settings_dict["OPTIONS"] = dict(own)
    yield connection.settings_dict["OPTIONS"]
    connection.settings_dict["OPTIONS"] = own


def _failed() -> dict[str, str]:
    return {finding.name: finding.detail for finding in readiness() if not finding.ok}


def test_findings_of_a_sound_house_say_what_was_seen(light_worker: Worker) -> None:
    details = {finding.name: finding.detail.partition(" (")[0] for finding in readiness()}
    assert details == {
        "database": "Answers.",
        "redis": "Answers.",
        "migrations": "All applied.",
        "workers": "Alive: light.",
    }


def test_redis_that_is_not_there_is_the_only_finding(
    light_worker: Worker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(probes, "redis_client", lambda: redis.Redis.from_url(redis_url(tmp_path)))
    assert _failed() == {"redis": "Does not answer (ConnectionError)."}


def test_redis_that_asks_for_a_password_is_not_ready(light_worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    known = redis_client().connection_pool.connection_kwargs["path"]
    wrong = redis.Redis.from_url(f"unix://nobody@{known}?password=wrong-password")
    monkeypatch.setattr(probes, "redis_client", lambda: wrong)
    [(name, detail)] = _failed().items()
    assert (name, "wrong-password" in detail) == ("redis", False)


@pytest.mark.parametrize(
    ("setting", "value"),
    [("NAME", "no_such_database"), ("USER", "no_such_user"), ("PORT", "1")],
    ids=lambda value: value,
)
def test_database_that_lets_nobody_in_is_one_cause_of_three_findings(
    light_worker: Worker, monkeypatch: pytest.MonkeyPatch, setting: str, value: str
) -> None:
    monkeypatch.setitem(connection.settings_dict, setting, value)
    assert _failed() == {
        "database": "Does not answer (OperationalError).",
        "migrations": "Not asked: the database does not answer.",
        "workers": "Not asked: the database does not answer.",
    }


def test_everything_down_is_four_findings_and_503(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(probes, "redis_client", lambda: redis.Redis.from_url(redis_url(tmp_path)))
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    answer = client.get("/readyz")
    assert (answer.status_code, [check["ok"] for check in answer.json()["checks"]]) == (503, [False] * 4)
    assert str(tmp_path) not in answer.content.decode()


def test_house_is_ready_again_as_soon_as_the_cause_is_gone(
    client: Client, light_worker: Worker, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(probes, "redis_client", lambda: redis.Redis.from_url(redis_url(tmp_path)))
        assert client.get("/readyz").status_code == 503
    ready_findings.forget()
    assert client.get("/readyz").status_code == 200


def test_options_of_the_database_url_hold_for_the_probes_too(light_worker: Worker, options: dict[str, Any]) -> None:
    options["options"] = "-c search_path=pg_catalog"
    assert _failed() == {"migrations": "Does not answer (UndefinedTable)."}


def test_probes_pass_by_the_pool(light_worker: Worker, options: dict[str, Any]) -> None:
    options["pool"] = {"min_size": 1, "max_size": 1, "timeout": 0.001}
    assert probes.probe_database() == "Answers."
    assert connection.settings_dict["OPTIONS"]["pool"]["max_size"] == 1


def test_probe_session_ends_its_statements_in_time_and_says_who_it_is(options: dict[str, Any]) -> None:
    with probes._short_session() as session:
        shown = [
            session.execute(f"SHOW {name}".encode()).fetchone() for name in ("statement_timeout", "application_name")
        ]
    assert shown == [("2s",), ("roundhouse-readyz",)]


def test_bug_in_a_probe_is_no_finding(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> str:
        raise KeyError("bug")

    monkeypatch.setattr(probes, "probe_redis", broken)
    with pytest.raises(KeyError):
        readiness()


@pytest.mark.parametrize("error", [psycopg.errors.QueryCanceled("slow"), psycopg.errors.AdminShutdown("bye")])
def test_finding_names_the_kind_of_failure_only(error: psycopg.Error) -> None:
    def fail() -> str:
        raise error

    found = probes._probe("database", fail)
    assert found.as_dict() == {
        "name": "database",
        "ok": False,
        "detail": f"Does not answer ({type(error).__name__}).",
    }


def test_probes_leave_no_session_behind(light_worker: Worker) -> None:
    readiness()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'roundhouse-readyz'")
        assert cursor.fetchone() == (0,)


def test_look_costs_the_request_one_query_of_its_own(
    light_worker: Worker, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        readiness()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("address", ["/healthz", "/readyz", "/metrics"])
def test_machines_may_only_read(client: Client, db: None, address: str, method: str) -> None:
    answer = getattr(client, method)(address)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_head_of_readyz_has_the_status_and_no_body(client: Client, light_worker: Worker) -> None:
    answer = client.head("/readyz")
    assert (answer.status_code, answer.content) == (200, b"")
    assert json.loads(client.get("/readyz").content)["status"] == "ok"
