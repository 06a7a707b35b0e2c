"""The supervisor with real processes: order, restarts, grace, kill, locks, orphans."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import redis

from config.common.embedded import EmbeddedRedis, redis_url
from monitoring.supervisor import AlreadyRunning, Child, Server, Supervisor, hold_folder

pytestmark = pytest.mark.fault

NEVER_ENDS = "import signal; signal.pause()"
DEAF = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: signal.pause()"


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def eventually(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait for the condition; fails when it does not come true in time."""
    end, tick = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < end, "did not happen in time"
        tick.wait(0.02)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(said: list[str]) -> Iterator[Supervisor]:
    made = Supervisor(say=said.append)
    yield made
    made.hurry.set()
    made.stop()


def _pid(child: Child) -> int:
    assert child.process is not None
    return child.process.pid


def test_child_knows_its_name_and_its_own_settings(supervisor: Supervisor, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = "import os, sys; open(sys.argv[1], 'w').write(os.environ['PROCESS_NAME'] + os.environ['EXTRA'])"
    supervisor.add(Child("web", python(code, str(out)), {"EXTRA": "-1"}))
    eventually(lambda: out.exists() and out.read_text() == "web-1")


def test_dead_child_is_started_again(supervisor: Supervisor, said: list[str]) -> None:
    child = Child("web", python(NEVER_ENDS))
    supervisor.add(child)
    first = _pid(child)
    os.kill(first, signal.SIGKILL)
    assert supervisor.watch(until=lambda: _pid(child) != first and child.is_alive(), limit_seconds=20)
    assert said == ["web ended; starting it again in 0.5 s."]


def test_child_that_keeps_dying_is_started_ever_more_slowly(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.add(Child("web", python("raise SystemExit(1)")))
    assert supervisor.watch(until=lambda: len(said) == 3, limit_seconds=30)
    assert [line.rpartition("in ")[2] for line in said] == ["0.5 s.", "1.0 s.", "2.0 s."]


def test_child_that_asks_for_it_is_started_again_at_once(supervisor: Supervisor, said: list[str]) -> None:
    supervisor.add(Child("worker", python("raise SystemExit(75)")))
    assert supervisor.watch(until=lambda: len(said) == 4, limit_seconds=30)
    assert set(said) == {"worker ended; starting it again in 0.0 s."}


def test_child_that_cannot_be_started_again_is_tried_later(supervisor: Supervisor, said: list[str]) -> None:
    child = Child("web", python("pass"))
    supervisor.add(child)
    child.command = ["/no/such/program"]
    assert supervisor.watch(until=lambda: len(said) == 2, limit_seconds=20)


def test_stop_goes_backwards_and_in_order(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = (
        "import os, signal, sys\n"
        "def end(*_):\n  open(sys.argv[1], 'a').write(os.environ['PROCESS_NAME'] + ' '); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end); open(sys.argv[2], 'w')\n"
        "while True: signal.pause()"
    )
    names = ["first", "second", "third"]
    for name in names:
        supervisor.add(Child(name, python(code, str(log), str(tmp_path / name))))
    eventually(lambda: all((tmp_path / name).exists() for name in names))
    supervisor.stop()
    assert log.read_text() == "third second first "


def test_deaf_child_is_killed_after_its_grace_time(supervisor: Supervisor) -> None:
    child = Child("web", python(DEAF), grace_seconds=0.3)
    supervisor.add(child)
    pid = _pid(child)
    supervisor.stop()
    assert gone(pid)


def test_hurry_cuts_the_grace_time_short(supervisor: Supervisor) -> None:
    child = Child("web", python(DEAF), grace_seconds=600)
    supervisor.add(child)
    pid = _pid(child)
    threading.Timer(0.3, supervisor.hurry.set).start()
    started = time.monotonic()
    supervisor.stop()
    assert gone(pid)
    assert time.monotonic() - started < 30


def test_grandchildren_end_with_their_group(supervisor: Supervisor, tmp_path: Path) -> None:
    out = tmp_path / "pid"
    script = 'sleep 600 & echo $! > "$0.part"; mv "$0.part" "$0"; wait'
    supervisor.add(Child("web", ["sh", "-c", script, str(out)]))
    eventually(out.exists)
    supervisor.stop()
    eventually(lambda: gone(int(out.read_text())))


def test_watch_ends_when_somebody_asks_to_stop(supervisor: Supervisor) -> None:
    threading.Timer(0.1, supervisor.stopping.set).start()
    assert supervisor.watch(limit_seconds=30) is False


def test_child_dies_with_a_killed_supervisor(tmp_path: Path) -> None:
    out = tmp_path / "pid"
    code = (
        "import sys; sys.path.insert(0, sys.argv[2])\n"
        "from monitoring.supervisor import Child\n"
        "child = Child('web', [sys.executable, '-c', 'import signal; signal.pause()']); child.start()\n"
        "open(sys.argv[1], 'w').write(str(child.process.pid)); sys.stdin.read()"
    )
    root = str(Path(__file__).resolve().parents[2])
    parent = subprocess.Popen(python(code, str(out), root), stdin=subprocess.PIPE)
    eventually(lambda: out.exists() and out.read_text() != "")
    parent.kill()
    parent.communicate()
    eventually(lambda: gone(int(out.read_text())))


def test_dead_redis_is_started_again_and_keeps_its_keys(supervisor: Supervisor, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path, die_with_parent=True)
    supervisor.add(Server(server))
    with redis.Redis.from_url(redis_url(tmp_path)) as client:
        client.set("kept", "1")
    first = server.pid
    os.kill(first, signal.SIGKILL)
    eventually(lambda: gone(first))
    assert supervisor.watch(until=server.ready, limit_seconds=20)
    assert server.pid != first
    with redis.Redis.from_url(redis_url(tmp_path)) as client:
        assert client.get("kept") == b"1"


def test_hurried_redis_gets_a_signal_that_background_jobs_do_not_ignore(supervisor: Supervisor, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path, die_with_parent=True)
    supervisor.add(Server(server))
    process = server.process
    supervisor.hurry.set()
    supervisor.stop()
    assert process is not None
    assert process.returncode == -signal.SIGKILL


def test_server_left_by_a_killed_supervisor_is_adopted_and_stopped(supervisor: Supervisor, tmp_path: Path) -> None:
    orphan = EmbeddedRedis(tmp_path)
    orphan.start()
    pid = orphan.pid
    server = Server(EmbeddedRedis(tmp_path))
    supervisor.add(server)
    assert (server.is_alive(), server.server.pid) == (True, pid)
    supervisor.stop()
    assert orphan.process is not None
    assert orphan.process.wait(10) == 0


def test_second_holder_of_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    with hold_folder(tmp_path), pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        hold_folder(tmp_path)


def test_lock_of_a_dead_process_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "up.lock").write_text("1\n")
    with hold_folder(tmp_path):
        assert (tmp_path / "up.lock").read_text() == f"{os.getpid()}\n"


def test_folder_is_free_after_its_holder(tmp_path: Path) -> None:
    hold_folder(tmp_path).close()
    hold_folder(tmp_path).close()
