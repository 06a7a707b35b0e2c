"""Oracle calls a function that is written like a column: here a column must belong to something in FROM."""

from collections.abc import Iterable, Iterator

from sqlglot import exp

from text2sql.safety.refusing import refused

_NOT_A_COLUMN = "{name} is no column of a table in FROM: it could be a function."
_PSEUDO_COLUMNS = frozenset({"ROWNUM", "ROWID", "DUMMY"})


def check_oracle_columns(nodes: Iterable[exp.Expr]) -> None:
    """Raises StatementRefused where `a.b` names no source a of an enclosing query, or where only DUAL is read.

    What stays open: an unqualified name beside real tables may be a stand-alone function of the account's own schema.
    Such a function runs with the rights of the account, which should own nothing.
    """
    for node in nodes:
        if isinstance(node, exp.Column) and not isinstance(node.this, exp.Star):
            _check_column(node)


def _check_column(column: exp.Column) -> None:
    qualifier, schema = column.table, column.text("db")
    if not qualifier:
        if column.name not in _PSEUDO_COLUMNS | _aliases_around(column) and _reads_only_dual(column):
            raise refused("function_refused", _NOT_A_COLUMN, column.name)
        return
    for source in _sources_around(column):
        if source.alias_or_name == qualifier and (
            not schema or (source.args.get("db") and source.text("db") == schema)
        ):
            return
    raise refused("function_refused", _NOT_A_COLUMN, f"{qualifier}.{column.name}")


def _reads_only_dual(column: exp.Column) -> bool:
    return all(
        isinstance(source, exp.Table) and not source.args.get("db") and source.name == "DUAL"
        for source in _sources_around(column)
    )


def _aliases_around(column: exp.Column) -> frozenset[str]:
    """Names given in the SELECT list, which ORDER BY may use."""
    if column.find_ancestor(exp.Order) is None:
        return frozenset()
    query = column.find_ancestor(exp.Query)
    return frozenset(query.named_selects) if query is not None else frozenset()


def _sources_around(node: exp.Expr) -> Iterator[exp.Expr]:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, exp.Select):
            yield from _sources_of(parent)
        parent = parent.parent


def _sources_of(select: exp.Expr) -> Iterator[exp.Expr]:
    from_ = select.args.get("from_")
    heads = [from_.this] if from_ is not None else []
    heads += [join.this for join in select.args.get("joins") or []]
    heads += select.args.get("laterals") or []
    while heads:
        head = heads.pop()
        yield head
        heads += [join.this for join in head.args.get("joins") or []]
        if isinstance(head, exp.Subquery | exp.Paren) and isinstance(head.this, exp.Table):
            heads.append(head.this)
