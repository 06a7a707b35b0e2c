"""A live house on the test process' own servers: web, a light worker and beat on a database of their own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg

from tasks.tests.forks import free_port

ROOT = Path(__file__).resolve().parents[3]
DATABASE = "browser"
#: Seconds; generous, because the machine may be busy with other tests.
DEADLINE_SECONDS = 60.0
#: Tests wait for people's work, not for the sweeper.
QUICK = {"TASK_SWEEP_SECONDS": "0.1", "LOG_LEVEL": "WARNING", "PYTHONUNBUFFERED": "1"}


def eventually(condition: Callable[[], Any], what: str) -> Any:
    """Wait until the condition is true and return its value; fails with `what` when the time is up."""
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        try:
            if value := condition():
                return value
        except httpx.TransportError:
            pass
        assert time.monotonic() < end, f"not in time: {what}"
        time.sleep(0.05)


def environment() -> dict[str, str]:
    """As the test process', with another database and another database number in Redis."""
    database = os.environ["DATABASE_URL"].replace("/postgres?", f"/{DATABASE}?")
    redis = os.environ["REDIS_URL"].replace("db=0", "db=1")
    return os.environ | QUICK | {"DATABASE_URL": database, "REDIS_URL": redis, "CONN_MAX_AGE": "600"}


class House:
    """The running processes, and what tests do behind the pages' backs."""

    def __init__(self) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = Path(os.environ["DATA_DIR"]) / "logs" / "browser.log"
        self.people: dict[str, dict[str, str]] = {}
        self.processes: list[subprocess.Popen[bytes]] = []
        self._sessions: dict[str, httpx.Client] = {}
        self._program = self._client()

    def _client(self) -> httpx.Client:
        # Settings of the machine's proxy are not for a house on loopback.
        return httpx.Client(base_url=self.url, follow_redirects=True, timeout=30, trust_env=False)

    def start(self) -> None:
        """Create the database and its people, then the processes; returns once pages are answered and work is done."""
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as session:
            session.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)'.encode())
            session.execute(f'CREATE DATABASE "{DATABASE}"'.encode())
        seed = [sys.executable, "-m", "config.tests.browser.seed"]
        made = subprocess.run(seed, cwd=ROOT, env=environment(), check=True, stdout=subprocess.PIPE)
        self.people = json.loads(made.stdout)
        port = self.url.rpartition(":")[2]
        web = ["-m", "uvicorn", "config.asgi:application", "--port", port, "--no-access-log", "--lifespan", "off"]
        self._run(*web, DATABASE_POOL="true")
        self._run("manage.py", "worker", "--profile", "light")
        self._run("manage.py", "beat")
        eventually(self._is_ready, "the house is ready")

    def _run(self, *arguments: str, **variables: str) -> None:
        command = [sys.executable, *arguments]
        with self.log.open("ab") as log:
            self.processes.append(
                subprocess.Popen(command, cwd=ROOT, env=environment() | variables, stdout=log, stderr=log)
            )

    def _is_ready(self) -> bool:
        self.check()
        workers = self.ask("SELECT count(*) FROM workers WHERE pid <> 0")
        return workers == (1,) and self._program.get("/healthz").status_code == 200

    def check(self) -> None:
        """Fail with the log's end when a process is gone."""
        gone = [process.args for process in self.processes if process.poll() is not None]
        assert gone == [], self.log.read_text(encoding="utf-8")[-4000:]

    def ask(self, sql: str, *values: str) -> tuple[Any, ...] | None:
        """One row of the house's database."""
        with psycopg.connect(environment()["DATABASE_URL"]) as session:
            return session.execute(sql.encode(), values).fetchone()

    def stop(self) -> None:
        """In order, each by its own id."""
        for session in (self._program, *self._sessions.values()):
            session.close()
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def session(self, person: str) -> httpx.Client:
        """Signed in as the page's own form does it; made once per person."""
        if person not in self._sessions:
            session = self._client()
            session.get("/account/login/")
            given = {"username": person, "password": self.people[person]["password"]}
            reply = session.post("/account/login/", data=given | _token(session))
            assert reply.url.path == "/", f"{person} could not sign in"
            self._sessions[person] = session
        return self._sessions[person]

    def cookies(self, person: str) -> dict[str, str]:
        """Of that session, for a window of the browser."""
        return dict(self.session(person).cookies)

    def call(self, key: str, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """What a program does with a key."""
        headers = {"Authorization": f"Bearer {key}"}
        return self._program.request(method, f"/api/v1/{path}", json=body, headers=headers)

    def api(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """JSON answer of the REST API to the owner's key."""
        reply = self.call(self.people["owner"]["key"], method, path, body)
        reply.raise_for_status()
        return reply.json()

    def submit(self, task_type: str, **input_data: Any) -> str:
        """Id of a new task of the owner."""
        return str(self.api("POST", "tasks/", {"task_type": task_type, "input_data": input_data})["task_id"])

    def wait_for(self, task_id: str, status: str) -> dict[str, Any]:
        """The task once it has reached that state."""

        def reached() -> dict[str, Any] | None:
            task: dict[str, Any] = self.api("GET", f"tasks/{task_id}/")
            return task if task["status"] == status else None

        task: dict[str, Any] = eventually(reached, f"task {task_id} is {status}")
        return task

    @contextmanager
    def paused(self, queue_name: str) -> Iterator[None]:
        """The queue takes no work inside the block."""
        self.steer(queue_name, "pause")
        try:
            yield
        finally:
            self.steer(queue_name, "resume")

    def steer(self, queue_name: str, action: str) -> None:
        """Pause or resume, as staff do it in the console."""
        row = self.ask("SELECT queue_id FROM task_queues WHERE queue_name = %s", queue_name)
        assert row is not None
        staff = self.session("admin")
        chosen = {"action": action, "_selected_action": str(row[0])}
        staff.post("/admin/tasks/queue/", data=chosen | _token(staff)).raise_for_status()


def _token(session: httpx.Client) -> dict[str, str]:
    return {"csrfmiddlewaretoken": session.cookies["csrftoken"]}
