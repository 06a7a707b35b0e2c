"""Literals of a query that may be values of its question: where they stand, and what they are compared with."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from text2sql.catalog import DATABASE_TYPES, Catalog, DatabaseType
from text2sql.knowledge.values import column_label
from text2sql.knowledge.words import fold

if TYPE_CHECKING:
    from sqlglot import exp

#: sqlglot's names of the dialects.
DIALECTS = {"postgresql": "postgres", "mysql": "mysql", "clickhouse": "clickhouse", "oracle": "oracle"}
LiteralKind: TypeAlias = Literal["number", "text"]
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
#: Functions through which a literal is still the value itself.
_CONVERSIONS = frozenset({
    "cast", "trycast", "paren", "neg", "lower", "upper", "date", "timestamp", "strtodate", "strtotime", "tsordstodate",
    "tsordstotimestamp", "todate", "todatetime", "toint32", "tostring", "trim",
})  # fmt: skip
_COMPARISONS = frozenset({
    "eq", "neq", "gt", "gte", "lt", "lte", "like", "ilike", "between", "in", "nullsafeeq", "nullsafeneq",
})  # fmt: skip
_COUNTS = frozenset({"limit", "fetch", "offset", "interval"})


class QueryUnreadable(ValueError):
    """The query is none of its dialect; the message is fit to be shown."""


@dataclass(frozen=True, slots=True)
class Place:
    """A literal of a query. `context` is the comparison and column, or what it counts ("limit"); equal for equal uses.

    `column` is "table.column" where it is compared with one, else empty. `node` is the tree's own, for writing.
    """

    kind: LiteralKind
    value: str
    context: str
    column: str
    node: Any
    is_pattern: bool = False
    letter_case: Literal["", "lower", "upper"] = ""

    @property
    def core(self) -> str:
        """The value without the wildcards around it."""
        return self.value.strip("%") if self.is_pattern else self.value

    @property
    def day(self) -> str:
        """ISO's date where the text is one, with or without midnight; else empty."""
        match = _DAY.fullmatch(self.value) if self.kind == "text" else None
        return match[1] if match else ""


def database_type_of(word: str) -> DatabaseType:
    """A connection's type as the catalog has it; raises QueryUnreadable for another word."""
    for database_type in DATABASE_TYPES:
        if database_type == word:
            return database_type
    raise QueryUnreadable(f"{word[:50]} is no type of database.")


def parse_sql(sql: str, database_type: DatabaseType) -> "exp.Expr":
    """The tree of one query; raises QueryUnreadable, also for other statements."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        trees = [tree for tree in sqlglot.parse(sql, dialect=DIALECTS[database_type]) if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise QueryUnreadable(str(error).splitlines()[0][:300]) from error
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        raise QueryUnreadable("One query is expected.")
    return trees[0]


def sql_places(tree: "exp.Expr", catalog: Catalog | None = None) -> list[Place]:
    """The literals that are compared with something, or say how many rows; not those of calculations."""
    from sqlglot import exp

    return [place for node in tree.find_all(exp.Literal) for place in _place_of(node, catalog)]


def _place_of(node: "exp.Literal", catalog: Catalog | None) -> Iterator[Place]:
    top, negative = _through_conversions(node)
    comparison = top.parent
    if comparison is None or (top is not node and node.arg_key not in ("this", "expressions")):
        return
    name, value = comparison.key, f"-{node.this}" if negative else str(node.this)
    if name in _COUNTS:
        yield Place("number", value, name, "", node)
    elif name in _COMPARISONS and top.arg_key not in ("query", "unnest"):
        column = _compared_column(comparison, top, catalog)
        context = f"{name}:{top.arg_key if name == 'between' else ''}:{column}"
        kind: LiteralKind = "text" if node.is_string else "number"
        yield Place(kind, value, context, column, node, name in ("like", "ilike"), _letter_case(comparison))


def _letter_case(comparison: "exp.Expr") -> Literal["", "lower", "upper"]:
    from sqlglot import exp

    if comparison.find(exp.Lower):
        return "lower"
    return "upper" if comparison.find(exp.Upper) else ""


def _through_conversions(node: "exp.Expr") -> "tuple[exp.Expr, bool]":
    """The outermost conversion of a literal (or itself), and whether its sign is turned."""
    top, negative = node, False
    while top.parent is not None and _converts(top.parent):
        negative ^= top.parent.key == "neg"
        top = top.parent
    return top, negative


def _converts(node: "exp.Expr") -> bool:
    name = str(node.this).lower().replace("_", "") if node.key == "anonymous" else node.key
    return name in _CONVERSIONS


def _compared_column(comparison: "exp.Expr", side: "exp.Expr", catalog: Catalog | None) -> str:
    """The one column on the other sides of a comparison; empty where there is none, or several."""
    from sqlglot import exp

    # Through functions, too: extract(year FROM created) is still about `created`.
    others = [child for child in comparison.iter_expressions() if child is not side]
    columns = [column for child in others for column in child.find_all(exp.Column)]
    labels = {column_label(table_of(column, catalog), column.name) for column in columns}
    if len(labels) != 1:
        return ""
    aggregate = comparison.find(exp.AggFunc)
    return f"{aggregate.key}({labels.pop()})" if aggregate else labels.pop()


def table_of(column: "exp.Column", catalog: Catalog | None = None) -> str:
    """The table that a column belongs to, its alias resolved; "*" where that cannot be told."""
    scope = _select_above(column)
    while scope is not None:
        sources = sources_of(scope)
        if column.table:
            if column.table.lower() in sources:
                return sources[column.table.lower()]
        elif len(sources) == 1:
            return next(iter(sources.values()))
        else:
            return _owner(column.name, list(sources.values()), catalog)
        scope = _select_above(scope)
    return "*"


def _select_above(node: "exp.Expr") -> "exp.Expr | None":
    from sqlglot import exp

    return node.find_ancestor(exp.Select)


def sources_of(select: "exp.Expr") -> dict[str, str]:
    """Aliases of one SELECT's own FROM and JOINs, in small letters, with the names of what they stand for."""
    from sqlglot import exp

    named: dict[str, str] = {}
    # sqlglot renamed the first of them; both are read, so that either version will do.
    for key in ("from_", "from", "joins"):
        found = select.args.get(key)
        for part in found if isinstance(found, list) else [found]:
            source = part.this if part is not None else None
            if isinstance(source, (exp.Table, exp.Subquery)):
                name = source.name if isinstance(source, exp.Table) else source.alias
                named[source.alias_or_name.lower()] = name.lower()
    return named


def _owner(column: str, tables: list[str], catalog: Catalog | None) -> str:
    owners = {
        table.name.lower()
        for table in (catalog.tables if catalog else ())
        if table.name.lower() in tables and any(fold(own.name) == fold(column) for own in table.columns)
    }
    return owners.pop() if len(owners) == 1 else "*"
