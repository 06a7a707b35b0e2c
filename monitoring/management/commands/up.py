"""`manage.py up`: the whole house on one machine, from the embedded servers to the printed address."""

import http.client
import socket
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from config.common import env
from config.common.embedded import EmbeddedPostgres, EmbeddedRedis, ServerFailed
from monitoring.first_start import ensure_admin, ensure_demo_project, ensure_schema, tell_prepared
from monitoring.supervisor import WEB_ENVIRONMENT, AlreadyRunning, Child, Server, Supervisor, hold_folder
from tasks.registry import queue_profiles
from tasks.states import WorkerProfile

LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8000
PORTS_TRIED = 100
READY_TIMEOUT_SECONDS = 120.0
WEB_GRACE_SECONDS = 8.0
WORKER_GRACE_SECONDS = 30.0
#: Workers keep their connections: opening one costs more than a small task.
WORKER_ENVIRONMENT = {"CONN_MAX_AGE": "86400"}


class Command(BaseCommand):
    """Ctrl-C stops everything in order, a second one at once; a second `up` on the same data folder is refused."""

    help = "Start PostgreSQL, Redis, web, workers and beat, and keep them running."
    # Checks touch the database, which is not there yet.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, help="Default: PORT, else the first free one from 8000.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until somebody stops it."""
        supervisor = Supervisor(say=self._say)
        supervisor.listen()
        try:
            with hold_folder(settings.DATA_DIR):
                try:
                    self._run(supervisor, choose_port(options["port"] or env.integer("PORT", 0) or None))
                finally:
                    supervisor.stop()
        except (AlreadyRunning, ServerFailed) as error:
            raise CommandError(str(error)) from error
        self._say("Everything is stopped.")

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        # Into a pipe or a service's log, too, at the moment it happens.
        self.stdout.flush()

    def _run(self, supervisor: Supervisor, port: int) -> None:
        start_servers(supervisor, settings.DATA_DIR)
        if supervisor.stopping.is_set():
            return
        if ensure_schema():
            self._say("The database is migrated.")
        sign_in = ensure_admin()
        ensure_demo_project()
        tell_prepared()
        connections.close_all()
        for child in house(port):
            supervisor.add(child)
        if supervisor.watch(until=lambda: answers(port, "/readyz"), limit_seconds=READY_TIMEOUT_SECONDS):
            self._say(welcome(port, sign_in))
        elif not supervisor.stopping.is_set():
            self._say(f"Not ready after {READY_TIMEOUT_SECONDS:.0f} s; see http://{LOOPBACK}:{port}/readyz")
        supervisor.watch()


def start_servers(supervisor: Supervisor, data_dir: Path) -> None:
    """The embedded servers that no setting replaces, and the product's database."""
    if settings.USES_EMBEDDED_POSTGRES:
        postgres = EmbeddedPostgres(data_dir, die_with_parent=True)
        supervisor.add(Server(postgres))
        postgres.ensure_database()
    if settings.USES_EMBEDDED_REDIS:
        supervisor.add(Server(EmbeddedRedis(data_dir, die_with_parent=True)))


def house(port: int) -> list[Child]:
    """In the order of their start; a heavy worker where a kind of task needs one, and last: nobody waits for it."""
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
    serve = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--host", LOOPBACK, "--port", str(port)]
    serve += ["--no-access-log", "--timeout-graceful-shutdown", "5"]
    children = [Child("beat", [*manage, "beat"], WORKER_ENVIRONMENT)]
    workers = [
        Child(f"worker-{profile}", [*manage, "worker", "--profile", profile], WORKER_ENVIRONMENT, WORKER_GRACE_SECONDS)
        for profile in sorted({WorkerProfile.LIGHT.value, *queue_profiles().values()}, reverse=True)
    ]
    # ASGI gives each request a thread of its own: only a pool keeps connections between requests.
    web = Child("web", serve, WEB_ENVIRONMENT, WEB_GRACE_SECONDS)
    return [*children, workers[0], web, *workers[1:]]


def choose_port(told: int | None) -> int:
    """The port that was asked for, or the next free one from 8000; raises CommandError when there is none."""
    for port in [told] if told else range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise CommandError(f"Port {told} is in use." if told else f"No free port from {DEFAULT_PORT} on.")


def answers(port: int, path: str) -> bool:
    """Whether the web process answers 200 there."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def welcome(port: int, sign_in: str) -> str:
    """What a newcomer needs to know, printed once everything answers."""
    rows = {
        "Open": f"http://{LOOPBACK}:{port}/",
        "Sign in": sign_in,
        "API": f"http://{LOOPBACK}:{port}/api/docs/",
        "Data": str(settings.DATA_DIR),
        "Stop": "Ctrl-C",
    }
    lines = [f"  {name:<8} {line}" for name, text in rows.items() for line in text.splitlines()]
    return "\n".join(["", "Roundhouse is ready.", *lines, ""])
