"""The entry point: may this statement run, and what exactly is sent."""

from text2sql.catalog import DatabaseType
from text2sql.safety.base import CheckedStatement, Policy, StatementRefused
from text2sql.safety.pipelines.checking import check_pipeline


def check_statement(text: str, *, database_type: DatabaseType, policy: Policy) -> CheckedStatement:
    """The statement as it may be sent; raises StatementRefused for everything that is not known to be harmless.

    SQL comes back written anew from its tree: without comments, names quoted, tables with their schema. A pipeline
    comes back as canonical JSON. What is returned must be sent, never the text that came in: two readers of one text
    may disagree about it, but not about what was written from a tree.
    """
    if database_type == "mongodb":
        return check_pipeline(text, policy)
    if database_type not in ("postgresql", "mysql", "clickhouse", "oracle"):
        raise StatementRefused("unknown_database", "This kind of database is not known.")
    # sqlglot is loaded where the first SQL is checked, not where this is imported.
    from text2sql.safety.sql import check_sql

    return check_sql(text, database_type, policy)
