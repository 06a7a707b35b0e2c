"""How near tables are to a question."""

from dataclasses import replace
from typing import Any

from text2sql.catalog import Catalog, Column, Table
from text2sql.engines.base import Example, Exchange
from text2sql.engines.llm.ranking import Ranking, rank
from text2sql.tests.engines.shop import SHOP, ask


def table(name: str, *columns: Column, **fields: Any) -> Table:
    """A table of the default schema."""
    return replace(Table("public", name, columns), **fields)


def named(name: str, **fields: Any) -> Column:
    """A column of texts."""
    return replace(Column(name, "text", "text"), **fields)


PLACES = Catalog(
    "postgresql",
    "places",
    "public",
    (
        table("a_fares", named("id")),
        table("b", named("fare")),
        table("c", named("id"), description="every fare there is"),
        table("d", named("x", comment="in fares")),
        table("e", named("id")),
    ),
)


def order(found: Ranking) -> list[str]:
    """Names of the tables, the nearest first."""
    return [name for _schema, name in found.scores]


def test_names_of_tables_count_more_than_columns_and_those_more_than_texts() -> None:
    found = rank(ask("What are the fares?", catalog=PLACES))
    assert order(found) == ["a_fares", "b", "c", "d"]
    assert found.known == 1.0


def test_rare_words_count_more_than_common_ones() -> None:
    tables = (*(table(f"log_{number}", named("level")) for number in range(8)), table("crew", named("level")))
    found = rank(ask("log level of the crew", catalog=replace(PLACES, tables=tables)))
    assert order(found)[0] == "crew"


def test_columns_that_the_question_names_are_known() -> None:
    found = rank(ask("In which city do the clients live?"))
    assert found.columns["public", "customers"] == frozenset({"city"})


def test_values_of_the_question_are_known_by_their_column() -> None:
    found = rank(ask("Has Ada Byron of hue paid?"))
    assert found.values == {
        ("public", "customers", "full_name"): ("Ada Byron",),
        ("public", "customers", "city"): ("Huế",),
        ("public", "orders", "status"): ("paid",),
    }


def test_words_of_earlier_questions_count_half() -> None:
    earlier = (Exchange("Which fares?", ""),)
    now, before = rank(ask("fares", catalog=PLACES)), rank(ask("and b?", catalog=PLACES, history=earlier))
    assert before.scores["public", "a_fares"] == now.scores["public", "a_fares"] / 2
    assert before.known == 1.0


def test_tables_of_earlier_and_known_queries_count() -> None:
    earlier = (Exchange("?", "SELECT * FROM e"),)
    known = (Example("?", 'SELECT * FROM "E"', 0.5),)
    assert dict(rank(ask("and?", catalog=PLACES, history=earlier)).scores) == {("public", "e"): 4.0}
    assert dict(rank(ask("and?", catalog=PLACES, examples=known)).scores) == {("public", "e"): 2.0}


def test_table_whose_name_is_no_word_is_found_in_a_query() -> None:
    odd = replace(PLACES, tables=(table("order lines", named("id")), table("two", named("id"))))
    earlier = (Exchange("?", 'SELECT * FROM "order lines"'),)
    assert order(rank(ask("and?", catalog=odd, history=earlier))) == ["order lines"]


def test_question_without_words_of_the_schema_ranks_nothing() -> None:
    found = rank(ask("xyzzy plugh", catalog=SHOP))
    assert (found.scores, found.columns, found.values, found.known) == ({}, {}, {}, 0.0)
