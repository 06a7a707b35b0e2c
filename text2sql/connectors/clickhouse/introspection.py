"""The schema of a ClickHouse database, from two queries of its system tables."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog, Column, Table
from text2sql.connectors.base import SamplingRules
from text2sql.connectors.clickhouse.types import is_nullable, kind_of
from text2sql.connectors.clock import Deadline
from text2sql.connectors.sampling import MAX_ROWS, CountedValue, SampleDialect, sample_statement, sample_tables

if TYPE_CHECKING:
    from text2sql.connectors.clickhouse.session import ClickHouseSession

_CATALOG_SECONDS = 60.0
_TABLES = """
SELECT database, name, engine, total_rows, comment, currentDatabase() FROM system.tables
WHERE {here} AND NOT is_temporary AND NOT startsWith(name, '.inner') ORDER BY database, name
"""
_COLUMNS = """
SELECT database, table, name, type, comment, is_in_primary_key FROM system.columns
WHERE {here} ORDER BY database, table, position
"""
_ALL = "database NOT IN ('system', 'information_schema', 'INFORMATION_SCHEMA', '_temporary_and_external_tables')"


def read_catalog(session: "ClickHouseSession", *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
    """The connection's database, or all that are not the system's if none was chosen.

    A primary key of ClickHouse orders rows and need not be unique.
    """
    deadline = Deadline(sampling.timeout_seconds)
    here = "database = currentDatabase()" if session.database_name else _ALL
    found = session.fetch(_TABLES.format(here=here), seconds=_CATALOG_SECONDS, cancel=cancel)
    columns: dict[tuple[str, str], list[Column]] = defaultdict(list)
    keys: dict[tuple[str, str], list[str]] = defaultdict(list)
    for schema, table, name, data_type, comment, is_key in session.fetch(
        _COLUMNS.format(here=here), seconds=_CATALOG_SECONDS, cancel=cancel
    ):
        columns[schema, table].append(Column(name, data_type, kind_of(data_type), is_nullable(data_type), comment))
        if is_key:
            keys[schema, table].append(name)
    tables = [
        Table(
            schema, name, tuple(columns[schema, name]), "view" if engine.endswith("View") else "table",
            primary_key=tuple(keys[schema, name]), comment=comment,
            row_estimate=None if total is None else int(total),
        )
        for schema, name, engine, total, comment, _current in found
    ]  # fmt: skip

    def count(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        rows = session.fetch(_statement(table, chosen, sampling), seconds=seconds, cancel=cancel)
        return [(int(k), v, int(n)) for k, v, n in rows]

    sampled = sample_tables(tables, sampling, count, deadline=deadline, cancel=cancel)
    default_schema = session.database_name or (found[0][-1] if found else "default")
    return Catalog("clickhouse", default_schema, default_schema, sampled)


def quote(name: str) -> str:
    """As an identifier."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


_DIALECT = SampleDialect(quote, lambda name, length: f"substringUTF8(toString({name}), 1, {length})", count="count()")


def _statement(table: Table, chosen: Sequence[Column], rules: SamplingRules) -> str:
    names = ", ".join(quote(column.name) for column in chosen)
    source = f"(SELECT {names} FROM {quote(table.schema)}.{quote(table.name)} LIMIT {MAX_ROWS})"  # noqa: S608 - quoted
    return sample_statement(_DIALECT, chosen, rules, source=source)
