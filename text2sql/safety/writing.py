"""Writes a tree as a statement: without comments, and in words that every server of the dialect knows."""

from sqlglot import Dialect, ErrorLevel, exp
from sqlglot.errors import SqlglotError

from text2sql.safety.dialects import SqlType
from text2sql.safety.mending import mend_text, mend_tree
from text2sql.safety.refusing import refused


def write_statement(tree: exp.Expr, database_type: SqlType, dialect: Dialect) -> str:
    """The statement; raises StatementRefused where the dialect cannot say it. The tree may be changed by it.

    One line without comments; what it means must not depend on settings of the server, such as its quotes.
    """
    try:
        mend_tree(tree, database_type, lambda part: _generate(part, dialect))
        return mend_text(_generate(tree, dialect), database_type)
    except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError) as error:
        # Also what a tree makes sqlglot stumble over: what cannot be written is not sent.
        raise refused("unreadable", "The statement cannot be written in this database's language.") from error


def _generate(tree: exp.Expr, dialect: Dialect) -> str:
    # UNSUPPORTED is raised: sqlglot would leave such a part out, and the rest would ask something else.
    return dialect.generate(tree, comments=False, unsupported_level=ErrorLevel.RAISE, copy=False)
