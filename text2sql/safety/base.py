"""What the check of a statement is given, and what it answers or raises."""

from collections.abc import Collection
from dataclasses import dataclass

from text2sql.catalog import DatabaseType

MAX_STATEMENT_CHARACTERS = 100_000


class StatementRefused(Exception):
    """The statement may not run. `code` is stable (`not_a_query`, `several_statements`, `function_refused`,
    `table_refused`, `unreadable` ...); `message` says for people what was found, quoting at most its name.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Policy:
    """What is allowed beyond the built-in lists.

    `tables` are the (schema, table) pairs that may be read, as the database spells them, None for all but the
    system's; `default_schema` is where names without a schema are looked up.
    """

    tables: Collection[tuple[str, str]] | None = None
    default_schema: str = ""


@dataclass(frozen=True, slots=True)
class CheckedStatement:
    """A statement that may run. `text` is what must be sent: written anew from the parsed tree, never the input.

    For MongoDB it is JSON: {"collection": ..., "pipeline": [...]}. `tables` are the (schema, table) pairs it reads,
    those inside of subqueries and CTEs too; names that the statement defines itself are none.
    """

    database_type: DatabaseType
    text: str
    tables: frozenset[tuple[str, str]]
