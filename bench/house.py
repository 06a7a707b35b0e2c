"""The house that is measured: servers, database and processes of its own in a temporary folder."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

from config.common.embedded import EmbeddedPostgres, EmbeddedRedis, end_with_parent, postgres_url, redis_url

ROOT = Path(__file__).resolve().parents[1]
STOP_SECONDS = 20.0
#: Workers keep their connections, as under `manage.py up`.
WORKER = {"CONN_MAX_AGE": "86400"}
_SETTINGS = "DJANGO_SETTINGS_MODULE"

Process = subprocess.Popen[bytes]


class House:
    """Durable servers as in production, and the processes started on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.postgres = EmbeddedPostgres(folder, die_with_parent=True)
        self.redis = EmbeddedRedis(folder, die_with_parent=True)
        self._processes: list[Process] = []
        self._log = (folder / "processes.log").open("ab")

    def start_python(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Process:
        """A Python process of this installation; it inherits the house's addresses and is stopped with it."""
        return self._start(arguments, os.environ | dict(environment or {}))

    def start_rival(
        self, *arguments: str, environment: Mapping[str, str] | None = None, program: str = sys.executable
    ) -> Process:
        """The same without our Django settings, which Celery would load into the rival too."""
        inherited = {name: value for name, value in os.environ.items() if name != _SETTINGS}
        return self._start(arguments, inherited | dict(environment or {}), program)

    def _start(
        self, arguments: Sequence[str], environment: Mapping[str, str], program: str = sys.executable
    ) -> Process:
        process = subprocess.Popen(
            [program, *arguments],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,
            preexec_fn=end_with_parent(signal.SIGTERM),
        )
        self._processes.append(process)
        return process

    def start_worker(self, *arguments: str) -> Process:
        """`manage.py worker`, returned when every process of it has registered itself."""
        from tasks.models import Worker

        before = Worker.objects.count()
        process = self.start_python("manage.py", "worker", *arguments, environment=WORKER)
        forks = "prefork" in arguments
        expected = int(arguments[arguments.index("--concurrency") + 1]) if forks else 1
        wait_until(lambda: Worker.objects.count() >= before + expected, what="the worker")
        return process

    def start_sweeper(self) -> Process:
        """The process that dispatches what workers leave."""
        return self.start_python("manage.py", "beat", "--sweeper-only", environment=WORKER)

    def postgres_cpu_ms(self) -> float:
        """Processor time of all PostgreSQL processes so far, ended sessions included."""
        return cpu_ms(self.postgres.pid)

    def stop(self, process: Process) -> None:
        """SIGTERM, then SIGKILL for its group."""
        process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._processes.remove(process)

    def stop_all(self) -> None:
        """Everything that still runs."""
        for process in reversed(list(self._processes)):
            self.stop(process)

    def log_tail(self) -> str:
        """The last words of the processes, for when something broke."""
        return (self.folder / "processes.log").read_text(errors="replace")[-3000:]


def cpu_ms(pid: int) -> float:
    """Processor time of a process and all below it so far, ended ones included."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = child.cpu_times()
            total += times.user + times.system
    return total * 1000


@contextlib.contextmanager
def open_house() -> Iterator[House]:
    """Servers up, Django set up, database migrated; all of it gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="rh-bench-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL may have to run as another user
        house = House(folder)
        with contextlib.ExitStack() as stack:
            for server in (house.postgres, house.redis):
                server.start()
                stack.callback(server.stop)
            house.postgres.ensure_database()
            set_up_django(folder)
            stack.callback(house.stop_all)
            try:
                yield house
            except Exception:
                print(house.log_tail())
                raise
            finally:
                _close_connections()


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


def set_up_django(folder: Path) -> None:
    """Settings, apps and migrations; children inherit the addresses by the environment."""
    os.environ |= {
        _SETTINGS: "bench.settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": postgres_url(folder),
        "REDIS_URL": redis_url(folder),
        "LOG_LEVEL": "WARNING",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def other_redis_database(number: int) -> str:
    """URL of another database of the same Redis."""
    return os.environ["REDIS_URL"].replace("?db=0", f"?db={number}")


def wait_until(
    condition: Callable[[], bool], *, what: str, seconds: float = 120.0, pause_seconds: float = 0.05
) -> None:
    """Poll; raises TimeoutError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"{what} was not ready after {seconds:.0f} s.")
        time.sleep(pause_seconds)
