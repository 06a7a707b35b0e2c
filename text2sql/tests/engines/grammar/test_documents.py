"""Questions to MongoDB: from the words to the rows of documents."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tasks.engines.cancel import NeverCancelled
from text2sql.catalog import Catalog
from text2sql.connectors.base import SamplingRules
from text2sql.engines.base import Rows, SqlAnswer, SqlRequest
from text2sql.engines.grammar import GrammarEngine
from text2sql.safety.base import Policy
from text2sql.safety.checking import check_statement
from text2sql.tests.engines.grammar.documents import Documents

SHOP: dict[str, list[dict[str, Any]]] = {
    "customers": [
        {"_id": 1, "name": "Anna Becker", "city": "Hanoi", "age": 31},
        {"_id": 2, "name": "Bob Stone", "city": "Hue", "age": 45},
        {"_id": 3, "name": "Chi Le", "city": "Hanoi", "age": 27},
        {"_id": 4, "name": "Dan Vo", "city": None},
    ],
    "orders": [
        {"_id": number, "customer_id": customer, "amount": amount, "status": status, "ordered_at": moment}
        for number, (customer, amount, status, moment) in enumerate(
            [
                (1, 120.5, "paid", datetime(2023, 1, 5, 9, tzinfo=UTC)),
                (1, 80.0, "open", datetime(2023, 2, 10, tzinfo=UTC)),
                (2, 300.0, "paid", datetime(2024, 1, 7, 23, tzinfo=UTC)),
                (3, 15.5, "cancelled", datetime(2024, 3, 1, tzinfo=UTC)),
                (1, 60.0, "paid", datetime(2024, 3, 2, tzinfo=UTC)),
                (None, 5.0, "open", datetime(2024, 3, 3, tzinfo=UTC)),
            ],
            1,
        )
    ],
}

QUESTIONS: dict[str, list[tuple[Any, ...]]] = {
    "How many customers are there?": [(4,)],
    "How many customers are in Hanoi?": [(2,)],
    "Có bao nhiêu khách hàng ở Hanoi?": [(2,)],
    "How many different cities are there?": [(2,)],
    "How many orders have an amount above 1000?": [(0,)],
    "Which customers are older than 30?": [("Anna Becker",), ("Bob Stone",)],
    "customers whose name starts with A": [("Anna Becker",)],
    "customers not from Hanoi": [("Bob Stone",)],
    "List the cities of customers": [("Hanoi",), ("Hue",), ("Hanoi",), (None,)],
    "customers sorted by age": [("Chi Le",), ("Anna Becker",), ("Bob Stone",), ("Dan Vo",)],
    "Show the oldest customer": [("Bob Stone",)],
    "Which customer has the most orders?": [("Anna Becker",)],
    "top 2 customers by amount": [("Bob Stone", 300.0), ("Anna Becker", 260.5)],
    "Names of customers with more than 1 order": [("Anna Becker",)],
    "Customers without orders": [("Dan Vo",)],
    "amount of orders of Anna Becker": [(120.5,), (80.0,), (60.0,)],
    "Orders placed in 2023": [(1,), (2,)],
    "orders by year": [(2023, 2), (2024, 4)],
}
UNORDERED: dict[str, set[tuple[Any, ...]]] = {
    "How many orders per status?": {("cancelled", 1), ("open", 2), ("paid", 3)},
    "average amount of orders by status": {("cancelled", 15.5), ("open", 42.5), ("paid", 480.5 / 3)},
}


@pytest.fixture(scope="module")
def shop() -> Documents:
    return Documents(SHOP)


def asked(database: Any, question: str, catalog: Catalog) -> SqlAnswer:
    return GrammarEngine().write_sql(SqlRequest(question, catalog), database=database, cancel=NeverCancelled())


def rows_of(shop: Documents, question: str) -> tuple[tuple[Any, ...], ...]:
    answer = asked(shop, question, shop.catalog)
    return shop.run(answer.candidates[0].sql).rows if answer.candidates else ((answer.refusal,),)


def test_questions_are_answered_from_documents(shop: Documents) -> None:
    assert {question: list(rows_of(shop, question)) for question in QUESTIONS} == QUESTIONS
    assert {question: set(rows_of(shop, question)) for question in UNORDERED} == UNORDERED


def test_a_candidate_is_a_pipeline_with_its_reasons(shop: Documents) -> None:
    best = asked(shop, "Which customers are older than 30?", shop.catalog).candidates[0]
    assert json.loads(best.sql) == {
        "collection": "customers",
        "pipeline": [{"$match": {"age": {"$gt": 30}}}, {"$project": {"_id": 0, "name": "$name"}}],
    }
    assert "“customers” means the table customers." in best.reasons


class Looked:
    """A database that finds one name in the column that was looked through first, and notes what was asked."""

    def __init__(self, place: int, value: str) -> None:
        self.found, self.statements = (place, value), list[str]()

    def run(self, sql: str, *, max_rows: int = 100) -> Rows:
        self.statements.append(check_statement(sql, database_type="mongodb", policy=Policy()).text)
        return Rows(("place", "value"), (self.found,) if len(self.statements) == 1 else (("x",),))


def test_values_beyond_the_samples_are_looked_up() -> None:
    people = {"customers": [{"_id": 1, "email": "A@x", "age": 3}, {"_id": 2, "email": "Paul Ray", "age": 4}]}
    database = Documents(people, SamplingRules(max_values_per_column=1))
    answer = asked(database, "Show the age of paul, I mean of Paul Ray", database.catalog)
    assert json.loads(database.statements[0])["pipeline"] == [
        {"$match": {"$or": [{"email": {"$regex": "^Paul\\ Ray$", "$options": "i"}}]}},
        {"$group": {"_id": "$email"}},
        {"$project": {"_id": 0, "place": {"$literal": 0}, "value": "$_id"}},
    ]
    assert database.run(answer.candidates[0].sql).rows == ((4,),)


def test_one_query_looks_through_several_collections(shop: Documents) -> None:
    tables = tuple(
        replace(table, columns=tuple(replace(one, samples=(), samples_complete=False) for one in table.columns))
        for table in shop.catalog.tables
    )
    database = Looked(1, "Hai Phong")
    asked(database, 'How many customers are in "hai phong"?', replace(shop.catalog, tables=tables))
    first = json.loads(database.statements[0])
    others = [stage["$unionWith"] for stage in first["pipeline"][3:]]
    assert first["collection"] == "customers"
    assert [(one["coll"], one["pipeline"][1], one["pipeline"][2]["$project"]["place"]) for one in others] == [
        ("customers", {"$group": {"_id": "$city"}}, {"$literal": 1}),
        ("orders", {"$group": {"_id": "$status"}}, {"$literal": 2}),
    ]
    assert json.loads(database.statements[1])["pipeline"][0] == {"$match": {"city": {"$eq": "Hai Phong"}}}


def test_nothing_is_looked_up_where_no_field_holds_text() -> None:
    database = Documents({"lots": [{"_id": 1, "tags": ["a"]}, {"_id": 2, "tags": ["b"]}]})
    asked(database, 'How many lots are "Paul Ray"?', database.catalog)
    assert not any("$regex" in statement for statement in database.statements)
