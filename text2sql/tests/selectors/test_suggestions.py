"""Questions that a newcomer may ask, made of the names in the schema."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import Account
from projects.models import Project
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.models import DatabaseConnection
from text2sql.selectors.suggestions import example_questions, is_schema_read
from text2sql.tests.pairs import make_connection, read_schema

ID = Column("id", "integer", "integer")
CITY = Column("city", "text", "text", samples=("a", "b", "c"), samples_complete=True)
DAY = Column("ordered_at", "date", "date")
NAME, PRICE = Column("name", "text", "text"), Column("unit_price", "numeric", "number")


def table(name: str, *columns: Column, **fields: Any) -> Table:
    return Table("public", name, (ID, *columns), primary_key=("id",), **fields)


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    return make_connection(owner, project)


def asked(connection: DatabaseConnection, *tables: Table) -> list[str]:
    connection.schemas.all().delete()
    read_schema(connection, Catalog("postgresql", "shop", "public", tables))
    return example_questions(connection)


def test_each_question_is_about_a_table_of_its_own(connection: DatabaseConnection) -> None:
    everything = table("shop_orders", DAY, NAME, PRICE, CITY, row_estimate=900)
    others = (table("goods", NAME, PRICE, row_estimate=500), table("people", CITY, row_estimate=300), table("rest"))
    assert asked(connection, everything, *others) == [
        "How many shop orders per month?", "Which 5 goods have the highest unit price?", "How many people per city?",
    ]  # fmt: skip
    assert asked(connection, everything) == ["How many shop orders per month?"]
    assert asked(connection, table("rest")) == ["How many rest are there?"]


def test_large_tables_go_first_and_views_last(connection: DatabaseConnection) -> None:
    sizes = {"small": 5, "large": 5_000, "unknown": None}
    tables = [table(name, DAY, row_estimate=size) for name, size in sizes.items()]
    view = table("seen", DAY, kind="view", row_estimate=10**9)
    assert asked(connection, view, *tables)[0] == "How many large per month?"
    assert asked(connection, view) == ["How many seen per month?"]


def test_category_has_a_few_values_that_are_all_known(connection: DatabaseConnection) -> None:
    columns = {
        "few": CITY, "one": replace(CITY, samples=("a",)), "not all": replace(CITY, samples_complete=False),
        "many": replace(CITY, samples=tuple(map(str, range(31)))),
        "thirty": replace(CITY, samples=tuple(map(str, range(30)))),
    }  # fmt: skip
    found = {
        name: "per city" in " ".join(asked(connection, table("people", column))) for name, column in columns.items()
    }
    assert found == {"few": True, "one": False, "not all": False, "many": False, "thirty": True}


def test_keys_are_neither_categories_nor_measures(connection: DatabaseConnection) -> None:
    pointing = ForeignKey(("city", "unit_price"), "public", "cities", ("name", "price"))
    assert asked(connection, table("people", CITY, NAME, PRICE, foreign_keys=(pointing,))) == [
        "How many people are there?"
    ]


def test_nothing_is_known_before_the_schema_was_read_but_of_the_example(
    connection: DatabaseConnection, owner: Account
) -> None:
    assert (example_questions(connection), is_schema_read(connection)) == ([], False)
    demo = make_connection(owner, is_demo=True)
    assert example_questions(demo) == [
        "How many orders per month?", "Which 5 products have the highest price?", "How many customers per country?",
    ]  # fmt: skip
    assert asked(demo, table("people")) == ["How many people are there?"]
    assert is_schema_read(demo) is True


def test_thousands_of_tables_are_not_all_read(connection: DatabaseConnection) -> None:
    tables = [*(table(f"t{number}") for number in range(40)), table("late", DAY)]
    assert asked(connection, *tables) == ["How many t0 are there?"]
