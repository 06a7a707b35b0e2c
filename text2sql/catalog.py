"""The schema of somebody's database as plain data: tables, columns, keys, sampled values. No Django, no driver."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

#: D2's words for the types of databases; `text2sql.safety.dialects` knows sqlglot's names for them.
DatabaseType: TypeAlias = Literal["postgresql", "mysql", "clickhouse", "mongodb", "oracle"]
DATABASE_TYPES: tuple[DatabaseType, ...] = ("postgresql", "mysql", "clickhouse", "mongodb", "oracle")

#: What a column holds, whatever the database calls it.
ColumnKind: TypeAlias = Literal[
    "text", "integer", "number", "boolean", "date", "time", "timestamp", "json", "binary", "other"
]
TableKind: TypeAlias = Literal["table", "view", "collection"]

NUMERIC_KINDS = frozenset({"integer", "number"})
TEMPORAL_KINDS = frozenset({"date", "time", "timestamp"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `data_type` is the database's own word; `samples` are distinct values as text, most frequent first.

    `samples_complete` says that there are no other values than the samples. `description` and `synonyms` are what
    people wrote about it here, `comment` what stands in the database. `is_sampled` is False where people opted out.
    """

    name: str
    data_type: str
    kind: ColumnKind
    nullable: bool = True
    comment: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()
    samples_complete: bool = False
    is_sampled: bool = True


@dataclass(frozen=True, slots=True)
class ForeignKey:
    """Columns of a table that point to columns of another, in the same order."""

    columns: tuple[str, ...]
    target_schema: str
    target_table: str
    target_columns: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table, view or collection. `row_estimate` is the database's own guess, None where it has none.

    `schema` is empty where the database knows none (MongoDB). Names are as the database spells them, unquoted.
    """

    schema: str
    name: str
    columns: tuple[Column, ...]
    kind: TableKind = "table"
    primary_key: tuple[str, ...] = ()
    unique_keys: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    comment: str = ""
    description: str = ""
    synonyms: tuple[str, ...] = ()
    row_estimate: int | None = None

    @property
    def key(self) -> tuple[str, str]:
        """Schema and name: unique in a catalog."""
        return self.schema, self.name

    @cached_property
    def column_by_name(self) -> Mapping[str, Column]:
        """Columns by their exact name."""
        return {column.name: column for column in self.columns}


@dataclass(frozen=True)
class Catalog:
    """The whole schema. Tables of `default_schema` may be named without their schema."""

    database_type: DatabaseType
    database_name: str
    default_schema: str
    tables: tuple[Table, ...]

    @cached_property
    def table_by_key(self) -> Mapping[tuple[str, str], Table]:
        """Tables by schema and exact name."""
        return {table.key: table for table in self.tables}

    def columns(self) -> Iterator[tuple[Table, Column]]:
        """All columns with their tables."""
        return ((table, column) for table in self.tables for column in table.columns)

    @property
    def total_columns(self) -> int:
        """How many columns all tables have."""
        return sum(len(table.columns) for table in self.tables)

    def structure_hash(self) -> str:
        """SHA-256 (64 hex digits) of names, types and keys in a fixed order: not of values, comments or sizes."""
        structure = [
            [
                table.schema, table.name, table.kind,
                [[column.name, column.data_type, column.nullable] for column in table.columns],
                table.primary_key, sorted(table.unique_keys), sorted(_sortable(key) for key in table.foreign_keys),
            ]
            for table in sorted(self.tables, key=lambda table: table.key)
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(structure, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """As `from_json` reads it: what `database_schemas.schema_json` holds.

        With samples, so that who may read this may read those values.
        """
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Catalog":
        """The catalog that `to_json` wrote; raises KeyError or TypeError for anything else.

        There is one format: another one comes with a migration that reads the schemas anew.
        """
        tables = tuple(_table_of(table) for table in data["tables"])
        return cls(data["database_type"], data["database_name"], data["default_schema"], tables)


def _sortable(key: ForeignKey) -> tuple[tuple[str, ...], str, str, tuple[str, ...]]:
    return key.columns, key.target_schema, key.target_table, key.target_columns


def _table_of(data: Mapping[str, Any]) -> Table:
    return Table(
        schema=data["schema"],
        name=data["name"],
        columns=tuple(_column_of(column) for column in data["columns"]),
        kind=data["kind"],
        primary_key=tuple(data["primary_key"]),
        unique_keys=tuple(tuple(key) for key in data["unique_keys"]),
        foreign_keys=tuple(_foreign_key_of(key) for key in data["foreign_keys"]),
        comment=data["comment"],
        description=data["description"],
        synonyms=tuple(data["synonyms"]),
        row_estimate=data["row_estimate"],
    )


def _column_of(data: Mapping[str, Any]) -> Column:
    return Column(**{**data, "synonyms": tuple(data["synonyms"]), "samples": tuple(data["samples"])})


def _foreign_key_of(data: Mapping[str, Any]) -> ForeignKey:
    return ForeignKey(
        tuple(data["columns"]), data["target_schema"], data["target_table"], tuple(data["target_columns"])
    )
