"""Whatever a model says, in whatever order, the answer has one form and the data stays as it was."""

from random import Random

from tasks.engines.cancel import NeverCancelled
from tasks.engines.errors import EngineCrashed, EngineError
from text2sql.engines.base import SqlAnswer
from text2sql.engines.llm import LlmEngine
from text2sql.engines.llm.parsing import read_answer
from text2sql.tests.engines.shop import ScriptedModel, ShopDatabase, ask, query

SAID: tuple[str | Exception, ...] = (
    query("SELECT count(*) FROM customers"),
    query("SELECT full_name FROM customers WHERE city = 'Pariss'"),
    query("SELECT full_name FROM customers WHERE city = 'Paris'"),
    query("SELECT nothing FROM customers"),
    query("SELECT 1 FROM nowhere"),
    query("SELECT count( FROM"),
    query("DELETE FROM orders"),
    query("SELECT 1; DROP TABLE orders"),
    query(""),
    '{"ask": "Which?", "options": ["a", "b"]}',
    '{"ask": "Answered?", "options": ["a", "b"]}',
    '{"no_query": "changes", "message": "No."}',
    "<think>",
    "I like databases.",
    "",
    EngineCrashed("The engine's answer broke off.", code="upstream_cut"),
)


def answer(said: list[str | Exception], database: ShopDatabase) -> SqlAnswer | EngineError:
    """What comes of a script, the model's own failures included."""
    request = ask("Who lives in Paris?", model=ScriptedModel(*said), choices={"Answered?": "a"})
    try:
        return LlmEngine().write_sql(request, database=database, cancel=NeverCancelled())
    except EngineError as error:
        return error


def test_every_course_of_a_talk_ends_in_one_form() -> None:
    random, database = Random(4), ShopDatabase()
    for _ in range(300):
        said = random.choices(SAID, k=3)
        found = answer(said, database)
        if isinstance(found, EngineError):
            assert found.code == "upstream_cut"
            continue
        ways = (bool(found.candidates), found.clarification is not None, bool(found.refusal))
        assert ways.count(True) == 1, said
        assert found.usage.requests <= 3
        assert len(found.steps) >= 2
        assert {candidate.sql for candidate in found.candidates} <= set(database.ran)
    assert database.counts() == (3, 3)


def test_mutilated_answers_are_read_without_harm() -> None:
    random = Random(5)
    texts = [text for text in SAID if isinstance(text, str)]
    for _ in range(2_000):
        first, second = random.choices(texts, k=2)
        cut = first[: random.randrange(len(first) + 1)] + second[random.randrange(len(second) + 1) :]
        for database_type in ("postgresql", "mongodb"):
            assert read_answer(cut, database_type) is None or cut.strip()
