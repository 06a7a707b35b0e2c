"""`manage.py up` for real: starts, stops, is killed, and recovers with everything it had."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.management import CommandError
from pytest_django import Settings

from config.common.embedded import postgres_url, redis_url
from config.common.ids import uuid7
from config.tests.test_docs import transcript
from monitoring.management.commands import up
from monitoring.management.commands.up import choose_port, welcome
from monitoring.management.commands.up import house as house_of
from monitoring.supervisor import Supervisor
from monitoring.tests.test_supervisor import eventually

ROOT = Path(__file__).resolve().parents[2]
#: Generous: the machine may be busy with other tests.
START_SECONDS = 120


class House:
    """One `manage.py up` on a data folder of its own, with the embedded servers."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = choose_port(None)
        self.log = data_dir.parent / "none.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start and wait until it says that it is ready."""
        self.process = self.launch()
        eventually(lambda: "Roundhouse is ready." in self.log.read_text(), START_SECONDS)

    def environment(self) -> dict[str, str]:
        """As a person has it at a terminal: none of the test run's own settings."""
        ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "ROUNDHOUSE_TEST_PROCESS", "FAKE_ENGINES")
        environment = {name: value for name, value in os.environ.items() if name not in ours}
        # As a newcomer has it: without the packages of `make models`, which tests alone install.
        own = {"DATA_DIR": str(self.data_dir), "PORT": str(self.port), "LOG_FORMAT": "json", "MODEL_PACKAGES": "false"}
        return environment | own

    def launch(self) -> "subprocess.Popen[bytes]":
        """Start and do not wait."""
        command = [sys.executable, str(ROOT / "manage.py"), "up"]
        # A new file each time: what outlives a killed supervisor still writes into the old one.
        self.log = self.data_dir.parent / f"{uuid7()}.log"
        with self.log.open("wb") as log:
            return subprocess.Popen(command, env=self.environment(), stdout=log, stderr=log, start_new_session=True)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read()

    def tree(self) -> list[psutil.Process]:
        """Everything that runs for this data folder, the servers included."""
        found = []
        for process in psutil.process_iter():
            try:
                named = str(self.data_dir) in " ".join(_command(process))
                if named or process.environ().get("DATA_DIR") == str(self.data_dir):
                    found.append(process)
            except psutil.Error:
                continue
        return [process for process in found if process.status() != psutil.STATUS_ZOMBIE]

    def marked(self, mark: str) -> list[psutil.Process]:
        """Those with such a word on their command line ("-D" is PostgreSQL's own)."""
        return [process for process in self.tree() if any(mark in part for part in _command(process))]

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        """Rows of a query to the embedded PostgreSQL; one that was killed before is waited for."""
        eventually(self._is_open)
        with psycopg.connect(postgres_url(self.data_dir), autocommit=True) as session:
            cursor = session.execute(sql.encode())
            return cursor.fetchall() if cursor.description else []

    def _is_open(self) -> bool:
        try:
            psycopg.connect(postgres_url(self.data_dir)).close()
        except psycopg.OperationalError:
            return False
        return True

    def end(self, how: signal.Signals) -> int:
        """Send the signal to the supervisor and wait for its end."""
        assert self.process is not None
        self.process.send_signal(how)
        return self.process.wait(60)

    def kill_everything(self) -> None:
        """`kill -9` of the whole tree at once."""
        for process in self.tree():
            process.kill()
        eventually(lambda: self.tree() == [])


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house") / "data")
    yield made
    made.kill_everything()
    if made.process is not None:
        made.process.wait(60)


@pytest.mark.fault
@pytest.mark.xdist_group("house")
class TestHouse:
    """One house through its life, in the order of the tests."""

    def test_newcomer_starts_it_and_everything_answers(self, house: House) -> None:
        house.start()
        assert house.get("/healthz")[0] == 200
        status, body = house.get("/readyz")
        checks = json.loads(body)["checks"]
        assert (status, [check["name"] for check in checks if check["ok"]]) == (
            200,
            ["database", "redis", "migrations", "workers"],
        )

    def test_newcomer_is_told_address_and_password_once_made(self, house: House) -> None:
        shown = house.log.read_text()
        username, password = (house.data_dir / "first-sign-in.txt").read_text().split()
        assert f"http://127.0.0.1:{house.port}/" in shown
        assert f"{username}, password {password}" in shown
        assert (house.data_dir / "first-sign-in.txt").stat().st_mode & 0o777 == 0o600

    def test_newcomer_finds_a_demo_project(self, house: House) -> None:
        assert house.ask("SELECT metadata->>'demo', status FROM projects") == [("true", "active")]

    def test_first_request_of_the_readme_works_as_printed(self, house: House, tmp_path: Path) -> None:
        lines = transcript().replace(":8000/", f":{house.port}/").replace(".venv/bin/python", sys.executable)
        script = f"set -euo pipefail\ncp {ROOT}/manage.py . && export PYTHONPATH={ROOT}\n{lines}"
        environment = house.environment()
        done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert (done.returncode, '"status":"completed"' in done.stdout) == (0, True), done.stderr
        assert (tmp_path / "house.mp3").read_bytes()[:2] in (b"ID", b"\xff\xfb", b"\xff\xf3")

    def test_nothing_listens_beyond_loopback(self, house: House) -> None:
        listening = [
            connection.laddr
            for process in house.tree()
            for connection in process.net_connections()
            if connection.status == psutil.CONN_LISTEN
        ]
        assert {(address.ip, address.port) for address in listening} == {("127.0.0.1", house.port)}

    def test_second_start_on_the_same_data_is_refused(self, house: House) -> None:
        second = House(house.data_dir)
        assert second.launch().wait(60) == 1
        assert "already runs on" in second.log.read_text()
        assert house.get("/healthz")[0] == 200

    @pytest.mark.parametrize("mark", ["uvicorn", "light", "beat", "redis-server", "-D"])
    def test_killed_process_comes_back(self, house: House, mark: str) -> None:
        [victim] = house.marked(mark)
        victim.kill()
        eventually(lambda: house.marked(mark) not in ([], [victim]), START_SECONDS)
        eventually(lambda: _is_ready(house), START_SECONDS)

    def test_kill_9_of_everything_loses_nothing(self, house: House) -> None:
        house.ask("UPDATE projects SET metadata = jsonb_set(metadata, '{mark}', to_jsonb(gen_random_uuid()))")
        before = house.ask("SELECT project_id, metadata FROM projects ORDER BY 1")
        house.kill_everything()
        house.start()
        assert house.ask("SELECT project_id, metadata FROM projects ORDER BY 1") == before
        assert house.get("/readyz")[0] == 200

    def test_kill_9_of_the_supervisor_alone_is_recovered_from(self, house: House) -> None:
        assert house.process is not None
        house.process.kill()
        house.process.wait(60)
        house.start()
        assert house.get("/readyz")[0] == 200
        assert house.ask("SELECT count(*) FROM projects") == [(1,)]

    def test_ctrl_c_leaves_no_process_behind(self, house: House) -> None:
        assert house.end(signal.SIGINT) == 0
        assert house.tree() == []
        assert house.log.read_text().rstrip().endswith("Everything is stopped.")

    def test_later_start_answers(self, house: House) -> None:
        # How fast it is stands in docs/bench.md: beside a browser on two cores a clock says more of the neighbours.
        house.process = house.launch()
        eventually(lambda: _is_healthy(house), START_SECONDS)
        assert house.get("/healthz")[0] == 200

    def test_ctrl_c_during_the_start_leaves_no_process_behind(self, house: House) -> None:
        assert house.end(signal.SIGTERM) == 0
        assert house.tree() == []

    def test_second_ctrl_c_kills_at_once(self, house: House) -> None:
        house.start()
        assert house.process is not None
        [deaf] = house.marked("light")
        deaf.suspend()
        house.process.send_signal(signal.SIGINT)
        eventually(lambda: not _is_healthy(house))
        assert house.end(signal.SIGINT) == 0
        assert house.tree() == []


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _is_healthy(house: House) -> bool:
    return _answers(lambda: house.get("/healthz")[0] == 200)


def _is_ready(house: House) -> bool:
    return _answers(lambda: house.get("/readyz")[0] == 200)


def _answers(ask: Callable[[], bool]) -> bool:
    try:
        return ask()
    except (OSError, http.client.HTTPException):
        return False


def test_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        # Connections of an ended house may still linger on the port.
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", choose_port(None)))
        taken.listen()
        assert choose_port(None) != taken.getsockname()[1]


def test_taken_port_that_was_asked_for_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(CommandError, match=re.escape(f"Port {port} is in use.")):
            choose_port(port)


def test_house_starts_beat_first_and_a_heavy_worker_last_with_a_pool_for_web_only() -> None:
    children = house_of(8123)
    assert [child.name for child in children] == ["beat", "worker-light", "web", "worker-heavy"]
    assert [child.environment.get("DATABASE_POOL") for child in children] == [None, None, "true", None]
    assert children[2].command[6:8] == ["--port", "8123"]
    assert all(child.grace_seconds > 5 for child in children)


def test_heavy_worker_is_started_only_for_a_kind_that_needs_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(up, "queue_profiles", lambda: {"default": "light"})
    assert [child.name for child in house_of(1)] == ["beat", "worker-light", "web"]


def test_servers_of_their_own_are_not_started(settings: Settings, tmp_path: Path) -> None:
    settings.USES_EMBEDDED_POSTGRES = settings.USES_EMBEDDED_REDIS = False
    supervisor = Supervisor(say=lambda text: None)
    up.start_servers(supervisor, tmp_path)
    assert (supervisor._watched, list(tmp_path.iterdir())) == ([], [])


def test_dead_port_does_not_answer() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        assert up.answers(silent.getsockname()[1], "/healthz") is False


def test_welcome_says_where_and_how() -> None:
    text = welcome(8001, "admin, password x")
    assert re.findall(r"^  (\w+(?: \w+)?)\s+\S", text, re.MULTILINE) == ["Open", "Sign in", "API", "Data", "Stop"]
    assert "http://127.0.0.1:8001/" in text
    assert "admin, password x" in text


def test_redis_of_another_folder_is_another_redis(tmp_path: Path) -> None:
    assert redis_url(tmp_path / "a") != redis_url(tmp_path / "b")
