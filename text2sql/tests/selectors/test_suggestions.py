"""Questions that a newcomer may ask, from the names in a schema."""

from dataclasses import replace

import pytest

from text2sql.catalog import Catalog, Column, ColumnKind, ForeignKey, Table
from text2sql.models import DatabaseConnection
from text2sql.selectors.suggestions import example_questions, is_schema_read
from text2sql.services.schemas import keep_schema

pytestmark = pytest.mark.django_db


def column(name: str, kind: ColumnKind, *values: str) -> Column:
    """A column whose values are all known, where there are some."""
    return Column(name, kind, kind, samples=values, samples_complete=bool(values))


def table(name: str, *columns: Column, rows: int = 0) -> Table:
    """A table keyed by its first column."""
    return Table("public", name, columns, primary_key=(columns[0].name,), row_estimate=rows)


ITEMS = table("order_items", column("id", "integer"), column("amount", "number"), rows=900)
VISITS = table("visits", column("id", "integer"), column("seen_at", "timestamp"), rows=500)
FILMS = table("films", column("id", "integer"), column("title", "text"), column("running_time", "number"), rows=90)
PEOPLE = table("people", column("id", "integer"), column("home_town", "text", "Huế", "Hà Nội"), rows=80)
EVERYTHING = (ITEMS, VISITS, FILMS, PEOPLE)


@pytest.fixture
def library(shop: DatabaseConnection) -> DatabaseConnection:
    """A connection, whatever stands behind it."""
    return shop


def suggested(connection: DatabaseConnection, *tables: Table) -> list[str]:
    """Questions once the schema has been read so."""
    keep_schema(connection=connection, catalog=Catalog("postgresql", "library", "public", tables))
    return example_questions(connection)


def test_nothing_is_suggested_before_the_schema_was_read(library: DatabaseConnection) -> None:
    assert (example_questions(library), is_schema_read(library)) == ([], False)
    assert suggested(library) == []
    assert is_schema_read(library)


def test_the_example_shop_is_known_without_reading(library: DatabaseConnection) -> None:
    library.is_demo = True
    assert example_questions(library) == [
        "How many orders per month?", "Which 5 products have the highest price?", "How many customers per country?",
    ]  # fmt: skip


def test_each_question_is_about_what_its_table_holds(library: DatabaseConnection) -> None:
    assert suggested(library, *EVERYTHING) == [
        "How many visits per month?", "Which 5 films have the highest running time?", "How many people per home town?",
    ]  # fmt: skip
    assert suggested(library, ITEMS, FILMS) == [
        "Which 5 films have the highest running time?", "How many order items are there?",
    ]  # fmt: skip
    assert suggested(library, ITEMS) == ["How many order items are there?"]


def test_large_tables_come_before_small_ones_and_views(library: DatabaseConnection) -> None:
    small = replace(VISITS, name="logins", row_estimate=3)
    view = replace(VISITS, name="all_visits", kind="view", row_estimate=None)
    assert suggested(library, view, small, VISITS)[0] == "How many visits per month?"
    assert suggested(library, view, small)[0] == "How many logins per month?"


def test_keys_and_endless_values_are_no_categories(library: DatabaseConnection) -> None:
    home = ForeignKey(("home_town",), "public", "towns", ("name",))
    pointing = replace(PEOPLE, foreign_keys=(home,))
    many = table("people", column("id", "integer"), column("home_town", "text", *(str(n) for n in range(31))))
    keyed = table("people", column("home_town", "text", "Huế", "Hà Nội"))
    for people in (pointing, many, keyed):
        assert suggested(library, people) == ["How many people are there?"]


def test_thousands_of_tables_are_not_read_for_three_lines(library: DatabaseConnection) -> None:
    many = [replace(ITEMS, name=f"t{number}") for number in range(45)]
    last = replace(VISITS, row_estimate=9_999)
    assert suggested(library, *many, last) == ["How many t0 are there?"]
