"""The embedded servers when something is wrong or odd: paths, damaged clusters, foreign folders, second starts."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config.common.embedded import (
    EmbeddedPostgres,
    EmbeddedRedis,
    ServerFailed,
    postgres_url,
    redis_url,
    socket_dir,
)
from config.common.tests.test_embedded import data_dir as data_dir

pytestmark = pytest.mark.fault


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    made = EmbeddedRedis(tmp_path, die_with_parent=True)
    yield made
    made.stop()


@pytest.fixture
def postgres(data_dir: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(data_dir, die_with_parent=True, durable=False)
    yield made
    made.stop()


def _odd_folder(base: Path, name: str) -> Path:
    made = base / name
    made.mkdir(parents=True)
    return made


def test_second_start_of_a_running_server_starts_nothing(redis_server: EmbeddedRedis) -> None:
    redis_server.start()
    first = redis_server.pid
    redis_server.start()
    assert redis_server.pid == first
    assert len(_servers_of(redis_server.data_dir)) == 1


def test_server_that_another_owner_started_again_is_looked_after(redis_server: EmbeddedRedis) -> None:
    redis_server.start()
    assert redis_server.process is not None
    redis_server.process.kill()
    redis_server.process.wait(10)
    other = EmbeddedRedis(redis_server.data_dir, die_with_parent=True)
    other.start()
    redis_server.start()
    assert redis_server.pid == other.pid
    redis_server.stop()
    assert other.process is not None
    assert other.process.wait(10) == 0


@pytest.mark.parametrize("content", ["", "x\n", "999999999\n", f"{os.getpid()}\n"], ids=["empty", "word", "gone", "us"])
def test_pid_file_of_no_redis_is_not_believed(redis_server: EmbeddedRedis, content: str) -> None:
    redis_server.prepare()
    redis_server.pid_file().write_text(content)
    redis_server.start()
    assert redis_server.process is not None
    assert redis_server.pid == redis_server.process.pid != os.getpid()


def test_stopping_what_does_not_run_is_no_error(redis_server: EmbeddedRedis) -> None:
    redis_server.stop()
    redis_server.start()
    redis_server.stop()
    redis_server.stop()
    assert (redis_server.process, redis_server.ready()) == (None, False)


def test_server_killed_by_hand_is_stopped_without_an_error(redis_server: EmbeddedRedis) -> None:
    redis_server.start()
    heir = EmbeddedRedis(redis_server.data_dir)
    heir.start()
    os.kill(heir.pid, signal.SIGKILL)
    assert redis_server.process is not None
    redis_server.process.wait(10)
    heir.stop()
    with pytest.raises(ServerFailed, match="redis is not running"):
        _ = heir.pid


@pytest.mark.parametrize("name", ["tàu hỏa " * 12, "c++ 100% a,b?c#d"], ids=["long Vietnamese", "signs of URLs"])
def test_redis_works_in_a_folder_with_an_odd_name(tmp_path: Path, name: str) -> None:
    folder = _odd_folder(tmp_path, name)
    server = EmbeddedRedis(folder, die_with_parent=True)
    server.start()
    try:
        with redis.Redis.from_url(redis_url(folder)) as client:
            client.set("kept", "1")
            assert client.config_get("dir") == {"dir": str(folder / "redis")}
    finally:
        server.stop()
        shutil.rmtree(socket_dir(folder))
    assert any((folder / "redis").iterdir())


def test_postgres_works_in_a_folder_with_an_odd_name(data_dir: Path) -> None:
    folder = _odd_folder(data_dir, "dữ liệu, 100%+1")
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder, die_with_parent=True, durable=False)
    server.start()
    try:
        with psycopg.connect(postgres_url(folder, "postgres")) as session:
            assert session.execute("SHOW data_directory").fetchone() == (str(folder / "postgres"),)
    finally:
        server.stop()
        shutil.rmtree(socket_dir(folder))


@pytest.mark.parametrize(
    ("name", "inside"),
    [("a" * 75, True), ("a" * 76, False), ("ữ" * 30, False), ("a b", False), ("a%41", False), ("A-b_c.d", True)],
)
def test_socket_is_inside_only_where_its_path_is_short_and_plain(name: str, inside: bool) -> None:
    found = socket_dir(Path("/") / name)
    expected = Path(f"/{name}/run")
    assert (found == expected) is inside
    assert inside or (found.parent == Path(tempfile.gettempdir()) and found.name.isascii())


def test_path_of_the_socket_fits_in_every_script(tmp_path: Path) -> None:
    for letters in ("x", "ệ", "車", "🚂"):
        longest = socket_dir(tmp_path / (letters * 60)) / ".s.PGSQL.5432.lock"
        assert len(os.fsencode(longest)) < 104, letters


def test_two_names_of_one_folder_are_one_server(tmp_path: Path) -> None:
    real = _odd_folder(tmp_path, "real")
    (tmp_path / "link").symlink_to(real)
    assert redis_url(tmp_path / "link") == redis_url(real)
    assert EmbeddedRedis(tmp_path / "link").data_dir == real.resolve()


def test_socket_folder_that_is_a_link_is_refused(redis_server: EmbeddedRedis, tmp_path: Path) -> None:
    elsewhere = _odd_folder(tmp_path, "elsewhere")
    socket_dir(tmp_path).symlink_to(elsewhere)
    with pytest.raises(ServerFailed, match="belongs to somebody else; redis does not put its socket there"):
        redis_server.start()
    assert (redis_server.process, list(elsewhere.iterdir())) == (None, [])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give folders away")
def test_socket_folder_of_another_person_is_refused(redis_server: EmbeddedRedis, tmp_path: Path) -> None:
    _odd_folder(tmp_path, "run")
    os.chown(socket_dir(tmp_path), 54_321, 54_321)
    with pytest.raises(ServerFailed, match="belongs to somebody else"):
        redis_server.start()
    assert (redis_server.process, list(socket_dir(tmp_path).iterdir())) == (None, [])


def test_cluster_folder_with_other_files_is_refused_in_words(postgres: EmbeddedPostgres) -> None:
    postgres.cluster.mkdir(parents=True)
    (postgres.cluster / "thesis.txt").write_text("mine")
    with pytest.raises(ServerFailed, match=r"(?s)cannot be made.*exists but is not empty"):
        postgres.start()
    assert postgres.process is None
    assert [(path.name, path.read_text()) for path in postgres.cluster.iterdir()] == [("thesis.txt", "mine")]


def test_damaged_cluster_is_a_clear_error_and_nothing_is_made_anew(postgres: EmbeddedPostgres) -> None:
    postgres.prepare()
    control = postgres.cluster / "global" / "pg_control"
    control.write_bytes(b"\0" * control.stat().st_size)
    with pytest.raises(ServerFailed, match=r"(?s)postgres did not answer.*(control file|checksum|FATAL|PANIC)"):
        postgres.start()
    assert not postgres.ready()
    assert set(control.read_bytes()) == {0}


def test_cluster_of_another_version_is_a_clear_error(postgres: EmbeddedPostgres) -> None:
    postgres.prepare()
    (postgres.cluster / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ServerFailed, match=r"(?s)did not answer.*incompatible with server"):
        postgres.start()
    assert (postgres.cluster / "PG_VERSION").read_text() == "9.6\n"


def test_pid_file_left_by_a_crash_does_not_keep_postgres_from_starting(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    first = postgres.pid
    postgres.stop(signal.SIGKILL)
    assert postgres.pid_file().read_text().split()[0] == str(first)
    postgres.start()
    assert postgres.ready()
    assert postgres.pid_file().read_text().split()[0] == str(postgres.pid)


def test_error_quotes_only_the_end_of_a_long_log(redis_server: EmbeddedRedis) -> None:
    redis_server.prepare()
    redis_server.log_path.write_text("old line\n" * 10_000)
    (redis_server.data_dir / "redis" / "appendonly.aof").write_bytes(b"not an append-only file")
    with pytest.raises(ServerFailed, match="Bad file format") as failed:
        redis_server.start()
    assert len(str(failed.value)) < 2100


def _servers_of(folder: Path) -> list[psutil.Process]:
    """Redis servers that run on the data folder's socket."""
    mark = f"{socket_dir(folder)}/redis.sock"
    children = psutil.Process().children(recursive=True)
    return [process for process in children if any(mark in part for part in process.cmdline())]
