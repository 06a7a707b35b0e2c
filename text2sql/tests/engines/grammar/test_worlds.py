"""Questions about databases of our own: the query that each becomes, checked on the real PostgreSQL of the test run."""

from types import ModuleType

import pytest

from tasks.engines.cancel import NeverCancelled
from text2sql.engines.base import QueryFailed, SqlRequest
from text2sql.engines.grammar import GrammarEngine
from text2sql.tests.engines.grammar.reading_postgres import World, world
from text2sql.tests.engines.grammar.worlds import air, atlas, cars, clinic, films, phong, shop, uni, zoo

WORLDS = {
    "air": air,
    "atlas": atlas,
    "cars": cars,
    "clinic": clinic,
    "films": films,
    "phong": phong,
    "shop": shop,
    "uni": uni,
    "zoo": zoo,
}


def ask(engine: GrammarEngine, database: World, question: str) -> str | None:
    request = SqlRequest(question, database.catalog)
    answer = engine.write_sql(request, database=database, cancel=NeverCancelled())
    return answer.candidates[0].sql if answer.candidates else None


@pytest.mark.parametrize("content", WORLDS.values(), ids=list(WORLDS))
def test_questions_become_the_queries_that_answer_them(content: ModuleType) -> None:
    engine = GrammarEngine()
    with world("grammar_world", content.CONTENT) as database:
        found = {question: ask(engine, database, question) for question in content.QUESTIONS}
    assert found == content.QUESTIONS


def test_every_query_of_the_worlds_runs() -> None:
    failed = []
    for name, content in WORLDS.items():
        with world("grammar_world", content.CONTENT) as database:
            for question, sql in content.QUESTIONS.items():
                try:
                    database.run(sql)
                except QueryFailed as error:
                    failed.append((name, question, error.message))
    assert failed == []
