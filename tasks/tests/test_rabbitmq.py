"""RabbitMQ as the broker, by setting alone: a server of its own, real workers, a real sweeper, real faults."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from celery import current_app
from kombu import Connection
from kombu.pools import connections

from config.common.embedded import EmbeddedServer, end_with_parent
from config.common.ids import uuid7
from projects.models import Project
from tasks.models import Task
from tasks.queue import broker, publisher
from tasks.queue.publisher import publish
from tasks.queue.taker import NOTHING, Taken, take
from tasks.tests import conftest, forks
from tasks.tests.conftest import Submit, WorkerFactory, all_ended, eventually, insert_tasks, kill_group
from tasks.tests.faults.invariants import assert_invariants, completed, starts
from tasks.tests.forks import free_port

# Debian's program on the path is a wrapper that changes the user; the real one lies behind it.
PROGRAM = shutil.which("rabbitmq-server", path=f"/usr/lib/rabbitmq/bin{os.pathsep}{os.environ.get('PATH', '')}")
EPMD = shutil.which("epmd")
pytestmark = [
    pytest.mark.fault,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("rabbitmq"),
    pytest.mark.skipif(not (PROGRAM and EPMD), reason="no rabbitmq-server program is installed"),
]


class RabbitMQ(EmbeddedServer):
    """A node on loopback without plugins; impatient with consumers, so that seconds show what half an hour does."""

    name = "rabbitmq"
    program = "beam"

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, die_with_parent=True)
        self.port = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self.epmd_environment = {"ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_EPMD_PORT": str(free_port())}

    def pid_file(self) -> Path:
        return self.data_dir / "rabbitmq.pid"

    def command(self) -> list[str]:
        """With ALLOW_INPUT the script becomes the server instead of waiting for it: signals reach the right process."""
        (self.data_dir / "plugins").write_text("[].")
        folders = ("RABBITMQ_MNESIA_BASE", "RABBITMQ_LOG_BASE", "RABBITMQ_GENERATED_CONFIG_DIR", "HOME")
        values = dict.fromkeys(folders, str(self.data_dir)) | self.epmd_environment | {
            "RABBITMQ_NODENAME": "rh@localhost", "RABBITMQ_LOGS": "-", "RABBITMQ_PID_FILE": str(self.pid_file()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self.data_dir}/plugins", "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{self.data_dir}/none", "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port), "RABBITMQ_DIST_PORT": str(free_port()), "RABBITMQ_ALLOW_INPUT": "1",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1"
            " -rabbit consumer_timeout 3000 -rabbit channel_tick_interval 500 -rabbit heartbeat 1",
        }  # fmt: skip
        return ["env", *(f"{name}={value}" for name, value in values.items()), str(PROGRAM), "-noinput"]

    def ready(self) -> bool:
        """True once somebody can log in."""
        with suppress(*broker.BrokerDown), Connection(self.url, connect_timeout=1) as connection:
            return bool(connection.connect())
        return False


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    """One for all tests, with an Erlang port mapper of its own: the server would leave one behind."""
    made = RabbitMQ(tmp_path_factory.mktemp("rabbitmq"))
    with subprocess.Popen(
        [str(EPMD)], env=os.environ | made.epmd_environment, preexec_fn=end_with_parent(signal.SIGTERM)
    ) as epmd:
        try:
            made.start()
            yield made
        finally:
            made.stop(signal.SIGKILL)
            epmd.kill()


def forget_connections() -> None:
    """As in a process that has just begun."""
    pool = connections[broker._connection()]
    pool.resize(pool.limit, reset=True)
    broker._connection.cache_clear()
    publisher._closed_until = 0.0


def purge() -> int | None:
    """Throw the waiting messages away; returns how many there were."""
    with Connection(current_app.conf.broker_url) as connection:
        queue = current_app.amqp.queues["default"](connection.default_channel)
        queue.declare()
        return queue.purge()


@pytest.fixture(autouse=True)
def rabbitmq(server: RabbitMQ, monkeypatch: pytest.MonkeyPatch) -> Iterator[RabbitMQ]:
    """This process, and those that it starts, use empty queues of the server."""
    forget_connections()
    monkeypatch.setenv("BROKER_URL", server.url)
    monkeypatch.setattr(current_app.conf, "broker_url", server.url)
    monkeypatch.setattr(current_app.conf, "broker_transport_options", {})
    purge()
    yield server
    os.kill(server.pid, signal.SIGCONT)  # in case a test left it frozen
    forget_connections()


@pytest.fixture
def house(start_worker: WorkerFactory, rabbitmq: RabbitMQ) -> Iterator[None]:
    """A light worker and a sweeper, both real; no fault of the broker may end either."""
    sweeper = forks.start(["beat", "--sweeper-only"], conftest.child_environment())
    worker = start_worker("--concurrency", "2")
    yield
    ended = sweeper.poll(), worker.poll()
    kill_group(sweeper)
    assert ended == (None, None)


@pytest.mark.parametrize("pool", ["threads", "prefork"])
def test_killed_worker_loses_nothing(pool: str, start_worker: WorkerFactory, submit: Submit, project: Project) -> None:
    first = start_worker("--pool", pool, "--concurrency", "2")
    tasks = [submit(), *insert_tasks(60, project, task_type="test.wait", input_data={"seconds": 0.05})]
    eventually(lambda: completed() >= 20)
    kill_group(first)
    start_worker("--pool", pool, "--concurrency", "2")
    eventually(all_ended)
    assert completed() == 61
    assert_invariants(tasks, in_flight=2)


@pytest.mark.parametrize("fault", ["killed", "frozen", "frozen before we connect"])
@pytest.mark.usefixtures("house")
def test_broken_broker_delays_nobody_and_loses_nothing(
    fault: str, rabbitmq: RabbitMQ, submit: Submit, project: Project
) -> None:
    tasks = [submit(), *insert_tasks(30, project, task_type="test.wait", input_data={"seconds": 0.05})]
    eventually(lambda: completed() >= 10, sweeping=False)
    if fault == "frozen before we connect":
        forget_connections()
    rabbitmq.stop(signal.SIGKILL) if fault == "killed" else os.kill(rabbitmq.pid, signal.SIGSTOP)
    for _ in range(3):
        began = time.monotonic()
        tasks.append(submit())
        assert time.monotonic() - began < 2
    rabbitmq.start() if fault == "killed" else os.kill(rabbitmq.pid, signal.SIGCONT)
    eventually(all_ended, sweeping=False, within_seconds=60)
    assert completed() == 34
    assert_invariants(tasks)


def test_purged_queue_is_filled_again(start_worker: WorkerFactory, submit: Submit) -> None:
    tasks = [submit() for _ in range(5)]
    assert purge() == 5
    start_worker("--concurrency", "2")
    eventually(all_ended)
    assert (completed(), Task.objects.filter(publish_count__gte=2).count()) == (5, 5)
    assert_invariants(tasks)


@pytest.mark.parametrize(("profile", "kind"), [("light", "test.wait"), ("heavy", "test.heavy")])
def test_task_longer_than_the_brokers_patience_runs_once_and_its_worker_goes_on(
    profile: str, kind: str, rabbitmq: RabbitMQ, start_worker: WorkerFactory, submit: Submit
) -> None:
    worker = start_worker("--profile", profile)
    long = submit(kind, {"seconds": 5})
    eventually(all_ended)
    short = submit(kind, {"seconds": 0})
    eventually(all_ended)
    assert (starts(), worker.poll()) == (2, None)
    assert_invariants([long, short])
    log = rabbitmq.log_path.read_text()
    assert ("timed out waiting for delivery acknowledgement" in log, "missed heartbeats" in log) == (True, False)


def test_first_push_after_a_restart_goes_out_and_what_was_there_is_kept(rabbitmq: RabbitMQ) -> None:
    first, second = uuid7(), uuid7()
    assert publish([(first, "default", 1)]) == 1
    rabbitmq.stop()
    rabbitmq.start()
    assert publish([(second, "default", 1)]) == 1
    assert [take("default") for _ in range(3)] == [Taken(first, 1), Taken(second, 0), NOTHING]


def test_another_job_stays_for_celery() -> None:
    with broker.broker_producer() as producer:
        current_app.send_task("tasks.release_orphans", queue="default", producer=producer)
    assert (take("default"), purge()) == (NOTHING, 1)
