"""`manage.py worker`: what it hands to Celery."""

import os
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command

from tasks.registry import queue_profiles
from tasks.worker import process


@pytest.fixture(autouse=True)
def _unconfigured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command configures this process: put it back."""
    monkeypatch.setattr(process, "_process", process._Process())
    monkeypatch.delenv("CELERY_SKIP_CHECKS", raising=False)


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Arguments that Celery got; `yes` to anything else would start a worker here."""
    got: list[str] = []
    monkeypatch.setattr(current_app, "worker_main", got.extend)
    return got


def value(arguments: list[str], option: str) -> str:
    """What follows an option."""
    return arguments[arguments.index(option) + 1]


def start(handed: list[str], *arguments: str) -> dict[str, str]:
    """Run the command; returns pool, concurrency and queues."""
    call_command("worker", *arguments)
    return {name: value(handed, f"--{name}") for name in ("pool", "concurrency", "queues")}


def test_light_worker_runs_threads_on_all_light_queues(handed: list[str], settings: Any) -> None:
    settings.LIGHT_WORKER_THREADS = 6
    light = [name for name, profile in queue_profiles().items() if profile == "light"]
    assert start(handed) == {"pool": "threads", "concurrency": "6", "queues": ",".join(light)}
    assert "heavy" not in light
    assert "--max-tasks-per-child" not in handed


def test_heavy_worker_runs_one_process_on_heavy_queues_and_ends_itself_in_time(handed: list[str]) -> None:
    started = start(handed, "--profile", "heavy")
    assert (started["pool"], started["concurrency"]) == ("solo", "1")
    assert "heavy" in started["queues"].split(",")
    assert "default" not in started["queues"].split(",")
    assert (value(handed, "--max-tasks-per-child"), value(handed, "--max-memory-per-child")) == ("200", "16777216")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--pool", "prefork"], {"pool": "prefork"}),
        (["--pool", "solo", "--concurrency", "1"], {"pool": "solo", "concurrency": "1"}),
        (["--concurrency", "32"], {"concurrency": "32"}),
        (["--queues", "default"], {"queues": "default"}),
        (["--queues", "tts_queue,default"], {"queues": "tts_queue,default"}),
        (["--profile", "heavy", "--pool", "prefork", "--concurrency", "2"], {"pool": "prefork", "concurrency": "2"}),
    ],
)
def test_what_is_asked_for_beats_the_default(handed: list[str], arguments: list[str], expected: dict[str, str]) -> None:
    started = start(handed, *arguments)
    assert {name: started[name] for name in expected} == expected


def test_process_knows_what_it_serves(handed: list[str]) -> None:
    start(handed, "--queues", "heavy", "--profile", "heavy", "--pool", "prefork", "--concurrency", "2")
    known = process._process
    assert (known.profile, known.queues, known.concurrency, known.pool) == ("heavy", ["heavy"], 2, "prefork")


def test_workers_neither_gossip_nor_answer_remote_control(handed: list[str]) -> None:
    start(handed)
    assert {"--without-gossip", "--without-mingle", "--without-heartbeat", "--quiet"} <= set(handed)
    assert current_app.conf.worker_enable_remote_control is False


def test_checks_of_the_web_face_are_left_out(handed: list[str]) -> None:
    start(handed)
    assert os.environ["CELERY_SKIP_CHECKS"] == "true"


@pytest.mark.parametrize(
    "arguments", [["--profile", "huge"], ["--pool", "gevent"], ["--concurrency", "many"], ["--unknown"]]
)
def test_unknown_argument_starts_nothing(handed: list[str], arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command("worker", *arguments)
    assert handed == []
    assert process._process.queues == []
