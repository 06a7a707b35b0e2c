"""Questions with gold SQL over small databases: loaded into PostgreSQL, one schema each, and read back as catalogs.

The set stands in `../shared/data/text2sql-dev`, beside the repository; names become lower-case, types are inferred from
the values, keys are kept where the data allow them.
"""

import importlib.util
import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg
from psycopg import sql

from text2sql.catalog import Catalog, Column, ColumnKind, ForeignKey, Table
from text2sql.engines.base import QueryFailed, Rows

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data" / "text2sql-dev"
MAX_SAMPLES = 200
_TIMEOUT_MS = 5000
_MAX_SAMPLE = 80

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d(?:\.\d+)?)?")
_KINDS: Mapping[str, ColumnKind] = {
    "text": "text", "bigint": "integer", "double precision": "number", "date": "date",
    "timestamp without time zone": "timestamp",
}  # fmt: skip

Connection = psycopg.Connection[tuple[Any, ...]]
Key = tuple[str, str, str, str]


def read_pack(folder: Path = FOLDER) -> dict[str, Any]:
    """`items` (questions) and `foreign_keys` by database."""
    return dict(json.loads((folder / "questions.json").read_text(encoding="utf-8")))


@cache
def scorer(folder: Path = FOLDER) -> ModuleType:
    """The set's own module for comparing results."""
    spec = importlib.util.spec_from_file_location("t2seval", folder / "t2seval.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_database(connection: Connection, path: Path, keys: Sequence[Sequence[str]]) -> str:
    """Copy an SQLite file into a schema of the same name in lower case, which is returned; commits."""
    schema = path.stem.lower()
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as source:
        source.text_factory = lambda data: data.decode("utf-8", "ignore")
        tables = {
            name: source.execute(f'SELECT * FROM "{name}"').fetchall()  # noqa: S608  names of the file's own tables
            for (name,) in source.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
        }
        columns = {name: source.execute(f'PRAGMA table_info("{name}")').fetchall() for name in tables}
        pointing = _foreign_keys(source, tables, columns) | {
            (a, b, c, d) for a, b, c, d in (map(str.lower, key) for key in keys)
        }
    types = _types(tables, columns, pointing)
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {0} CASCADE; CREATE SCHEMA {0}").format(sql.Identifier(schema)))
    for name, rows in tables.items():
        _fill(connection, schema, name, columns[name], rows, types)
    for key in sorted(pointing):
        _try(
            connection,
            "ALTER TABLE {}.{} ADD FOREIGN KEY ({}) REFERENCES {}.{} ({})",
            schema,
            key[0],
            key[1],
            schema,
            key[2],
            key[3],
        )
    connection.commit()
    return schema


def _foreign_keys(source: sqlite3.Connection, tables: Mapping[str, Any], columns: Mapping[str, Any]) -> set[Key]:
    primary = {name.lower(): next((c[1] for c in info if c[5]), None) for name, info in columns.items()}
    found = set()
    for name in tables:
        for row in source.execute(f'PRAGMA foreign_key_list("{name}")'):
            target = row[4] or primary.get(row[2].lower()) or row[3]
            found.add((name.lower(), row[3].lower(), row[2].lower(), target.lower()))
    return found


def _types(tables: Mapping[str, Any], columns: Mapping[str, Any], keys: set[Key]) -> dict[tuple[str, str], str]:
    types = {
        (name.lower(), column[1].lower()): _type_of((column[2] or "").upper(), [row[i] for row in rows])
        for name, rows in tables.items()
        for i, column in enumerate(columns[name])
    }
    for _ in range(4):
        for table, column, target, other in keys:
            first, second = types.get((table, column)), types.get((target, other))
            if first and second and first != second:
                both = "double precision" if {first, second} == {"bigint", "double precision"} else "text"
                types[table, column] = types[target, other] = both
    return types


def _type_of(declared: str, values: Sequence[Any]) -> str:
    present = [value for value in values if value not in (None, "")]
    texts = [str(value) for value in present]
    if not present:
        return (
            "bigint"
            if "INT" in declared
            else "double precision"
            if re.search("REAL|FLO|DOU|NUM|DEC", declared)
            else "text"
        )
    if not any(re.fullmatch(r"0\d+", text) for text in texts):
        if all(re.fullmatch(r"-?\d{1,15}", text) for text in texts):
            return "bigint"
        if all(re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text) for text in texts):
            return "double precision"
    if ("DATE" in declared or "TIME" in declared) and all(_MOMENT.fullmatch(text) and _is_day(text) for text in texts):
        return "date" if all(_DAY.fullmatch(text) for text in texts) else "timestamp"
    return "text"


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def _fill(
    connection: Connection,
    schema: str,
    name: str,
    columns: Sequence[Any],
    rows: Sequence[Any],
    types: Mapping[tuple[str, str], str],
) -> None:
    kinds = [types[name.lower(), column[1].lower()] for column in columns]
    fields = [
        sql.SQL("{} " + kind).format(sql.Identifier(_name(column[1])))
        for column, kind in zip(columns, kinds, strict=True)
    ]
    table = sql.SQL("{}.{}").format(sql.Identifier(schema), sql.Identifier(_name(name)))
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(table, sql.SQL(", ").join(fields)))
    with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(table)) as copy:
        for row in rows:
            copy.write_row([_value(value, kind) for value, kind in zip(row, kinds, strict=True)])
    connection.commit()
    key = [column[1] for column in sorted(columns, key=lambda column: column[5]) if column[5]]
    if key:
        _try(connection, "ALTER TABLE {}.{} ADD PRIMARY KEY (" + ", ".join("{}" for _ in key) + ")", schema, name, *key)


def _value(value: Any, kind: str) -> Any:
    if value is None or (value == "" and kind != "text"):
        return None
    if kind == "text":
        return value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)
    return int(value) if kind == "bigint" else float(value) if kind == "double precision" else value


def _name(name: str) -> str:
    return name.lower() if name.isidentifier() else re.sub(r"[^a-z0-9_]", "_", name.lower())


def _try(connection: Connection, statement: str, *names: str) -> None:
    """Keys that the data break are left out."""
    identifiers = [sql.Identifier(_name(name)) for name in names]
    try:
        connection.execute(sql.SQL(statement).format(*identifiers))
        connection.commit()
    except psycopg.Error:
        connection.rollback()


def catalog_of(connection: Connection, schema: str) -> Catalog:
    """A schema of PostgreSQL with keys and samples, as the house's introspection gives it."""
    columns: dict[str, list[tuple[str, str, bool]]] = {}
    for table, column, kind, nullable in connection.execute(
        "SELECT table_name, column_name, data_type, is_nullable = 'YES' FROM information_schema.columns "
        "WHERE table_schema = %s ORDER BY table_name, ordinal_position", [schema],
    ):  # fmt: skip
        columns.setdefault(table, []).append((column, kind, nullable))
    keys = list(_constraints(connection, schema))
    tables = tuple(
        Table(
            schema, name, tuple(_column(connection, schema, name, *column) for column in entries),
            primary_key=next((key[2] for key in keys if key[0] == name and key[1] == "p"), ()),
            foreign_keys=tuple(
                ForeignKey(key[2], schema, key[3], key[4]) for key in keys if key[0] == name and key[1] == "f"
            ),
        )
        for name, entries in columns.items()
    )  # fmt: skip
    return Catalog("postgresql", "bench", schema, tables)


def _constraints(
    connection: Connection, schema: str
) -> Iterator[tuple[str, str, tuple[str, ...], str, tuple[str, ...]]]:
    query = (
        "SELECT c.relname, contype, "
        "ARRAY(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY k(n, i) "
        "JOIN pg_attribute ON attrelid = conrelid AND attnum = n ORDER BY i), coalesce(t.relname, ''), "
        "ARRAY(SELECT attname::text FROM unnest(confkey) WITH ORDINALITY k(n, i) "
        "JOIN pg_attribute ON attrelid = confrelid AND attnum = n ORDER BY i) "
        "FROM pg_constraint JOIN pg_class c ON c.oid = conrelid LEFT JOIN pg_class t ON t.oid = confrelid "
        "WHERE connamespace = %s::regnamespace AND contype IN ('p', 'f')"
    )
    for table, kind, own, target, other in connection.execute(query, [f'"{schema}"']):
        yield table, kind, tuple(own), target, tuple(other)


def _column(connection: Connection, schema: str, table: str, name: str, kind: str, nullable: bool) -> Column:
    query = sql.SQL(
        "SELECT {0}::text FROM {1}.{2} WHERE {0} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT {3}"
    ).format(sql.Identifier(name), sql.Identifier(schema), sql.Identifier(table), MAX_SAMPLES + 1)
    found = [value for (value,) in connection.execute(query)]
    samples = tuple(value for value in found[:MAX_SAMPLES] if len(value) <= _MAX_SAMPLE)
    return Column(
        name, kind, _KINDS.get(kind, "other"), nullable, samples=samples, samples_complete=len(samples) == len(found)
    )


class PostgresReader:
    """`ReadOnlyDatabase` over one schema."""

    def __init__(self, connection: Connection, schema: str) -> None:
        self._connection, self._schema = connection, schema

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        """Run and roll back."""
        connection = self._connection
        try:
            connection.execute("SET TRANSACTION READ ONLY")
            connection.execute(
                "SELECT set_config('search_path', %s, true), set_config('statement_timeout', %s, true)",
                [self._schema, str(_TIMEOUT_MS)],
            )
            cursor = connection.execute(sql.encode())
            rows = cursor.fetchmany(max_rows + 1)
            columns = tuple(column.name for column in cursor.description or ())
        except psycopg.Error as error:
            raise QueryFailed(str(error)) from error
        finally:
            connection.rollback()
        return Rows(columns, tuple(rows[:max_rows]), len(rows) > max_rows)
