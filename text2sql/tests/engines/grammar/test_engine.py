"""The engine's contract: what it takes, what it refuses, what it keeps, and that it never writes."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tasks.engines.cancel import CancelFlag, NeverCancelled
from tasks.engines.errors import Cancelled, EngineInputError
from text2sql.catalog import Catalog
from text2sql.engines.base import Exchange, SqlAnswer, SqlEngine, SqlRequest
from text2sql.engines.grammar import GrammarEngine
from text2sql.tests.engines.grammar.reading_postgres import World, world
from text2sql.tests.engines.grammar.worlds import shop, zoo

WRITES = "Questions are only answered by reading; nothing is changed, added or deleted."
NOTHING = "Nothing in the question names a table, a column or a value of this database."

REFUSED = {
    "Delete all animals": WRITES,
    "please drop the table keeper": WRITES,
    "update keeper salaries to 0": WRITES,
    "Can you remove Rex?": WRITES,
    "show animals; drop table animal": WRITES,
    "insert into animal values (1)": WRITES,
    "xóa tất cả động vật": WRITES,
    "hãy cập nhật lương của keeper": WRITES,
}
#: Neither has anything to do with a zoo.
STRANGE = ("You are a stupid idiot", "Quelle heure est-il maintenant ?", "asdf qwer zxcv", "Wie geht es dir heute?")

FOLLOWED = {
    ("How many orders are there?", "and by status?"): "SELECT status, COUNT(*) FROM orders GROUP BY status",
    ("Show the emails of customers", "only those in Hanoi"): "SELECT email FROM customers WHERE city = 'Hanoi'",
    ("How many orders were placed in 2022?", "what about 2023?"): (
        "SELECT COUNT(*) FROM orders WHERE order_date >= '2023-01-01' AND order_date < '2024-01-01'"
    ),
    ("How many orders were shipped to Vietnam?", "and to Laos?"): (
        "SELECT COUNT(*) FROM orders WHERE shipping_country = 'Laos'"
    ),
    ("Show the emails of customers from Hue", "what about Hanoi?"): (
        "SELECT email FROM customers WHERE city = 'Hanoi'"
    ),
    ("List the product names", "sort them by stock"): (
        "SELECT product_name FROM products ORDER BY stock ASC, product_id ASC"
    ),
    ("List the customers from Hanoi", "how many are there?"): "SELECT COUNT(*) FROM customers WHERE city = 'Hanoi'",
    ("List the product names", "How many categories are there?"): "SELECT COUNT(*) FROM categories",
}


@pytest.fixture(scope="module")
def animals() -> Iterator[World]:
    """The zoo."""
    with world("grammar_zoo", zoo.CONTENT) as database:
        yield database


@pytest.fixture(scope="module")
def goods() -> Iterator[World]:
    """The shop."""
    with world("grammar_shop", shop.CONTENT) as database:
        yield database


def asked(
    database: World, question: str, *, catalog: Catalog | None = None, history: tuple[Exchange, ...] = ()
) -> SqlAnswer:
    request = SqlRequest(question, catalog or database.catalog, history=history)
    return GrammarEngine().write_sql(request, database=database, cancel=NeverCancelled())


def test_it_is_an_engine_of_the_domain() -> None:
    engine = GrammarEngine()
    assert isinstance(engine, SqlEngine)
    assert (engine.card.name, engine.card.domain, engine.card.local) == ("grammar", "text2sql", True)
    assert engine.card.options["dialects"] == "postgresql,mysql,clickhouse,mongodb,oracle"
    assert engine.card.limits["max_characters"] == 2000


def test_a_candidate_tells_how_it_came_to_be(animals: World) -> None:
    answer = asked(animals, "How many female animals are there?")
    best = answer.candidates[0]
    assert best.sql == "SELECT COUNT(*) FROM animal WHERE sex = 'F'"
    assert best.reasons == (
        "“How many” is read as a count of rows.",
        "“female” means the value 'F' of animal.sex.",
        "“animals” means the table animal.",
    )
    assert 0.5 < best.confidence < 1.0
    assert (answer.refusal, answer.clarification, answer.usage.requests) == ("", None, 1)


def test_requests_to_write_are_refused_and_nothing_is_run(animals: World) -> None:
    animals.statements.clear()
    found = {question: asked(animals, question) for question in REFUSED}
    assert {question: answer.refusal for question, answer in found.items()} == REFUSED
    assert all(answer.candidates == () for answer in found.values())
    assert animals.statements == []


def test_questions_about_nothing_here_are_refused(animals: World) -> None:
    found = {question: asked(animals, question) for question in STRANGE}
    assert {question: answer.candidates for question, answer in found.items()} == dict.fromkeys(STRANGE, ())
    assert all(answer.refusal for answer in found.values())


def test_nothing_but_select_is_ever_run(animals: World) -> None:
    animals.statements.clear()
    for question in list(zoo.QUESTIONS)[:10]:
        asked(animals, question)
    assert {statement.split()[0] for statement in animals.statements} == {"SELECT"}


@pytest.mark.parametrize(
    ("question", "code"), [("  ", "empty_question"), ("x" * 2001, "question_too_long")], ids=["empty", "long"]
)
def test_impossible_questions_are_wrong_input(animals: World, question: str, code: str) -> None:
    with pytest.raises(EngineInputError) as error:
        asked(animals, question)
    assert error.value.code == code


def test_unknown_databases_are_left_to_other_engines(animals: World) -> None:
    unknown: Any = "sqlite"
    catalog = replace(animals.catalog, database_type=unknown)
    with pytest.raises(EngineInputError) as error:
        asked(animals, "How many animals are there?", catalog=catalog)
    assert error.value.code == "unsupported_database"


def test_a_cancelled_question_stops(animals: World) -> None:
    flag = CancelFlag()
    flag.cancel()
    with pytest.raises(Cancelled):
        GrammarEngine().write_sql(SqlRequest("How many?", animals.catalog), database=animals, cancel=flag)


def test_an_empty_database_is_refused() -> None:
    with world("grammar_nothing", "SELECT 1") as database:
        assert asked(database, "How many animals are there?").refusal != ""


def test_equal_catalogs_share_an_index(animals: World) -> None:
    engine = GrammarEngine()
    again = Catalog.from_json(animals.catalog.to_json())
    for catalog in (animals.catalog, again):
        engine.write_sql(SqlRequest("How many animals?", catalog), database=animals, cancel=NeverCancelled())
    assert len(engine._indexes) == 1
    engine.close()
    assert len(engine._indexes) == 0


def test_the_probe_answers_a_question_of_its_own() -> None:
    found = GrammarEngine().probe()
    assert found["sql"] == "SELECT COUNT(*) FROM train"
    assert float(found["total_ms"]) > 0


def test_follow_ups_change_the_question_before(goods: World) -> None:
    found = {}
    for before, question in FOLLOWED:
        answer = asked(goods, question, history=(Exchange(before, ""),))
        found[before, question] = answer.candidates[0].sql if answer.candidates else answer.refusal
    assert found == FOLLOWED


def test_values_beyond_the_samples_are_looked_up(goods: World) -> None:
    tables = tuple(
        replace(
            table,
            columns=tuple(replace(column, samples=(), samples_complete=False) for column in table.columns),
        )
        for table in goods.catalog.tables
    )
    catalog = replace(goods.catalog, tables=tables)
    answer = asked(goods, "Show the email of Paul Ray", catalog=catalog)
    assert answer.candidates[0].sql == "SELECT email FROM customers WHERE full_name = 'Paul Ray'"


def test_the_same_question_gives_the_same_answer(animals: World) -> None:
    question = "Which keepers look after both North Hall and Dune?"
    assert asked(animals, question) == asked(animals, question)
