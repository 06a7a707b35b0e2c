"""The schema of a PostgreSQL database, from three queries of its catalog."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.connectors.base import SamplingRules
from text2sql.connectors.clock import Deadline
from text2sql.connectors.postgresql.types import KIND_BY_TYPE
from text2sql.connectors.sampling import (
    MAX_ROWS,
    CountedValue,
    SampleDialect,
    is_large,
    sample_statement,
    sample_tables,
)

if TYPE_CHECKING:
    from text2sql.connectors.postgresql.session import PostgresSession

_CATALOG_SECONDS = 60.0
#: What the role may read; partitions are parts of their table, and what extensions bring is not the person's.
_RELATIONS = """
WITH relations AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND (pg_catalog.has_table_privilege(c.oid, 'SELECT')
             OR pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))
        AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::regclass
                        AND d.objid = c.oid AND d.deptype = 'e')
)
"""
_TABLES = f"""{_RELATIONS}
SELECT r.oid::int8, r.nspname::text, r.relname::text, r.relkind::text, r.reltuples::float8,
    pg_catalog.obj_description(r.oid, 'pg_class'), pg_catalog.current_schema()::text
FROM relations r ORDER BY r.nspname, r.relname
"""  # noqa: S608 - of constants
_COLUMNS = f"""{_RELATIONS}
SELECT a.attrelid::int8, a.attnum::int4, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
    CASE WHEN b.typtype = 'e' THEN 'enum' ELSE b.typname::text END, NOT a.attnotnull, d.description
FROM relations r JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_catalog.pg_description d ON d.objoid = r.oid AND d.objsubid = a.attnum
    AND d.classoid = 'pg_catalog.pg_class'::regclass
ORDER BY a.attrelid, a.attnum
"""  # noqa: S608 - of constants
_KEYS = f"""{_RELATIONS}
SELECT i.indrelid::int8, CASE WHEN i.indisprimary THEN 'p' ELSE 'u' END,
    (i.indkey::int2[])[0:i.indnkeyatts - 1]::int4[], NULL::int8, NULL::int4[]
FROM relations r JOIN pg_catalog.pg_index i ON i.indrelid = r.oid
WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
UNION ALL
SELECT k.conrelid::int8, 'f', k.conkey::int4[], k.confrelid::int8, k.confkey::int4[]
FROM relations r JOIN pg_catalog.pg_constraint k ON k.conrelid = r.oid WHERE k.contype = 'f' AND k.conparentid = 0
ORDER BY 1, 2, 3
"""  # noqa: S608 - of constants


def read_catalog(session: "PostgresSession", *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
    """Everything the role may read, with samples as far as `sampling` goes.

    The samples' time runs from the beginning, so that a large catalog leaves less of it.
    """
    deadline = Deadline(sampling.timeout_seconds)
    found = session.fetch(_TABLES, seconds=_CATALOG_SECONDS, cancel=cancel)
    columns = session.fetch(_COLUMNS, seconds=_CATALOG_SECONDS, cancel=cancel)
    keys = session.fetch(_KEYS, seconds=_CATALOG_SECONDS, cancel=cancel)
    default_schema = found[0][-1] or "public" if found else "public"
    tables = _tables(found, columns, keys)
    del columns, keys

    def count(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        return [(k, v, n) for k, v, n in session.fetch(_statement(table, chosen, sampling), seconds=seconds)]

    sampled = sample_tables(tables, sampling, count, deadline=deadline, cancel=cancel)
    return Catalog("postgresql", session.database_name, default_schema, sampled)


def quote(name: str) -> str:
    """As an identifier."""
    return '"' + name.replace('"', '""') + '"'


_DIALECT = SampleDialect(quote, lambda name, length: f"left({name}::text, {length})")


def _statement(table: Table, chosen: Sequence[Column], rules: SamplingRules) -> str:
    names = ", ".join(quote(column.name) for column in chosen)
    share = min(100.0, 200.0 * MAX_ROWS / table.row_estimate) if table.row_estimate else 100.0
    part = f"TABLESAMPLE SYSTEM ({share})" if is_large(table) else ""
    name = f"{quote(table.schema)}.{quote(table.name)}"
    prefix = f"WITH s AS MATERIALIZED (SELECT {names} FROM {name} {part} LIMIT {MAX_ROWS}) "  # noqa: S608 - quoted
    return sample_statement(_DIALECT, chosen, rules, source="s", prefix=prefix)


def _tables(
    found: Iterable[tuple[Any, ...]], columns: Iterable[tuple[Any, ...]], keys: Iterable[tuple[Any, ...]]
) -> list[Table]:
    columns_by_oid: dict[int, dict[int, Column]] = defaultdict(dict)
    for oid, number, name, data_type, base, nullable, comment in columns:
        kind = KIND_BY_TYPE.get(base, "other")
        columns_by_oid[oid][number] = Column(name, data_type, kind, nullable, comment or "")
    keys_by_oid: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for oid, *key in keys:
        keys_by_oid[oid].append(tuple(key))
    found = list(found)
    place_by_oid = {oid: (schema, name) for oid, schema, name, *_rest in found}
    tables = []
    for oid, schema, name, kind, estimate, comment, _default in found:
        own = keys_by_oid[oid]
        tables.append(
            Table(
                schema, name, tuple(columns_by_oid[oid].values()), "view" if kind in "vm" else "table",
                primary_key=next((_names(columns_by_oid[oid], key[1]) for key in own if key[0] == "p"), ()),
                unique_keys=tuple(_names(columns_by_oid[oid], key[1]) for key in own if key[0] == "u"),
                foreign_keys=tuple(
                    ForeignKey(
                        _names(columns_by_oid[oid], near), *place_by_oid[other], _names(columns_by_oid[other], far)
                    )
                    for form, near, other, far in own if form == "f" and other in place_by_oid
                ),
                comment=comment or "",
                row_estimate=int(estimate) if estimate >= 0 and kind in "rpm" else None,
            )
        )  # fmt: skip
    return tables


def _names(columns: dict[int, Column], numbers: Sequence[int]) -> tuple[str, ...]:
    return tuple(columns[number].name for number in numbers)
