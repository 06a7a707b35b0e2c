"""On a real MariaDB: what passes runs, gives what the original gives, and leaves everything as it was."""

import hashlib
from typing import Any

import pytest

from text2sql.safety.base import Policy, StatementRefused
from text2sql.safety.checking import check_statement
from text2sql.tests.safety.statements.benign_mysql import SCHEMA, STATEMENTS
from text2sql.tests.safety.statements.hostile_mysql import HOSTILE

SHOP = Policy(default_schema="safety_shop")


@pytest.fixture(scope="module")
def cursor(request: pytest.FixtureRequest) -> Any:
    """A cursor in a database of its own; skipped where no server can be started."""
    try:
        connection = request.getfixturevalue("mariadb")()
    except pytest.FixtureLookupError:
        pytest.skip("no fixture starts MariaDB")
    cursor = connection.cursor()
    cursor.execute("CREATE DATABASE safety_shop CHARACTER SET utf8mb4")
    cursor.execute("USE safety_shop")
    for statement in SCHEMA.strip().removesuffix(";").split(";\n"):
        cursor.execute(statement)
    connection.commit()
    yield cursor
    cursor.execute("DROP DATABASE safety_shop")
    connection.close()


def state_hash(cursor: Any) -> str:
    """SHA-256 over all tables' checksums, accounts, variables and databases."""
    cursor.execute("SHOW TABLES")
    tables = ", ".join(f"`{name}`" for (name,) in cursor.fetchall())
    seen = []
    for query in (f"CHECKSUM TABLE {tables} EXTENDED", "SHOW DATABASES", "SHOW GLOBAL VARIABLES LIKE 'sql_mode'"):
        cursor.execute(query)
        seen.append(cursor.fetchall())
    return hashlib.sha256(repr(seen).encode()).hexdigest()


def rows_of(cursor: Any, statement: str) -> list[str]:
    cursor.execute("START TRANSACTION READ ONLY")
    try:
        cursor.execute(statement)
        return sorted(map(repr, cursor.fetchall()))
    finally:
        cursor.execute("ROLLBACK")


def test_what_passes_answers_like_the_original_and_changes_nothing(cursor: Any) -> None:
    before, different = state_hash(cursor), []
    for statement in STATEMENTS:
        sent = check_statement(statement, database_type="mysql", policy=SHOP).text
        if rows_of(cursor, sent) != rows_of(cursor, statement):
            different.append((statement, sent))
    assert different == []
    assert state_hash(cursor) == before


def test_texts_are_the_same_when_backslashes_are_plain(cursor: Any) -> None:
    """Under NO_BACKSLASH_ESCAPES what is sent still ends its texts in the same places."""
    sent = check_statement("SELECT 'a\\' OR 1 = 1 -- ', 'b\\\\', 'c'", database_type="mysql", policy=SHOP).text
    found = {}
    for mode in ("", "NO_BACKSLASH_ESCAPES"):
        cursor.execute("SET SESSION sql_mode = %s", (mode,))
        cursor.execute(sent)
        found[mode] = cursor.fetchall()
    cursor.execute("SET SESSION sql_mode = ''")
    assert found == {
        "": (("a' OR 1 = 1 -- ", "b\\", "c"),),
        "NO_BACKSLASH_ESCAPES": (("a' OR 1 = 1 -- ", "b\\\\", "c"),),
    }


def test_hostile_statements_never_reach_the_database(cursor: Any) -> None:
    before = state_hash(cursor)
    for statement in HOSTILE:
        try:
            sent = check_statement(statement, database_type="mysql", policy=SHOP).text
        except StatementRefused:
            continue
        rows_of(cursor, sent)
    assert state_hash(cursor) == before
