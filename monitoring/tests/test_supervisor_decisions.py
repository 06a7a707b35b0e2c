"""What the supervisor decides, by a table: deaths, delays, signals and failed starts, on a clock that tests turn."""

import os
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from config.common.embedded import EmbeddedRedis, ServerFailed
from monitoring import supervisor as module
from monitoring.supervisor import BACKOFF_MAX_SECONDS, HEALTHY_SECONDS, AlreadyRunning, Server, Supervisor, hold_folder


@dataclass
class Scripted:
    """Something supervised that lives and fails as it is told."""

    name: str = "web"
    alive: bool = True
    wants_restart: bool = False
    failure: Exception | None = None
    log: list[str] = field(default_factory=list)
    #: Whether each stop was hurried.
    hurried: list[bool] = field(default_factory=list)

    def start(self) -> None:
        """Note it, and fail when told so."""
        self.log.append(f"start {self.name}")
        if self.failure is not None:
            raise self.failure
        self.alive = True

    def is_alive(self) -> bool:
        """As told."""
        return self.alive

    def wants_restart_now(self) -> bool:
        """As told."""
        return self.wants_restart

    def stop(self, hurry: threading.Event) -> None:
        """Note it."""
        self.log.append(f"stop {self.name}")
        self.hurried.append(hurry.is_set())


class Clock:
    """`time.monotonic` under the test's hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(time, "monotonic", made)
    monkeypatch.setattr(module, "POLL_SECONDS", 0.0)
    return made


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Supervisor:
    return Supervisor(say=said.append)


def _look(supervisor: Supervisor) -> None:
    """One round over everything that is supervised."""
    assert supervisor.watch(until=lambda: True)


def _die(supervisor: Supervisor, target: Scripted, clock: Clock, after_seconds: float) -> None:
    clock.now += after_seconds
    target.alive = False
    _look(supervisor)


def _delays(said: list[str]) -> list[float]:
    return [float(line.rpartition(" in ")[2].removesuffix(" s.")) for line in said]


def test_what_lives_is_left_alone(supervisor: Supervisor, said: list[str], clock: Clock) -> None:
    target = Scripted()
    supervisor.add(target)
    for _ in range(100):
        clock.now += 1_000
        _look(supervisor)
    assert (target.log, said) == (["start web"], [])


def test_each_early_death_doubles_the_delay_up_to_its_ceiling(
    supervisor: Supervisor, said: list[str], clock: Clock
) -> None:
    target = Scripted()
    supervisor.add(target)
    for _ in range(9):
        _die(supervisor, target, clock, after_seconds=1)
        clock.now += BACKOFF_MAX_SECONDS
        _look(supervisor)
    assert _delays(said) == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


def test_thousands_of_deaths_do_not_end_the_supervisor(supervisor: Supervisor, said: list[str], clock: Clock) -> None:
    target = Scripted()
    supervisor.add(target)
    supervisor._watched[0].deaths = 5_000
    _die(supervisor, target, clock, after_seconds=1)
    assert (_delays(said), supervisor._watched[0].deaths) == ([30.0], 5_001)


@pytest.mark.parametrize(("lived", "delay"), [(HEALTHY_SECONDS, 2.0), (HEALTHY_SECONDS + 0.1, 0.5)])
def test_only_a_long_life_forgives_earlier_deaths(
    supervisor: Supervisor, said: list[str], clock: Clock, lived: float, delay: float
) -> None:
    target = Scripted()
    supervisor.add(target)
    supervisor._watched[0].deaths = 2
    _die(supervisor, target, clock, after_seconds=lived)
    assert _delays(said) == [delay]


def test_asked_restart_is_at_once_and_counts_as_no_death(supervisor: Supervisor, said: list[str], clock: Clock) -> None:
    target = Scripted(wants_restart=True)
    supervisor.add(target)
    for _ in range(3):
        _die(supervisor, target, clock, after_seconds=1)
    target.wants_restart = False
    _die(supervisor, target, clock, after_seconds=1)
    assert _delays(said) == [0.0, 0.0, 0.0, 0.5]
    assert target.log == ["start web"] * 4


def test_dead_one_is_started_when_its_time_has_come_and_not_before(
    supervisor: Supervisor, said: list[str], clock: Clock
) -> None:
    target = Scripted()
    supervisor.add(target)
    _die(supervisor, target, clock, after_seconds=1)
    clock.now += 0.49
    _look(supervisor)
    assert target.log == ["start web"]
    clock.now += 0.01
    _look(supervisor)
    assert (target.log, len(said)) == (["start web"] * 2, 1)


@pytest.mark.parametrize("failure", [OSError("no such file"), ServerFailed("did not answer")], ids=["OS", "server"])
def test_failed_start_counts_as_a_death(
    supervisor: Supervisor, said: list[str], clock: Clock, failure: Exception
) -> None:
    target = Scripted()
    supervisor.add(target)
    target.failure = failure
    for _ in range(3):
        _die(supervisor, target, clock, after_seconds=40)
    target.failure = None
    clock.now += 40
    _look(supervisor)
    assert (target.alive, target.log) == (True, ["start web"] * 3)


def test_bug_in_a_start_is_not_hidden(supervisor: Supervisor, clock: Clock) -> None:
    target = Scripted()
    supervisor.add(target)
    target.failure = KeyError("bug")
    _die(supervisor, target, clock, after_seconds=1)
    clock.now += 1
    with pytest.raises(KeyError, match="bug"):
        _look(supervisor)


def test_first_start_that_fails_is_told_and_not_looked_after(supervisor: Supervisor, clock: Clock) -> None:
    target = Scripted(failure=ServerFailed("did not answer"))
    with pytest.raises(ServerFailed, match="did not answer"):
        supervisor.add(target)
    target.alive = False
    _look(supervisor)
    supervisor.stop()
    assert target.log == ["start web"]


def test_one_that_dies_does_not_disturb_its_neighbours(supervisor: Supervisor, said: list[str], clock: Clock) -> None:
    log: list[str] = []
    targets = [Scripted(name, log=log) for name in ("redis", "worker", "web")]
    for target in targets:
        supervisor.add(target)
    _die(supervisor, targets[1], clock, after_seconds=1)
    clock.now += 1
    _look(supervisor)
    assert log == ["start redis", "start worker", "start web", "start worker"]
    assert said == ["worker ended; starting it again in 0.5 s."]


@pytest.mark.parametrize(("signals", "stopping", "hurried"), [(0, False, False), (1, True, False), (2, True, True)])
def test_first_signal_stops_and_second_hurries(
    supervisor: Supervisor, signals: int, stopping: bool, hurried: bool
) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    supervisor.listen()
    try:
        for number in (signal.SIGHUP, signal.SIGTERM)[:signals]:
            os.kill(os.getpid(), number)
        assert (supervisor.stopping.is_set(), supervisor.hurry.is_set()) == (stopping, hurried)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_every_stop_learns_whether_it_is_hurried(supervisor: Supervisor) -> None:
    log: list[str] = []
    targets = [Scripted(name, log=log) for name in ("redis", "web")]
    for target in targets:
        supervisor.add(target)
    supervisor.hurry.set()
    supervisor.stop()
    supervisor.stop()
    assert log == ["start redis", "start web", "stop web", "stop redis"]
    assert [target.hurried for target in targets] == [[True], [True]]


def test_after_a_stop_nothing_is_started_again(supervisor: Supervisor, clock: Clock) -> None:
    target = Scripted()
    supervisor.add(target)
    supervisor.stopping.set()
    target.alive = False
    assert supervisor.watch(until=lambda: True) is False
    assert target.log == ["start web"]


def test_watch_gives_up_at_its_limit(supervisor: Supervisor, clock: Clock) -> None:
    target = Scripted()
    supervisor.add(target)
    rounds = iter(range(1_000))

    def later() -> bool:
        clock.now += 10
        return next(rounds) > 100

    assert supervisor.watch(until=later, limit_seconds=55) is False
    assert next(rounds) == 6


@pytest.mark.parametrize("content", ["", "word", "1", "999999999", "-5"])
def test_pid_file_of_a_stranger_is_no_leftover_server(tmp_path: Path, content: str) -> None:
    server = EmbeddedRedis(tmp_path)
    server.prepare()
    server.pid_file().write_text(content)
    assert module._leftover(server) is None
    assert (Server(server).is_alive(), Server(server).wants_restart_now()) == (False, False)


@pytest.mark.parametrize(("text", "holder"), [("", "unknown"), ("4711\n", "4711"), ("  \n", "unknown")])
def test_refused_second_holder_reads_who_holds_the_folder(tmp_path: Path, text: str, holder: str) -> None:
    with hold_folder(tmp_path):
        (tmp_path / "up.lock").write_text(text)
        with pytest.raises(AlreadyRunning, match=rf"process {holder}\) already runs on {tmp_path}"):
            hold_folder(tmp_path)
        assert (tmp_path / "up.lock").read_text() == text


def test_folder_that_is_not_there_is_made_for_its_owner_only(tmp_path: Path) -> None:
    with hold_folder(tmp_path / "new"):
        assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
