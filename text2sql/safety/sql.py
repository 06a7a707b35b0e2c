"""Checks a statement of the four SQL databases: read, held against the lists, written anew, read again."""

from functools import cache

from sqlglot import Dialect, exp

from text2sql.safety.base import CheckedStatement, Policy
from text2sql.safety.bombs import check_growth
from text2sql.safety.dialects import SQLGLOT_DIALECTS, SqlType
from text2sql.safety.lexing import check_words
from text2sql.safety.names import write_names
from text2sql.safety.nodes import check_nodes
from text2sql.safety.reading import read_statement
from text2sql.safety.refusing import refused
from text2sql.safety.sources import check_oracle_columns
from text2sql.safety.tables import resolve_tables
from text2sql.safety.writing import write_statement

#: sqlglot adds a cast or renames a function at the first writing; the second must change nothing.
MAX_ROUNDS = 3


def check_sql(text: str, database_type: SqlType, policy: Policy) -> CheckedStatement:
    """The statement that may run; raises StatementRefused.

    What is sent reads back as the very tree that was checked: where writing changes the tree, all is checked again.
    A statement that is still not steady after three rounds is refused.
    """
    dialect = _dialect(database_type)
    tree = read_statement(text, dialect)
    for _ in range(MAX_ROUNDS):
        tables = _check_tree(tree, database_type, policy)
        # Equality of sqlglot's trees is that of their hashes; writing may change this one.
        fingerprint = hash(tree)
        written = write_statement(tree, database_type, dialect)
        check_words(written, database_type)
        again = read_statement(written, dialect)
        if type(again) is type(tree) and hash(again) == fingerprint:
            return CheckedStatement(database_type, written, tables)
        tree = again
    raise refused("unreadable", "The statement is not the same when it is read again.")


def _check_tree(tree: exp.Expr, database_type: SqlType, policy: Policy) -> frozenset[tuple[str, str]]:
    nodes = check_nodes(tree, database_type)
    check_growth(nodes)
    write_names(nodes, database_type)
    tables = resolve_tables(nodes, database_type, policy)
    if database_type == "oracle":
        check_oracle_columns(nodes)
    return tables


@cache
def _dialect(database_type: SqlType) -> Dialect:
    return Dialect.get_or_raise(SQLGLOT_DIALECTS[database_type])
