"""Processes of ours that start in a tenth of a second: forked from one that has imported what they need.

They run as `python -m uvicorn ...` and `python manage.py ...` do, each in a session of its own. That a house starts
from nothing is what `monitoring/tests/test_up.py` looks at.
"""

import atexit
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, cast

ROOT = Path(__file__).resolve().parents[2]
#: Differs in each test, and says nothing to a process.
_PASSING = ("PYTEST_CURRENT_TEST",)
#: What Celery and its command line import at the start of each worker: half a second of processor time.
_OF_WORKERS = (
    "celery.apps.worker", "celery.bin.celery", "celery.concurrency.thread", "celery.worker.consumer",
    "kombu.transport.pyamqp", "kombu.transport.redis", "tasks.queue.taker", "tasks.worker.runner",
)  # fmt: skip


class Forked:
    """One process; used as a `subprocess.Popen`."""

    def __init__(self, nursery: "_Nursery", pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        if self.returncode is None:
            self.returncode = cast(int | None, self._nursery.ask({"poll": self.pid}))
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; raises subprocess.TimeoutExpired after so many seconds."""
        end = time.monotonic() + (float("inf") if timeout is None else timeout)
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", cast(float, timeout))
            time.sleep(0.01)
        return code

    def send_signal(self, how: signal.Signals) -> None:
        """Signal it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, how)


class _Nursery:
    """The process that is forked, with one environment and for one command."""

    def __init__(self, command: str, environment: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair()
        self._lines = self._ours.makefile("r")
        with theirs:
            arguments = [sys.executable, "-m", "tasks.tests.forks", command, str(theirs.fileno())]
            self._process = subprocess.Popen(arguments, cwd=ROOT, env=environment, pass_fds=[theirs.fileno()])
        atexit.register(self._close)

    def ask(self, question: dict[str, Any]) -> Any:
        """What it answers; EOFError when it has died."""
        self._ours.sendall(json.dumps(question).encode() + b"\n")
        answer = self._lines.readline()
        if not answer:
            raise EOFError("The process that is forked has ended.")
        return json.loads(answer)

    def _close(self) -> None:
        self._ours.close()
        self._lines.close()
        self._process.wait(10)


@cache
def _nursery(command: str, environment: frozenset[tuple[str, str]]) -> _Nursery:
    return _Nursery(command, dict(environment))


def start(arguments: Sequence[str], environment: Mapping[str, str]) -> Forked:
    """Run `uvicorn ...` or a command of `manage.py` with exactly this environment."""
    kept = frozenset((name, value) for name, value in environment.items() if name not in _PASSING)
    nursery = _nursery(arguments[0], kept)
    return Forked(nursery, nursery.ask({"start": list(arguments)}))


def start_web(environment: Mapping[str, str]) -> tuple[Forked, int]:
    """A web process, which answers soon, and its port on the loopback interface."""
    port = free_port()
    arguments = ["uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "warning"]
    return start(arguments, environment), port


def answers(port: int) -> bool:
    """Whether the web process answers: /v1 without a key says 401. Plain HTTP, since a client with TLS costs 20 ms."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/v1/models")
        return connection.getresponse().status == http.HTTPStatus.UNAUTHORIZED
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    """A loopback port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _serve(connection: socket.socket) -> list[str]:
    """Answer until the test process is gone; returns in each child, with its arguments."""
    with connection, connection.makefile("r") as questions:
        for line in questions:
            question = json.loads(line)
            if "start" in question:
                pid = os.fork()
                if pid == 0:
                    os.setsid()
                    return cast(list[str], question["start"])
                # Whoever signals its group must find it.
                while os.getsid(pid) != pid:
                    time.sleep(0.001)
                answer: int | None = pid
            else:
                ended, status = os.waitpid(question["poll"], os.WNOHANG)
                answer = os.waitstatus_to_exitcode(status) if ended else None
            connection.sendall(json.dumps(answer).encode() + b"\n")
    sys.exit()


def _prepare(command: str) -> None:
    """Import what the command imports, without connecting to anything or starting a thread."""
    import django

    if command == "uvicorn":
        import uvicorn.protocols.http.httptools_impl
        import uvicorn.protocols.websockets.websockets_impl  # noqa: F401 (as above)
        from django.urls import get_resolver

        import config.asgi  # noqa: F401 (as above)

        _ = get_resolver().url_patterns
        return
    django.setup()
    for name in _OF_WORKERS if command == "worker" else ():
        import_module(name)
    from django.core.management import get_commands, load_command_class

    load_command_class(get_commands()[command], command)


def _run(arguments: list[str]) -> None:
    if arguments[0] == "uvicorn":
        import uvicorn

        sys.argv = arguments
        uvicorn.main()
        return
    from django.core.management import execute_from_command_line

    sys.argv = ["manage.py", *arguments]
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    _prepare(sys.argv[1])
    _run(_serve(socket.socket(fileno=int(sys.argv[2]))))
