"""Real database servers for tests, each started at most once in a test process, on loopback."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from config.common.embedded import postgres_url, socket_dir
from text2sql.connectors.base import Target
from text2sql.tests.connectors import shop_postgres
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
