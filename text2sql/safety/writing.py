"""Writes a tree as a statement: without comments, and in words that every server of the dialect knows."""

from sqlglot import Dialect, ErrorLevel, exp
from sqlglot.errors import SqlglotError

from text2sql.safety.dialects import SqlType
from text2sql.safety.refusing import refused


def write_statement(tree: exp.Expr, database_type: SqlType, dialect: Dialect) -> str:
    """The statement; raises StatementRefused where the dialect cannot say it. The tree may be changed by it."""
    try:
        if database_type == "mysql":
            tree = _with_regexp_operator(tree, dialect)
        return _generate(tree, dialect)
    except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError) as error:
        raise refused("unreadable", "The statement cannot be written in this database's language.") from error


def _generate(tree: exp.Expr, dialect: Dialect) -> str:
    return dialect.generate(tree, comments=False, unsupported_level=ErrorLevel.RAISE, copy=False)


def _with_regexp_operator(tree: exp.Expr, dialect: Dialect) -> exp.Expr:
    """With `a REGEXP b` as ready text: sqlglot writes REGEXP_LIKE, which MariaDB lacks."""
    for node in reversed(list(tree.find_all(exp.RegexpLike))):
        if not node.args.get("flag"):
            value, pattern = (_operand(part, dialect) for part in (node.this, node.expression))
            node.replace(exp.Var(this=f"{value} REGEXP {pattern}"))
    return tree


def _operand(node: exp.Expr, dialect: Dialect) -> str:
    written = _generate(node, dialect)
    return f"({written})" if isinstance(node, exp.Binary | exp.Not | exp.Between | exp.In) else written
