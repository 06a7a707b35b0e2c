"""A schema of the test run's PostgreSQL as a catalog, and as the read-only database that engines are given."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from text2sql.catalog import Catalog, Column, ColumnKind, ForeignKey, Table
from text2sql.engines.base import QueryFailed, Rows

MAX_SAMPLES = 50
KINDS: Mapping[str, ColumnKind] = {
    "text": "text",
    "integer": "integer",
    "numeric": "number",
    "double precision": "number",
    "date": "date",
    "timestamp without time zone": "timestamp",
    "boolean": "boolean",
}

Connection = psycopg.Connection[tuple[Any, ...]]

COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable = 'YES'
FROM information_schema.columns WHERE table_schema = %s ORDER BY table_name, ordinal_position
"""
KEYS = """
SELECT c.relname, contype,
    ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, i)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i),
    coalesce(t.relname, ''),
    ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(n, i)
        JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY i)
FROM pg_constraint JOIN pg_class c ON c.oid = conrelid LEFT JOIN pg_class t ON t.oid = confrelid
WHERE connamespace = %s::regnamespace AND contype IN ('p', 'f')
"""


class World:
    """One schema: its catalog, and `run` as engines call it; `statements` are all that were run."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self.connection, self.schema = connection, schema
        self.catalog = _catalog(connection, schema)
        self.statements: list[str] = []

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """Read-only, rolled back."""
        self.statements.append(sql)
        try:
            self.connection.execute("SET TRANSACTION READ ONLY")
            self.connection.execute("SELECT set_config('search_path', %s, true)", [self.schema])
            cursor = self.connection.execute(sql.encode())
            rows = cursor.fetchmany(max_rows + 1)
            columns = tuple(column.name for column in cursor.description or ())
        except psycopg.Error as error:
            raise QueryFailed(str(error)) from error
        finally:
            self.connection.rollback()
        return Rows(columns, tuple(rows[:max_rows]), len(rows) > max_rows)


@contextmanager
def world(schema: str, content: str) -> Iterator[World]:
    """A schema with the content (SQL), dropped afterwards."""
    name = sql.Identifier(schema)
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}").format(name))
        connection.execute(sql.SQL("SET search_path TO {}").format(name))
        connection.execute(content.encode())
        connection.commit()
        try:
            yield World(connection, schema)
        finally:
            connection.rollback()
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(name))
            connection.commit()


def _catalog(connection: Connection, schema: str) -> Catalog:
    columns: dict[str, list[tuple[str, str, bool]]] = {}
    for table, column, kind, nullable in connection.execute(COLUMNS, [schema]):
        columns.setdefault(table, []).append((column, kind, nullable))
    keys = list(connection.execute(KEYS, [schema]))
    tables = []
    for name, entries in columns.items():
        own = [key for key in keys if key[0] == name]
        tables.append(
            Table(
                schema,
                name,
                tuple(_column(connection, schema, name, *entry) for entry in entries),
                primary_key=next((tuple(key[2]) for key in own if key[1] == "p"), ()),
                foreign_keys=tuple(
                    ForeignKey(tuple(key[2]), schema, key[3], tuple(key[4])) for key in own if key[1] == "f"
                ),
            )
        )
    connection.rollback()
    return Catalog("postgresql", "tests", schema, tuple(tables))


def _column(connection: Connection, schema: str, table: str, name: str, kind: str, nullable: bool) -> Column:
    query = sql.SQL(
        "SELECT {0}::text FROM {1}.{2} WHERE {0} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {3}"
    ).format(sql.Identifier(name), sql.Identifier(schema), sql.Identifier(table), MAX_SAMPLES + 1)
    found = tuple(value for (value,) in connection.execute(query))
    return Column(
        name,
        kind,
        KINDS[kind],
        nullable,
        samples=found[:MAX_SAMPLES],
        samples_complete=len(found) <= MAX_SAMPLES,
    )
