"""Holds the tree against lists of what may stand in it: kinds of nodes, their parts, types and sizes."""

from collections.abc import Callable

from sqlglot import exp

from text2sql.safety.base import StatementRefused
from text2sql.safety.dialects import SqlType
from text2sql.safety.node_lists import ALLOWED_NODES, ALLOWED_PARTS, ALLOWED_TYPES, QUERY_LIKE, TABLE_LIKE
from text2sql.safety.refusing import refused

MAX_NODES = 30_000
MAX_DEPTH = 150
#: CAST('' AS BINARY(1000000000)) fills memory.
MAX_TYPE_SIZE = 10_000


def check_nodes(tree: exp.Expr, database_type: SqlType) -> list[exp.Expr]:
    """All nodes of the tree, parents first; raises StatementRefused for any that is not on the lists.

    Functions pass here, whichever they are: their names are checked where the statement is written (`lexing`).
    """
    allowed = ALLOWED_NODES[database_type]
    nodes: list[exp.Expr] = []
    level = [tree]
    for _ in range(MAX_DEPTH):
        nodes += level
        if len(nodes) > MAX_NODES:
            raise refused("too_large", f"The statement has more than {MAX_NODES:,} parts.")
        level = [child for node in level for child in node.iter_expressions()]
        if not level:
            break
    else:
        raise refused("too_complex", "The statement is nested too deeply to be checked.")
    for node in nodes:
        kind = type(node)
        if kind not in allowed and not isinstance(node, exp.Func):
            raise _node_refused(node)
        _check_parts(node, kind)
        checker = _CHECKS.get(kind)
        if checker is not None:
            checker(node)
    return nodes


def _node_refused(node: exp.Expr) -> StatementRefused:
    name = type(node).__name__
    if isinstance(node, exp.ObjectIdentifier | exp.PseudoType):
        return refused("type_refused", "The type {name} is not allowed.", node.name)
    if isinstance(node, exp.DML | exp.DDL | exp.Command):
        return refused("not_a_query", "Only SELECT may be run, not {name}.", name.upper())
    return refused("syntax_refused", "{name} is not allowed in a statement.", name)


def _check_parts(node: exp.Expr, kind: type[exp.Expr]) -> None:
    parts = ALLOWED_PARTS.get(kind)
    if parts is None:
        return
    for name, part in node.args.items():
        if part and name not in parts:
            if name == "recursive":
                raise refused("recursion_refused", "WITH RECURSIVE is not allowed: nothing bounds how far it runs.")
            shown = f"{name.strip('_').upper()} in {kind.__name__.upper()}"
            raise refused("syntax_refused", "{name} is not allowed in a statement.", shown)


def _check_function_name(node: exp.Expr) -> None:
    if not isinstance(node.this, str):
        raise refused("function_refused", "The function {name} is not allowed.", node.name)


def _check_dot(node: exp.Expr) -> None:
    """Fields of composite values are fine; functions and types with a schema before them are not."""
    field = node.expression
    is_field = isinstance(field, exp.Identifier | exp.Star) or (isinstance(field, exp.Literal) and not field.is_string)
    if not is_field:
        raise refused("function_refused", "The function {name} is not allowed.", field.name or type(field).__name__)


def _check_type(node: exp.Expr) -> None:
    kind = node.this
    if kind == exp.DType.CHARACTER_SET:
        return
    if kind not in ALLOWED_TYPES or node.args.get("kind"):
        name = node.args.get("kind") or (kind.value if isinstance(kind, exp.DType) else kind)
        raise refused("type_refused", "The type {name} is not allowed.", name)


def _check_type_size(node: exp.Expr) -> None:
    size = node.this
    if (
        isinstance(size, exp.Literal)
        and not size.is_string
        and (len(size.this) > 6 or float(size.this) > MAX_TYPE_SIZE)
    ):
        raise refused("limit_refused", "The size {name} of a type is too large.", size.this)


def _check_cte(node: exp.Expr) -> None:
    if not node.args.get("scalar") and not isinstance(
        node.this, exp.Select | exp.SetOperation | exp.Subquery | exp.Values
    ):
        raise refused("not_a_query", "WITH may hold only SELECT, not {name}.", node.this.key.upper())


def _check_select(node: exp.Expr) -> None:
    if not node.expressions:
        raise refused("unreadable", "The SELECT chooses nothing.")


def _check_interval(node: exp.Expr) -> None:
    amount = node.this
    if isinstance(amount, exp.Literal) and not any(letter.isdigit() for letter in amount.this):
        raise refused("syntax_refused", "The interval {name} has no number.", amount.this)


def _check_from(node: exp.Expr) -> None:
    if not isinstance(node.this, TABLE_LIKE):
        raise refused("syntax_refused", "{name} is not allowed as a table.", node.this.sql()[:100])


def _check_join(node: exp.Expr) -> None:
    if node.args.get("kind") != "ARRAY":
        _check_from(node)
    elif node.find(exp.Query) is not None:
        raise refused("syntax_refused", "A query is not allowed in ARRAY JOIN.")


def _check_subquery(node: exp.Expr) -> None:
    if not isinstance(node.this, (*QUERY_LIKE, exp.Table)):
        raise refused("syntax_refused", "{name} is not allowed as a query.", node.this.key)


def _check_set_operation(node: exp.Expr) -> None:
    if not isinstance(node.this, QUERY_LIKE) or not isinstance(node.expression, QUERY_LIKE):
        raise refused("syntax_refused", "{name} may combine only queries.", node.key)


def _check_lateral(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Subquery | exp.Func):
        raise refused("syntax_refused", "{name} is not allowed as a table.", node.this.key)


def _check_final(node: exp.Expr) -> None:
    if not isinstance(node.this, exp.Table):
        raise refused("syntax_refused", "{name} is not allowed as a table.", node.this.key)


_CHECKS: dict[type[exp.Expr], Callable[[exp.Expr], None]] = {
    exp.Select: _check_select,
    exp.From: _check_from,
    exp.Join: _check_join,
    exp.Subquery: _check_subquery,
    exp.Union: _check_set_operation,
    exp.Except: _check_set_operation,
    exp.Intersect: _check_set_operation,
    exp.Lateral: _check_lateral,
    exp.Final: _check_final,
    exp.Interval: _check_interval,
    exp.Anonymous: _check_function_name,
    exp.AnonymousAggFunc: _check_function_name,
    exp.ParameterizedAgg: _check_function_name,
    exp.CombinedAggFunc: _check_function_name,
    exp.CombinedParameterizedAgg: _check_function_name,
    exp.Dot: _check_dot,
    exp.DataType: _check_type,
    exp.DataTypeParam: _check_type_size,
    exp.CTE: _check_cte,
}
