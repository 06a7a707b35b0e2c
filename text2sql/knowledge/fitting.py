"""Whether the names that a query reads exist in a schema."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from text2sql.catalog import Catalog
from text2sql.knowledge.literals import table_of

if TYPE_CHECKING:
    from sqlglot import exp

#: Schema, table and column in small letters. Without a column it is the table itself; "*" is a table not known.
Reference: TypeAlias = tuple[str, str, str]
_KEPT = "_known_names"


def sql_references(tree: "exp.Expr") -> list[Reference]:
    """Tables and columns that a statement reads, without what it defines itself (WITH, subqueries, aliases)."""
    from sqlglot import exp

    # Columns of what the statement itself defines are checked where they are defined.
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    derived = {query.alias.lower() for query in tree.find_all(exp.Subquery) if query.alias}
    found: list[Reference] = [
        (table.db.lower(), table.name.lower(), "")
        for table in tree.find_all(exp.Table)
        if table.name and table.name.lower() not in own
    ]
    defined = {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    for column in tree.find_all(exp.Column):
        name, table = column.name.lower(), table_of(column).lower()
        if name and not isinstance(column.this, exp.Star) and table not in own | derived and name not in defined:
            found.append(("", table, name))
    return list(dict.fromkeys(found))


def fits(references: Iterable[Sequence[str]], catalog: Catalog) -> bool:
    """Whether every table and column exists, in any case of letters; a column of an unknown table in any of them."""
    names = _names_of(catalog)
    wanted = [(schema, table, column) for schema, table, column in references]
    read = {table for _schema, table, column in wanted if not column}
    return all(
        any(("", table, column) in names for table in read) if other == "*" else (schema, other, column) in names
        for schema, other, column in wanted
    )


def _names_of(catalog: Catalog) -> frozenset[Reference]:
    """Made once and kept with the catalog, whose tables never change."""
    kept = vars(catalog)
    if _KEPT not in kept:
        kept[_KEPT] = frozenset(_all_names(catalog))
    names: frozenset[Reference] = kept[_KEPT]
    return names


def _all_names(catalog: Catalog) -> Iterable[Reference]:
    for table in catalog.tables:
        name = table.name.lower()
        yield (table.schema.lower(), name, "")
        # With the database's name before it, as MySQL and ClickHouse allow.
        yield (catalog.database_name.lower(), name, "")
        yield ("", name, "")
        yield from (("", name, column.name.lower()) for column in table.columns)
