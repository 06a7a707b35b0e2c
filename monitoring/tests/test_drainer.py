"""The loop around the drain: how long it waits, what it survives, and what it does beside."""

import logging
import signal
import threading
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db.utils import OperationalError
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisGone

from accounts.models import Account
from monitoring import drainer as module
from monitoring.audit import begin_interaction
from monitoring.drainer import BUSY_ENTRIES, Drainer
from monitoring.models import Interaction
from monitoring.tests.calls import ago, id_at, said, waiting


class Steps:
    """Stands for the services: remembers what was called, answers or raises what it was given."""

    def __init__(self, *moved: int | Exception) -> None:
        self.moved = list(moved)
        self.calls: list[str] = []

    def drain(self) -> int:
        """The next answer."""
        self.calls.append("drain")
        answer = self.moved.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def remember(self, name: str) -> Callable[[], None]:
        """A step that only says that it was called."""
        return lambda: self.calls.append(name)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Callable[..., Steps]:
    """Put counted steps in the place of the services."""
    settings.INTERACTION_DRAIN_SECONDS = 1.0

    def replace(*moved: int | Exception) -> Steps:
        made = Steps(*moved)
        monkeypatch.setattr(module, "drain_interactions", made.drain)
        monkeypatch.setattr(module, "complete_abandoned", made.remember("abandoned"))
        monkeypatch.setattr(module, "keep_partitions", made.remember("partitions"))
        monkeypatch.setattr(module, "forget_connection", made.remember("forget"))
        return made

    return replace


def test_partitions_come_first_and_once(steps: Callable[..., Steps]) -> None:
    made, drainer = steps(3, 3), Drainer()
    assert [drainer.round(), drainer.round()] == [1.0, 1.0]
    assert made.calls == ["partitions", "drain", "drain"]


def test_large_batch_is_followed_at_once(steps: Callable[..., Steps]) -> None:
    steps(BUSY_ENTRIES, BUSY_ENTRIES - 1)
    drainer = Drainer()
    assert [drainer.round(), drainer.round()] == [0.0, 1.0]


def test_sweep_waits_for_an_empty_stream_and_its_turn(steps: Callable[..., Steps]) -> None:
    made, drainer = steps(5, 0, 0), Drainer()
    for _ in range(3):
        drainer.round()
    assert made.calls == ["partitions", "drain", "drain", "abandoned", "drain"]


@pytest.mark.parametrize(
    ("error", "event", "level"),
    [
        (OperationalError("restarting"), "audit.drain.unavailable", logging.WARNING),
        (RedisGone("gone"), "audit.drain.unavailable", logging.WARNING),
        (KeyError("a receiver's bug"), "audit.drain.failed", logging.ERROR),
    ],
    ids=["database", "redis", "bug"],
)
def test_failure_is_told_and_tried_again_ever_more_slowly(
    steps: Callable[..., Steps], caplog: pytest.LogCaptureFixture, error: Exception, event: str, level: int
) -> None:
    made, drainer = steps(*[error] * 7, 1, error), Drainer()
    assert [drainer.round() for _ in range(9)] == [2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0, 1.0, 2.0]
    assert [(entry.getMessage(), entry.levelno) for entry in caplog.records] == [(event, level)] * 8
    assert made.calls.count("forget") == 8


def test_loop_ends_when_it_is_told_to_and_gives_its_connection_back(
    steps: Callable[..., Steps], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, drainer = steps(BUSY_ENTRIES, BUSY_ENTRIES, 0), Drainer()
    # The sweep is what the third round does, because nothing was left to move.
    monkeypatch.setattr(module, "complete_abandoned", drainer.stopping.set)
    drainer.run()
    assert made.calls == ["partitions", "drain", "drain", "drain", "forget"]


@pytest.mark.django_db(transaction=True)
def test_round_moves_what_waits_and_completes_what_was_abandoned(owner: Account) -> None:
    begin_interaction(said(owner, id=id_at(ago(hours=1))))
    drainer = Drainer()
    drainer.round()
    assert (Interaction.objects.get().status, waiting()) == ("started", 0)
    drainer.round()
    assert Interaction.objects.get().error_code == "abandoned"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_runs_until_a_signal(monkeypatch: pytest.MonkeyPatch, number: signal.Signals) -> None:
    before = {each: signal.getsignal(each) for each in (signal.SIGTERM, signal.SIGINT)}
    rounds: list[threading.Event] = []

    def one(self: Drainer) -> float:
        rounds.append(self.stopping)
        if len(rounds) == 3:
            signal.raise_signal(number)
        return 0.0

    monkeypatch.setattr(Drainer, "round", one)
    monkeypatch.setattr(module, "forget_connection", lambda: None)
    try:
        call_command("audit_drainer")
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
    assert len(rounds) == 3
