"""The schema of a MySQL database, from three queries of information_schema."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.connectors.base import SamplingRules
from text2sql.connectors.clock import Deadline
from text2sql.connectors.mysql.types import kind_of
from text2sql.connectors.sampling import MAX_ROWS, CountedValue, SampleDialect, sample_statement, sample_tables

if TYPE_CHECKING:
    from text2sql.connectors.mysql.session import MysqlSession

_CATALOG_SECONDS = 60.0
_HERE = (
    "({0}.table_schema = DATABASE() OR (DATABASE() IS NULL"
    " AND {0}.table_schema NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')))"
)
_TABLES = f"""
SELECT t.table_schema, t.table_name, t.table_type, t.table_rows, t.table_comment, DATABASE()
FROM information_schema.tables t WHERE {_HERE.format("t")} AND t.table_type <> 'SEQUENCE' ORDER BY 1, 2
"""  # noqa: S608 - of constants
_COLUMNS = f"""
SELECT c.table_schema, c.table_name, c.column_name, c.column_type, c.data_type, c.is_nullable, c.column_comment
FROM information_schema.columns c WHERE {_HERE.format("c")} ORDER BY 1, 2, c.ordinal_position
"""  # noqa: S608 - of constants
_KEYS = f"""
SELECT k.table_schema, k.table_name, k.constraint_name, k.column_name,
    k.referenced_table_schema, k.referenced_table_name, k.referenced_column_name
FROM information_schema.key_column_usage k WHERE {_HERE.format("k")} ORDER BY 1, 2, 3, k.ordinal_position
"""  # noqa: S608 - of constants

_Key = tuple[str, str]


def read_catalog(session: "MysqlSession", *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
    """The current database, or all that are not the system's if none was chosen."""
    deadline = Deadline(sampling.timeout_seconds)
    found = session.fetch(_TABLES, seconds=_CATALOG_SECONDS, cancel=cancel)
    columns = session.fetch(_COLUMNS, seconds=_CATALOG_SECONDS, cancel=cancel)
    keys = session.fetch(_KEYS, seconds=_CATALOG_SECONDS, cancel=cancel)
    tables = _tables(found, columns, keys)

    def count(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        return [(k, v, n) for k, v, n in session.fetch(_statement(table, chosen, sampling), seconds=seconds)]

    sampled = sample_tables(tables, sampling, count, deadline=deadline, cancel=cancel)
    return Catalog("mysql", session.database_name, session.database_name, sampled)


def quote(name: str) -> str:
    """As an identifier."""
    return "`" + name.replace("`", "``") + "`"


def _as_text(name: str, length: int) -> str:
    # One collation for all columns: a UNION of several fails. The binary one keeps what differs only in case apart.
    return f"LEFT(CAST({name} AS CHAR CHARACTER SET utf8mb4), {length}) COLLATE utf8mb4_bin"


_DIALECT = SampleDialect(quote, _as_text)


def _statement(table: Table, chosen: Sequence[Column], rules: SamplingRules) -> str:
    names = ", ".join(quote(column.name) for column in chosen)
    source = f"(SELECT {names} FROM {quote(table.schema)}.{quote(table.name)} LIMIT {MAX_ROWS}) s"  # noqa: S608 - quoted
    return sample_statement(_DIALECT, chosen, rules, source=source)


def _tables(
    found: Iterable[tuple[Any, ...]], columns: Iterable[tuple[Any, ...]], keys: Iterable[tuple[Any, ...]]
) -> list[Table]:
    columns_by_table: dict[_Key, list[Column]] = defaultdict(list)
    for schema, table, name, column_type, data_type, nullable, comment in columns:
        columns_by_table[schema, table].append(
            Column(name, column_type, kind_of(data_type.lower(), column_type), nullable == "YES", comment or "")
        )
    keys_by_table: dict[_Key, dict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for schema, table, constraint, *parts in keys:
        keys_by_table[schema, table][constraint].append(tuple(parts))
    tables = []
    for schema, name, kind, estimate, comment, _current in found:
        own, is_view = keys_by_table[schema, name], "VIEW" in kind
        tables.append(
            Table(
                schema, name, tuple(columns_by_table[schema, name]), "view" if is_view else "table",
                primary_key=tuple(part[0] for part in own.get("PRIMARY", ())),
                unique_keys=tuple(
                    tuple(part[0] for part in parts)
                    for constraint, parts in own.items() if constraint != "PRIMARY" and parts[0][2] is None
                ),
                foreign_keys=tuple(
                    ForeignKey(
                        tuple(part[0] for part in parts), parts[0][1], parts[0][2], tuple(part[3] for part in parts)
                    )
                    for parts in own.values() if parts[0][2] is not None
                ),
                comment="" if is_view else comment or "",
                row_estimate=None if is_view or estimate is None else int(estimate),
            )
        )  # fmt: skip
    return tables
