"""Signing in to PostgreSQL: what goes wrong ends in time and is told; what a role may do besides reading is found."""

from dataclasses import replace

import psycopg
import pytest

from text2sql.connectors.base import Target
from text2sql.connectors.postgresql.connector import PostgresConnector
from text2sql.connectors.postgresql.errors import connect_error
from text2sql.tests.connectors.asking import code_of, rows_of, seconds_of
from text2sql.tests.connectors.relay import closed_port, relay, to_port
from text2sql.tests.servers import PostgresServer

CONNECTOR = PostgresConnector()


def test_person_signs_in_and_sees_who_they_are(shop_pg: Target) -> None:
    facts = CONNECTOR.test(shop_pg)
    assert facts.version.startswith("PostgreSQL 18")
    assert (facts.username, facts.is_read_only, facts.warnings) == ("t2s_reader", True, ())
    assert 0 < facts.latency_ms < 1000


def test_each_wrong_part_has_its_own_code(shop_pg: Target, shop_pg_root: Target) -> None:
    wrong = {
        "password": replace(shop_pg, password="no"),
        "no password": replace(shop_pg, password=""),
        "role": replace(shop_pg_root, username="nobody"),
        "database": replace(shop_pg_root, database_name="nothing=1"),
        "port": replace(shop_pg, port=closed_port()),
        "tls": replace(shop_pg, ssl_enabled=True),
        "host": replace(shop_pg, host="nothing.invalid"),
        "address": replace(shop_pg, allows_private=False),
        "own server": replace(shop_pg, forbidden=frozenset({("localhost", shop_pg.port)})),
        "parameter": replace(shop_pg, params={"options": "-c statement_timeout=0"}),
    }
    assert {part: code_of(CONNECTOR.open, target) for part, target in wrong.items()} == {
        "password": "wrong_credentials",
        "no password": "wrong_credentials",
        "role": "wrong_credentials",
        "database": "unknown_database",
        "port": "connection_refused",
        "tls": "tls_failed",
        "host": "host_not_found",
        "address": "address_refused",
        "own server": "address_refused",
        "parameter": "driver_error",
    }


def test_silent_server_ends_in_time_wherever_it_falls_silent(shop_pg: Target) -> None:
    for silent_after in (0, 20, 400):
        with relay(to_port(shop_pg.port)) as between:
            between.silent_after = silent_after
            target = replace(shop_pg, port=between.port)
            codes: list[str] = []
            assert seconds_of(lambda: codes.append(code_of(CONNECTOR.test, target, timeout_seconds=0.2))) < 2.0  # noqa: B023 - called at once
            assert codes == ["connect_timeout"], silent_after


def test_environment_and_files_of_the_server_are_not_used(shop_pg: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOSTADDR": "192.0.2.1",
        "PGOPTIONS": "-c nonsense=1",
        "PGPASSWORD": "x",
        "PGSSLMODE": "verify-full",
        "PGCONNECT_TIMEOUT": "1",
        "PGTARGETSESSIONATTRS": "standby",
    }.items():
        monkeypatch.setenv(name, value)
    session = CONNECTOR.open(shop_pg)
    assert rows_of(session, "SELECT current_user::text") == [("t2s_reader",)]
    session.close()


RIGHTS = {
    "superuser": ("SUPERUSER", "The role is a superuser: it may do everything, also outside of the database."),
    "creator": ("CREATEDB", "The role may create roles or databases, replicate, or pass by row security."),
    "writer": ("GRANT UPDATE ON customers TO", "The role may change rows of a table."),
    "column_writer": ("GRANT UPDATE (city) ON customers TO", "The role may change rows of a table."),
    "maker": ("GRANT CREATE ON SCHEMA public TO", "The role may create tables in a schema."),
    "schema_maker": ("GRANT CREATE ON DATABASE t2s_shop TO", "The role may create schemas in this database."),
    "counter": ("GRANT USAGE ON SEQUENCE tickets TO", "The role may advance a sequence."),
    "file_writer": ("GRANT pg_write_server_files TO", "The role is a member of pg_write_server_files."),
    "looker": ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO", ""),
}


def test_role_that_may_do_more_than_read_is_told(postgres_server: PostgresServer, shop_pg_root: Target) -> None:
    with postgres_server.connect("t2s_shop") as connection:
        for role, (grant, _warning) in RIGHTS.items():
            name = f"t2s_{role}"
            connection.execute(f"CREATE ROLE {name} LOGIN {'' if grant.startswith('GRANT') else grant}".encode())
            if grant.startswith("GRANT"):
                connection.execute(f"{grant} {name}".encode())
    found = {role: CONNECTOR.test(replace(shop_pg_root, username=f"t2s_{role}")) for role in RIGHTS}
    with postgres_server.connect("t2s_shop") as connection:
        for role in RIGHTS:
            connection.execute(f"DROP OWNED BY t2s_{role}; DROP ROLE t2s_{role}".encode())
    missing = {
        role: warning for role, (_, warning) in RIGHTS.items() if warning and warning not in found[role].warnings
    }
    assert missing == {}
    assert [role for role, facts in found.items() if facts.is_read_only] == ["looker"]


def test_too_many_connections_are_told(postgres_server: PostgresServer, shop_pg: Target) -> None:
    with postgres_server.connect() as connection:
        connection.execute(b"ALTER ROLE t2s_reader CONNECTION LIMIT 1")
        session = CONNECTOR.open(shop_pg)
        assert code_of(CONNECTOR.open, shop_pg) == "too_many_connections"
        session.close()
        connection.execute(b"ALTER ROLE t2s_reader CONNECTION LIMIT -1")


def test_libpqs_words_become_codes_without_our_addresses() -> None:
    server = 'connection to server at "db.example.org" (10.0.0.5), port 5432 failed: '
    said = {
        f'{server}FATAL:  password authentication failed for user "x"\n': "wrong_credentials",
        f"{server}SSL error: certificate verify failed\n": "tls_failed",
        f"{server}Connection timed out\n\tIs the server running?": "connect_timeout",
        f"{server}FATAL:  the database system is starting up": "connection_lost",
        f"{server}FATAL:  sorry, too many clients already": "too_many_connections",
        f"{server}No route to host": "connection_refused",
        f"{server}something else": "driver_error",
        "": "driver_error",
    }
    found = {text: connect_error(text) for text in said}
    assert {text: error.code for text, error in found.items()} == said
    assert [error.message for error in found.values() if "10.0.0.5" in error.message] == []
    assert found[""].message == "The server ended the connection."


def test_session_whose_server_hung_up_is_not_usable(postgres_server: PostgresServer, shop_pg: Target) -> None:
    session = CONNECTOR.open(shop_pg)
    ((pid,),) = rows_of(session, "SELECT pg_backend_pid()")
    assert session.is_usable()
    with postgres_server.connect() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    assert code_of(rows_of, session, "SELECT 1") == "connection_lost"
    assert not session.is_usable()
    session.close()
    session.close()


def test_no_connection_is_left_behind(postgres_server: PostgresServer, shop_pg: Target) -> None:
    def count(connection: psycopg.Connection[tuple[int]]) -> int:
        row = connection.execute("SELECT count(*) FROM pg_stat_activity WHERE usename = 't2s_reader'").fetchone()
        return row[0] if row else -1

    CONNECTOR.test(shop_pg)
    code_of(CONNECTOR.test, replace(shop_pg, password="no"))
    with postgres_server.connect() as connection:
        for _attempt in range(100):
            if not count(connection):
                break
            connection.execute("SELECT pg_sleep(0.02)")
        assert count(connection) == 0
