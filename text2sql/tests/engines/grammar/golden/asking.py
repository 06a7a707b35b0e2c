"""Questions asked of the engine over a catalog alone: the database is a stub that answers every query with one row."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from tasks.engines.cancel import NeverCancelled
from text2sql.catalog import Catalog, DatabaseType
from text2sql.engines.base import Exchange, Rows, SqlAnswer, SqlRequest
from text2sql.engines.grammar import GrammarEngine

ENGINE = GrammarEngine()


class OneRow:
    """A database in which every query finds the same row, so that none is ranked lower for finding nothing."""

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        return Rows(("value",), (("one",),))


def answered(catalog: Catalog, question: str, history: Sequence[str] = ()) -> SqlAnswer:
    """The whole answer."""
    earlier = tuple(Exchange(one, "") for one in history)
    request = SqlRequest(question, catalog, history=earlier)
    return ENGINE.write_sql(request, database=OneRow(), cancel=NeverCancelled())


def sql_of(catalog: Catalog, question: str, *history: str) -> str:
    """The best query, or what the refusal says."""
    answer = answered(catalog, question, history)
    return answer.candidates[0].sql if answer.candidates else answer.refusal


def all_of(catalog: Catalog, questions: Iterable[str]) -> dict[str, str]:
    """The best query of each question."""
    return {question: sql_of(catalog, question) for question in questions}


def spoken(catalog: Catalog, database_type: DatabaseType) -> Catalog:
    """The same tables in another kind of database."""
    return replace(catalog, database_type=database_type)
