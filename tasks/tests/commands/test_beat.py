"""`manage.py beat`: sweeps until it is told to stop, whatever the database does."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.backends.signals import connection_created
from django.db.utils import OperationalError

from tasks.management.commands import beat
from tasks.queue.connection import fetch, forget_connection, prefer_indexes


@pytest.fixture(autouse=True)
def _own_signals(settings: Any) -> Iterator[None]:
    """The command takes over SIGTERM and SIGINT of this process: give them back."""
    settings.TASK_SWEEP_SECONDS = 0.001
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    for receiver in (beat.limit_statements, prefer_indexes):
        connection_created.disconnect(receiver)


class Sweeps:
    """Counts rounds; the last one sends this process a signal."""

    def __init__(self, rounds: int, number: signal.Signals, error: Exception | None = None) -> None:
        self.rounds, self.number, self.error, self.count = rounds, number, error, 0

    def __call__(self) -> None:
        self.count += 1
        if self.count == self.rounds:
            os.kill(os.getpid(), self.number)
        if self.error is not None:
            raise self.error


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> Callable[[Sweeps], Sweeps]:
    """Put counted rounds in the place of the sweeper."""

    def replace(made: Sweeps) -> Sweeps:
        monkeypatch.setattr(beat, "sweep", made)
        monkeypatch.setattr(beat, "forget_connection", lambda: None)
        return made

    return replace


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_the_loop_after_its_round(sweeps: Callable[[Sweeps], Sweeps], number: signal.Signals) -> None:
    made = sweeps(Sweeps(3, number))
    call_command("beat", "--sweeper-only")
    assert made.count == 3


def test_database_that_is_away_does_not_end_the_sweeper(
    sweeps: Callable[[Sweeps], Sweeps], caplog: pytest.LogCaptureFixture
) -> None:
    made = sweeps(Sweeps(4, signal.SIGTERM, OperationalError("restarting")))
    with caplog.at_level(logging.WARNING):
        call_command("beat", "--sweeper-only")
    assert (made.count, caplog.messages) == (4, ["tasks.sweep.database_down"] * 4)


def test_bug_in_the_sweeper_is_not_swallowed(sweeps: Callable[[Sweeps], Sweeps]) -> None:
    made = sweeps(Sweeps(99, signal.SIGTERM, KeyError("a bug")))
    with pytest.raises(KeyError):
        call_command("beat", "--sweeper-only")
    assert made.count == 1


@pytest.mark.django_db(transaction=True)
def test_session_of_the_sweeper_prefers_indexes_and_ends_long_statements(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, str]] = []

    def look() -> None:
        forget_connection()
        seen.extend(fetch("SELECT current_setting('enable_seqscan'), current_setting('statement_timeout')"))
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(beat, "sweep", look)
    call_command("beat", "--sweeper-only")
    assert seen == [("off", "10s")]
    forget_connection()


class Periodic:
    """Celery's scheduler, as far as the command uses it."""

    started: list[tuple[str, dict[str, Any]]] = []

    def __init__(self, app: object, schedule_filename: str) -> None:
        self.schedule_filename = schedule_filename

    def start(self, **options: Any) -> None:
        """Remember how."""
        self.started.append((self.schedule_filename, options))


@pytest.mark.parametrize(("arguments", "schedulers"), [([], 1), (["--sweeper-only"], 0)])
def test_periodic_jobs_run_beside_the_sweeper_unless_told_otherwise(
    sweeps: Callable[[Sweeps], Sweeps], monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path,
    arguments: list[str], schedulers: int,
) -> None:  # fmt: skip
    settings.DATA_DIR = tmp_path / "new"
    monkeypatch.setattr(beat, "Beat", Periodic)
    monkeypatch.setattr(Periodic, "started", [])
    sweeps(Sweeps(5, signal.SIGTERM))
    call_command("beat", *arguments)
    expected = [(str(tmp_path / "new" / "celerybeat-schedule"), {"embedded_process": True})]
    assert Periodic.started == expected[:schedulers]
