"""On a real PostgreSQL: what passes runs, gives what the original gives, and leaves everything as it was."""

import hashlib
from decimal import Decimal

import psycopg

from text2sql.safety.base import Policy, StatementRefused
from text2sql.safety.checking import check_statement
from text2sql.tests.safety.statements.benign_postgresql import STATEMENTS
from text2sql.tests.safety.statements.hostile_postgresql import HOSTILE

PUBLIC = Policy(default_schema="public")
_RELATIONS = """
    SELECT format('%I.%I', n.nspname, c.relname), c.relkind::text, c.relfilenode FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'sales') ORDER BY 1
"""
_ROWS = "SELECT xmin::text, ctid::text, t::text FROM relation t ORDER BY 2"
_REST = (
    "SELECT * FROM pg_roles ORDER BY 1",
    "SELECT oid, proname, prosrc FROM pg_proc ORDER BY 1",
    "SELECT oid FROM pg_largeobject_metadata",
    "SELECT name, setting FROM pg_settings ORDER BY 1",
    "SELECT datname FROM pg_database ORDER BY 1",
)


def state_hash(connection: psycopg.Connection) -> str:
    """SHA-256 over every relation, every row with its transaction, roles, functions, settings and databases."""
    relations = connection.execute(_RELATIONS).fetchall()
    rows = [_ROWS.replace("relation", name) for name, kind, _ in relations if kind == "r"]
    answers = [connection.execute(query.encode()).fetchall() for query in (*rows, *_REST)]
    return hashlib.sha256(repr([relations, answers]).encode()).hexdigest()


def rows_of(connection: psycopg.Connection, statement: str) -> list[str]:
    """The rows in any order; EXTRACT gives a numeric where date_part gave a float."""
    rows = connection.execute(statement.encode()).fetchall()
    return sorted(repr([float(cell) if isinstance(cell, Decimal) else cell for cell in row]) for row in rows)


def test_what_passes_answers_like_the_original_and_changes_nothing(shop: psycopg.Connection) -> None:
    before, different = state_hash(shop), []
    for statement in STATEMENTS:
        sent = check_statement(statement, database_type="postgresql", policy=PUBLIC).text
        shop.execute("BEGIN READ ONLY")
        if rows_of(shop, sent) != rows_of(shop, statement):
            different.append((statement, sent))
        shop.execute("ROLLBACK")
    assert different == []
    assert state_hash(shop) == before


def test_hostile_statements_never_reach_the_database(shop: psycopg.Connection) -> None:
    before = state_hash(shop)
    for statement in HOSTILE:
        try:
            sent = check_statement(statement, database_type="postgresql", policy=PUBLIC).text
        except StatementRefused:
            continue
        shop.execute("BEGIN READ ONLY")
        shop.execute(sent.encode())
        shop.execute("ROLLBACK")
    assert state_hash(shop) == before
