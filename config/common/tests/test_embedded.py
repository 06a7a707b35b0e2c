"""The embedded servers: durable, private, adopted after their parent's death."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.common.embedded import (
    EmbeddedPostgres,
    EmbeddedRedis,
    EmbeddedServer,
    ServerFailed,
    postgres_url,
    redis_url,
    socket_dir,
)
from config.settings.celery import broker_url
from config.settings.databases import database_from_url

pytestmark = pytest.mark.fault
SERVERS = [EmbeddedPostgres, EmbeddedRedis]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """Open to PostgreSQL's system user when the tests run as root."""
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(folder.stat().st_mode | 0o711)
    return tmp_path


@pytest.fixture(params=SERVERS, ids=lambda kind: kind.name)
def server(request: pytest.FixtureRequest, data_dir: Path) -> Iterator[EmbeddedServer]:
    made: EmbeddedServer = request.param(data_dir, die_with_parent=True)
    yield made
    made.stop()


def test_server_starts_answers_and_stops(server: EmbeddedServer) -> None:
    server.start()
    process = psutil.Process(server.pid)
    assert server.ready()
    server.stop()
    assert not process.is_running()
    assert not server.ready()


def test_server_listens_on_no_port(server: EmbeddedServer) -> None:
    server.start()
    connections = psutil.Process(server.pid).net_connections("inet")
    for child in psutil.Process(server.pid).children(recursive=True):
        # Children of PostgreSQL come and go between the listing and the look.
        with contextlib.suppress(psutil.NoSuchProcess, FileNotFoundError):
            connections += child.net_connections("inet")
    assert connections == []


def test_socket_is_closed_to_other_people(server: EmbeddedServer) -> None:
    server.start()
    sockets = [path for path in socket_dir(server.data_dir).iterdir() if path.is_socket()]
    assert [stat.S_IMODE(path.stat().st_mode) & 0o077 for path in sockets] == [0]


def test_running_server_is_adopted_and_stopped_by_its_new_owner(server: EmbeddedServer, data_dir: Path) -> None:
    server.start()
    heir = type(server)(data_dir)
    heir.start()
    assert (heir.process, heir.pid) == (None, server.pid)
    heir.stop()
    assert server.process is not None
    assert server.process.wait(10) == 0


def test_pid_of_a_stopped_server_is_an_error(server: EmbeddedServer) -> None:
    with pytest.raises(ServerFailed, match="is not running"):
        _ = server.pid


def test_rows_survive_kill_9(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, die_with_parent=True)
    server.start()
    server.ensure_database()
    with psycopg.connect(postgres_url(data_dir), autocommit=True) as session:
        session.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server.stop(signal.SIGKILL)
    server.start()
    with psycopg.connect(postgres_url(data_dir)) as session:
        assert session.execute("SELECT number FROM kept").fetchall() == [(7,)]
    server.stop()


def test_making_the_database_twice_changes_nothing(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, die_with_parent=True)
    server.start()
    server.ensure_database("twice")
    server.ensure_database("twice")
    with psycopg.connect(postgres_url(data_dir, "twice")) as session:
        assert session.execute("SELECT current_database()").fetchone() == ("twice",)
    server.stop()


def test_postgres_has_vectors(data_dir: Path) -> None:
    server = EmbeddedPostgres(data_dir, die_with_parent=True)
    server.start()
    with psycopg.connect(postgres_url(data_dir, "postgres")) as session:
        session.execute("CREATE EXTENSION vector")
        assert session.execute("SELECT '[3,4]'::vector <-> '[0,0]'::vector").fetchone() == (5.0,)
    server.stop()


def test_redis_keeps_keys_and_never_evicts(data_dir: Path) -> None:
    server = EmbeddedRedis(data_dir, die_with_parent=True)
    server.start()
    with redis.Redis.from_url(redis_url(data_dir), decode_responses=True) as client:
        client.set("kept", "1")
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    server.stop()
    server.start()
    with redis.Redis.from_url(redis_url(data_dir), decode_responses=True) as client:
        assert client.get("kept") == "1"
    server.stop()


def test_server_that_cannot_start_shows_its_log(data_dir: Path) -> None:
    server = EmbeddedRedis(data_dir, die_with_parent=True)
    server.prepare()
    (data_dir / "redis" / "appendonly.aof").write_bytes(b"not an append-only file")
    with pytest.raises(ServerFailed, match=r"(?s)did not answer.*Bad file format"):
        server.start()


#: Forks a parent that is not the one the child was made for: as if that one had died in between.
_ORPHAN = """
import os, signal, subprocess, sys
from config.common.embedded import end_with_parent
ask = end_with_parent(signal.SIGTERM)
if os.fork() == 0:
    print(subprocess.run([sys.executable, "-c", "print('ran')"], preexec_fn=ask).returncode, flush=True)
else:
    os.wait()
"""


def test_child_whose_parent_is_dead_already_never_begins() -> None:
    told = subprocess.run([sys.executable, "-c", _ORPHAN], check=True, capture_output=True, text=True)
    assert told.stdout.split() == [str(128 + signal.SIGTERM)]


def test_long_data_folder_gets_a_short_socket_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 100)
    assert len(os.fspath(socket_dir(deep) / ".s.PGSQL.5432")) < 104
    assert socket_dir(deep) == socket_dir(deep)
    assert socket_dir(deep) != socket_dir(tmp_path / ("y" * 100))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://host:6379/2", "redis://host:6379/2"),
        ("unix:///run/redis.sock?db=3", "redis+socket:///run/redis.sock?virtual_host=3"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
    ],
)
def test_broker_url_is_kombus_spelling(url: str, expected: str) -> None:
    assert broker_url(url) == expected


def test_database_url_with_socket_and_options() -> None:
    made = database_from_url("postgresql://me:p%40ss@/house?host=/run/pg&sslmode=require")
    assert (made["NAME"], made["USER"], made["PASSWORD"], made["HOST"]) == ("house", "me", "p@ss", "/run/pg")
    assert made["OPTIONS"] == {"sslmode": "require"}
