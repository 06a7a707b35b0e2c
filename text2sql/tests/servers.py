"""Real database servers for tests, each started at most once in a test process, on loopback."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pymysql
import pytest
from django.conf import settings
from psycopg import sql

from config.common.embedded import postgres_url, socket_dir
from text2sql.connectors.base import Target
from text2sql.tests.connectors import clickhouse_server, shop_mariadb, shop_postgres
from text2sql.tests.connectors.mariadb_server import MariadbServer, why_not
from text2sql.tests.connectors.relay import Relay, to_unix_socket


@dataclass(frozen=True)
class PostgresServer:
    """The test run's own PostgreSQL behind a port of loopback. Databases made here are gone with the test process."""

    folder: Path
    relay: Relay

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        """As superuser, committing each statement."""
        return psycopg.connect(postgres_url(self.folder), dbname=database, autocommit=True)

    def make_database(self, name: str, *scripts: str) -> Target:
        """A database made by these scripts, as its superuser sees it."""
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        with self.connect(name) as connection:
            for script in scripts:
                connection.execute(script.encode())
        return Target("postgresql", "127.0.0.1", self.relay.port, name, "postgres", allows_private=True)

    def require_password(self, database: str, role: str) -> None:
        """The cluster trusts everybody; this role has to show its password."""
        with self.connect() as connection:
            row = connection.execute("SHOW hba_file").fetchone()
            assert row is not None
            path = Path(row[0])
            path.write_text(f"local {database} {role} scram-sha-256\n{path.read_text()}")
            connection.execute("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """PostgreSQL, reachable by TCP through a relay of the test process."""
    folder = Path(settings.DATA_DIR)
    relay = Relay(to_unix_socket(f"{socket_dir(folder)}/.s.PGSQL.5432"))
    yield PostgresServer(folder, relay)
    relay.close()


@pytest.fixture(scope="session")
def shop_pg_root(postgres_server: PostgresServer) -> Target:
    """The shop as its superuser."""
    with postgres_server.connect() as connection:
        connection.execute(
            sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                sql.Identifier(shop_postgres.READER), sql.Literal(shop_postgres.READER_PASSWORD)
            )
        )
    made = postgres_server.make_database("t2s_shop", shop_postgres.SCHEMA, shop_postgres.ROWS, shop_postgres.RIGHTS)
    postgres_server.require_password("t2s_shop", shop_postgres.READER)
    return made


@pytest.fixture(scope="session")
def shop_pg(shop_pg_root: Target) -> Target:
    """The shop as a role that may only read four tables and two views."""
    return replace(shop_pg_root, username=shop_postgres.READER, password=shop_postgres.READER_PASSWORD)


@pytest.fixture
def shop_content(postgres_server: PostgresServer) -> Callable[[], str]:
    """A hash of everything in the shop, as often as it is asked for."""

    def read() -> str:
        with postgres_server.connect("t2s_shop") as connection:
            row = connection.execute(shop_postgres.CONTENT_HASH.encode()).fetchone()
        assert row is not None
        return str(row[0])

    return read


@pytest.fixture(scope="session")
def mariadb_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MariadbServer]:
    """MariaDB with the shop in `t2s_shop`, odd names in `t2s_odd`, and nothing in `t2s_empty`."""
    if reason := why_not():
        pytest.skip(reason)
    server = MariadbServer(tmp_path_factory.mktemp("mariadb"))
    with server.connect() as connection, connection.cursor() as cursor:
        for statement in shop_mariadb.statements():
            cursor.execute(statement)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def mariadb(mariadb_server: MariadbServer) -> Callable[..., "pymysql.Connection[Any]"]:
    """Makes connections as root; takes the name of a database."""
    return mariadb_server.connect


@pytest.fixture(scope="session")
def mariadb_root(mariadb_server: MariadbServer) -> Target:
    """The shop as an account that may do everything."""
    with mariadb_server.connect() as connection, connection.cursor() as cursor:
        cursor.execute("CREATE USER t2s_root@'%' IDENTIFIED BY 'r'")
        cursor.execute("GRANT ALL ON *.* TO t2s_root@'%'")
    return mariadb_server.target("t2s_shop", "t2s_root", "r")


@pytest.fixture(scope="session")
def mariadb_target(mariadb_server: MariadbServer) -> Target:
    """The shop as an account that may only read."""
    return mariadb_server.target("t2s_shop", shop_mariadb.READER, shop_mariadb.READER_PASSWORD)


@pytest.fixture
def mariadb_content(mariadb: Callable[..., "pymysql.Connection[Any]"]) -> Callable[[], list[Any]]:
    """Tables, their checksums and the sequence's value, as often as it is asked for."""

    def read() -> list[Any]:
        with mariadb("t2s_shop") as connection, connection.cursor() as cursor:
            cursor.execute(shop_mariadb.TABLES)
            found: list[Any] = list(cursor.fetchall())
            for schema, name, kind in list(found):
                if kind == "BASE TABLE":
                    cursor.execute(f"CHECKSUM TABLE `{schema}`.`{name}` EXTENDED")
                    found += cursor.fetchall()
            cursor.execute("SELECT * FROM tickets")
            return [*found, *cursor.fetchall()]

    return read


@pytest.fixture(scope="session")
def clickhouse_target() -> Iterator[Target]:
    """ClickHouse's engine in a child process (chdb behind HTTP, see `clickhouse_server`): its database `shop`."""
    command = [sys.executable, "-m", "text2sql.tests.connectors.clickhouse_server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        port = int(child.stdout.readline())
        yield Target(
            "clickhouse",
            "127.0.0.1",
            port,
            "shop",
            clickhouse_server.USERNAME,
            clickhouse_server.PASSWORD,
            allows_private=True,
        )
        child.kill()
