"""The schemas of an Oracle database, from three queries of its dictionary."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from tasks.engines.cancel import CancelToken
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.connectors.base import SamplingRules
from text2sql.connectors.clock import Deadline
from text2sql.connectors.oracle.types import column_type, kind_of
from text2sql.connectors.sampling import MAX_ROWS, CountedValue, SampleDialect, sample_statement, sample_tables

if TYPE_CHECKING:
    from text2sql.connectors.oracle.session import OracleSession

_CATALOG_SECONDS = 60.0
_OWNERS = "(SELECT username FROM all_users WHERE oracle_maintained = 'N')"
TABLES = f"""
SELECT c.owner, c.table_name, c.table_type, t.num_rows, c.comments, SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')
FROM all_tab_comments c LEFT JOIN all_tables t ON t.owner = c.owner AND t.table_name = c.table_name
WHERE c.owner IN {_OWNERS} AND c.table_name NOT LIKE 'BIN$%' ORDER BY 1, 2
"""  # noqa: S608 - of constants
COLUMNS = f"""
SELECT c.owner, c.table_name, c.column_name, c.data_type, c.char_length, c.data_precision, c.data_scale, c.nullable,
    m.comments
FROM all_tab_columns c LEFT JOIN all_col_comments m
    ON m.owner = c.owner AND m.table_name = c.table_name AND m.column_name = c.column_name
WHERE c.owner IN {_OWNERS} AND c.table_name NOT LIKE 'BIN$%' ORDER BY 1, 2, c.column_id
"""  # noqa: S608 - of constants
KEYS = f"""
SELECT k.owner, k.table_name, k.constraint_name, k.constraint_type, c.column_name, r.owner, r.table_name, r.column_name
FROM all_constraints k
JOIN all_cons_columns c ON c.owner = k.owner AND c.constraint_name = k.constraint_name
LEFT JOIN all_cons_columns r
    ON r.owner = k.r_owner AND r.constraint_name = k.r_constraint_name AND r.position = c.position
WHERE k.owner IN {_OWNERS} AND k.constraint_type IN ('P', 'U', 'R') AND k.status = 'ENABLED'
ORDER BY 1, 2, 3, c.position
"""  # noqa: S608 - of constants

_Key = tuple[str, str]
Rows = Iterable[tuple[Any, ...]]


def read_catalog(session: "OracleSession", *, sampling: SamplingRules, cancel: CancelToken) -> Catalog:
    """What the account may read, but for Oracle's own schemas."""
    deadline = Deadline(sampling.timeout_seconds)
    found = session.fetch(TABLES, seconds=_CATALOG_SECONDS, cancel=cancel)
    columns = session.fetch(COLUMNS, seconds=_CATALOG_SECONDS, cancel=cancel)
    keys = session.fetch(KEYS, seconds=_CATALOG_SECONDS, cancel=cancel)
    default_schema = str(found[0][-1]) if found else ""

    def count(table: Table, chosen: Sequence[Column], seconds: float) -> list[CountedValue]:
        return [
            (int(k), v, int(n))
            for k, v, n in session.fetch(sampling_statement(table, chosen, sampling), seconds=seconds)
        ]

    tables = read_tables(found, columns, keys)
    sampled = sample_tables(tables, sampling, count, deadline=deadline, cancel=cancel)
    return Catalog("oracle", session.database_name, default_schema, sampled)


def quote(name: str) -> str:
    """As an identifier; a double quote cannot be part of a name.

    Names are taken as the dictionary has them, mostly in capitals.
    """
    return '"' + name.replace('"', "") + '"'


_DIALECT = SampleDialect(
    quote, lambda name, length: f"SUBSTR(TO_CHAR({name}), 1, {length})", limit="FETCH FIRST {} ROWS ONLY"
)


def sampling_statement(table: Table, chosen: Sequence[Column], rules: SamplingRules) -> str:
    """The first rows only: SAMPLE is not allowed on views."""
    names = ", ".join(quote(column.name) for column in chosen)
    name = f"{quote(table.schema)}.{quote(table.name)}"
    return sample_statement(
        _DIALECT,
        chosen,
        rules,
        source=f"(SELECT {names} FROM {name} WHERE ROWNUM <= {MAX_ROWS})",  # noqa: S608 - quoted
    )


def read_tables(found: Rows, columns: Rows, keys: Rows) -> list[Table]:
    """From the rows of the three queries.

    A foreign key to a table that the account may not see has no name for its target, and is left out.
    """
    columns_by_table: dict[_Key, list[Column]] = defaultdict(list)
    for owner, table, name, data_type, length, precision, scale, nullable, comment in columns:
        columns_by_table[owner, table].append(
            Column(
                name, column_type(data_type, length, precision, scale), kind_of(data_type, scale, precision),
                nullable == "Y", comment or "",
            )
        )  # fmt: skip
    keys_by_table: dict[_Key, dict[str, list[tuple[Any, ...]]]] = defaultdict(lambda: defaultdict(list))
    for owner, table, constraint, *parts in keys:
        keys_by_table[owner, table][constraint].append(tuple(parts))
    return [
        _table(row, tuple(columns_by_table[row[0], row[1]]), list(keys_by_table[row[0], row[1]].values()))
        for row in found
    ]


def _table(row: tuple[Any, ...], columns: tuple[Column, ...], keys: list[list[tuple[Any, ...]]]) -> Table:
    owner, name, kind, estimate, comment, _current = row
    names = {form: [tuple(part[1] for part in parts) for parts in keys if parts[0][0] == form] for form in "PU"}
    return Table(
        owner, name, columns, "view" if kind == "VIEW" else "table",
        primary_key=names["P"][0] if names["P"] else (),
        unique_keys=tuple(names["U"]),
        foreign_keys=tuple(
            ForeignKey(tuple(part[1] for part in parts), parts[0][2], parts[0][3], tuple(part[4] for part in parts))
            for parts in keys if parts[0][0] == "R" and parts[0][3] is not None
        ),
        comment=comment or "",
        row_estimate=None if estimate is None else int(estimate),
    )  # fmt: skip
