"""Keeps the house's processes running: starts them in order, restarts what dies, stops them in the reverse order.

Our own small loop: a process manager such as honcho ends everything when one child ends, and knows no order.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Protocol

import psutil

from config.common.embedded import EmbeddedServer, ServerFailed, end_with_parent

#: Children import the product from here.
ROOT = Path(__file__).resolve().parents[1]
POLL_SECONDS = 0.2
#: Threads of requests share two heaps of the C library, where each would have one of its own: 5 MB less.
WEB_ENVIRONMENT = {"DATABASE_POOL": "true", "MALLOC_ARENA_MAX": "2"}
#: A child that lives this long has started well: its next death counts as the first again.
HEALTHY_SECONDS = 30.0
BACKOFF_MAX_SECONDS = 30.0
#: Exit status by which a worker asks for a fresh process at once (sysexits.h, EX_TEMPFAIL).
RESTART_ME = 75
LEFTOVER_TIMEOUT_SECONDS = 40.0


class AlreadyRunning(RuntimeError):
    """Another supervisor holds the data folder; the message names its process."""


class Supervised(Protocol):
    """Anything the supervisor starts, looks after and stops."""

    @property
    def name(self) -> str:
        """As it stands in log lines."""

    def start(self) -> None:
        """Start; raises OSError or ServerFailed."""

    def is_alive(self) -> bool:
        """Whether it still runs."""

    def wants_restart_now(self) -> bool:
        """Whether it ended in order to be started again."""

    def stop(self, hurry: threading.Event) -> None:
        """Stop in order, at once when `hurry` is or becomes set; returns when no process of it is left."""


@dataclass
class Child:
    """A process of ours in a session of its own: Ctrl-C reaches the supervisor only, which then keeps the order."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace_seconds: float = 10.0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the command with the supervisor's environment, its own additions and its name for the log."""
        environment = os.environ | {"PROCESS_NAME": self.name} | dict(self.environment)
        self.process = subprocess.Popen(
            self.command,
            env=environment,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            # `kill -9` on the supervisor leaves no orphan behind.
            preexec_fn=end_with_parent(signal.SIGTERM),
        )

    def is_alive(self) -> bool:
        """Whether the leader of its group still runs."""
        return self.process is not None and self.process.poll() is None

    def wants_restart_now(self) -> bool:
        """Whether it ended with the status that asks for a restart."""
        return self.process is not None and self.process.returncode == RESTART_ME

    def stop(self, hurry: threading.Event) -> None:
        """SIGTERM, the grace time, then SIGKILL for its whole group."""
        if self.process is None:
            return
        if self.is_alive() and not hurry.is_set():
            self.process.terminate()
            _until(lambda: not self.is_alive() or hurry.is_set(), self.grace_seconds)
        with contextlib.suppress(ProcessLookupError):
            # Also after an orderly end: a grandchild that outlived its parent is still in the group.
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


@dataclass
class Server:
    """An embedded PostgreSQL or Redis under supervision."""

    server: EmbeddedServer

    @property
    def name(self) -> str:
        """The server's own name."""
        return self.server.name

    def start(self) -> None:
        """Start or adopt it.

        After its supervisor was killed an old one may still be shutting down, or wait as a zombie for init, which
        PostgreSQL takes for a running server: both are waited for.
        """
        _until(lambda: self.server.ready() or _leftover(self.server) is None, LEFTOVER_TIMEOUT_SECONDS)
        self.server.start()

    def is_alive(self) -> bool:
        """Whether its process runs and is not a zombie."""
        if self.server.process is not None:
            return self.server.process.poll() is None
        process = _leftover(self.server)
        return process is not None and process.status() != psutil.STATUS_ZOMBIE

    def wants_restart_now(self) -> bool:
        """Never: a server that ends by itself has failed."""
        return False

    def stop(self, hurry: threading.Event) -> None:
        """Fast shutdown, or at once when hurried: both servers survive that by their logs."""
        self.server.stop(self.server.hurry_signal() if hurry.is_set() else None)


@dataclass
class _Watched:
    target: Supervised
    started_at: float = 0.0
    deaths: int = 0
    restart_at: float | None = None


class Supervisor:
    """Runs `Supervised` things in the order in which they were added."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.say = say
        self.stopping = threading.Event()
        self.hurry = threading.Event()
        self._watched: list[_Watched] = []

    def listen(self) -> None:
        """First SIGINT or SIGTERM: stop in order; second: kill. SIGHUP (a closed terminal) counts like them."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked)

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        if self.stopping.is_set():
            self.hurry.set()
        self.stopping.set()

    def add(self, target: Supervised) -> None:
        """Start it and look after it from now on; raises what its start raises."""
        target.start()
        self._watched.append(_Watched(target, started_at=time.monotonic()))

    def watch(self, until: Callable[[], bool] = lambda: False, limit_seconds: float = float("inf")) -> bool:
        """Restart what dies until `until()` is true (True), the limit passes or somebody asks to stop (False)."""
        end = time.monotonic() + limit_seconds
        while not self.stopping.is_set() and time.monotonic() < end:
            for watched in self._watched:
                self._look_after(watched)
            if until():
                return True
            self.stopping.wait(POLL_SECONDS)
        return False

    def stop(self) -> None:
        """Stop everything, the last started first."""
        self.stopping.set()
        for watched in reversed(self._watched):
            watched.target.stop(self.hurry)
        self._watched.clear()

    def _look_after(self, watched: _Watched) -> None:
        target, now = watched.target, time.monotonic()
        if watched.restart_at is None and not target.is_alive():
            if now - watched.started_at > HEALTHY_SECONDS:
                watched.deaths = 0
            at_once = target.wants_restart_now()
            # Doubled ten times at most: after hours of deaths the power would not fit into a float.
            delay = 0.0 if at_once else min(BACKOFF_MAX_SECONDS, 0.5 * 2 ** min(watched.deaths, 10))
            watched.deaths += 0 if at_once else 1
            watched.restart_at = now + delay
            self.say(f"{target.name} ended; starting it again in {delay:.1f} s.")
        if watched.restart_at is not None and now >= watched.restart_at:
            watched.restart_at, watched.started_at = None, now
            # What cannot be started counts as dead and is tried again later.
            with contextlib.suppress(OSError, ServerFailed):
                target.start()


def hold_folder(data_dir: Path) -> IO[str]:
    """Lock the data folder until the returned file is closed or this process dies; raises AlreadyRunning.

    The lock belongs to the open file, so a killed supervisor leaves none behind, whatever the file says.
    """
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Not "w": whoever is refused must find the holder's number, not an emptied file.
    lock = (data_dir / "up.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise AlreadyRunning(f"Another `up` (process {holder}) already runs on {data_dir}.") from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _until(condition: Callable[[], bool], limit_seconds: float) -> bool:
    end = time.monotonic() + limit_seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def _leftover(server: EmbeddedServer) -> psutil.Process | None:
    """The process that the server's pid file names, if it is such a server (pids are used again); may be a zombie."""
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.Error):
        process = psutil.Process(int(server.pid_file().read_text().split()[0]))
        if process.name().startswith(server.program):
            return process
    return None
