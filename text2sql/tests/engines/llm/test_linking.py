"""Which part of a schema a model is shown."""

import time
from dataclasses import replace
from typing import Any

from chatbot.engines.tokens import estimate_tokens
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.engines.base import Example, Exchange, SqlRequest
from text2sql.engines.llm.joining import neighbours_of, way_between
from text2sql.engines.llm.linking import link
from text2sql.tests.engines.shop import CUSTOMERS, ORDERS, SHOP, ask, large_catalog

#: Room for four of the small tables below, no more.
ROOM = 120


def table(name: str, *columns: str, to: str = "", **fields: Any) -> Table:
    """A table of texts; its first column is its key, its last one points `to` another table."""
    keys = (ForeignKey((columns[-1],), "public", to, ("id",)),) if to else ()
    made = tuple(Column(column, "text", "text") for column in columns)
    return Table("public", name, made, primary_key=columns[:1], foreign_keys=keys, **fields)


RAILWAY = Catalog(
    "postgresql",
    "railway",
    "public",
    (
        table("passengers", "id", "full_name", "birthday"),
        table("bookings", "id", "made_at", "passenger_id", to="passengers"),
        table("seats", "id", "number", "booking_id", to="bookings"),
        table("locomotives", "id", "power", comment="engines that pull"),
        table("depots", "id", "place", "locomotive_id", to="locomotives"),
        table("khách_hàng", "mã", "tên", "địa_chỉ"),
        *(table(f"archive_{number}", "id", "a", "b", "c") for number in range(40)),
    ),
)


def shown(request: SqlRequest, room: int = ROOM) -> list[str]:
    """Names of the tables that are shown."""
    return [found.name for found in link(request, most_tokens=room).tables]


def about(question: str, **fields: Any) -> SqlRequest:
    """A question about the railway."""
    return replace(ask(question, catalog=RAILWAY), **fields)


def test_small_schema_is_shown_whole() -> None:
    found = link(ask("What is the weather?"), most_tokens=1_000)
    assert (found.is_whole, found.is_guess, found.tables, found.known) == (True, False, SHOP.tables, 0.0)


QUESTIONS = {
    "When is the birthday of each passenger?": ["passengers", "bookings", "seats"],
    "Which locomotive has the most power?": ["locomotives", "depots"],
    "Which engines pull?": ["locomotives", "depots"],
    "Địa chỉ của khách hàng?": ["khách_hàng"],
    "dia chi khach hang": ["khách_hàng"],
}


def test_large_schema_shows_what_the_question_names_and_its_neighbours() -> None:
    assert {question: shown(about(question)) for question in QUESTIONS} == QUESTIONS


def test_tables_between_two_named_ones_are_shown() -> None:
    assert shown(about("Which seats do passengers like?"), room=90) == ["passengers", "bookings", "seats"]


def test_follow_up_is_about_the_tables_of_the_query_before() -> None:
    earlier = Exchange("How strong are they?", "SELECT power FROM locomotives")
    assert shown(about("and by month?", history=(earlier,))) == ["locomotives", "depots"]


def test_known_question_like_it_shows_its_tables() -> None:
    example = Example("Who travels?", "SELECT full_name FROM passengers", 0.9)
    assert shown(about("who goes", examples=(example,))) == ["passengers", "bookings"]


def test_value_in_the_question_finds_its_column() -> None:
    depots = replace(RAILWAY.tables[4], columns=(Column("place", "text", "text", samples=("Huế", "Đà Nẵng")),))
    catalog = replace(RAILWAY, tables=(*RAILWAY.tables[:4], depots, *RAILWAY.tables[5:]))
    found = link(ask("what is in da nang", catalog=catalog), most_tokens=ROOM)
    assert "depots" in [entry.name for entry in found.tables]
    assert "such as: 'Đà Nẵng', 'Huế'" in found.text


def test_part_of_a_word_is_no_value() -> None:
    depots = replace(RAILWAY.tables[4], columns=(Column("place", "text", "text", samples=("Ulm",)),))
    catalog = replace(RAILWAY, tables=(*RAILWAY.tables[:4], depots, *RAILWAY.tables[5:]))
    assert link(ask("culminating", catalog=catalog), most_tokens=ROOM).is_guess


def test_question_that_names_nothing_is_a_guess_with_the_largest_tables() -> None:
    large = replace(RAILWAY.tables[20], row_estimate=5_000)
    catalog = replace(RAILWAY, tables=(*RAILWAY.tables[:20], large, *RAILWAY.tables[21:]))
    found = link(ask("xyzzy", catalog=catalog), most_tokens=ROOM)
    assert (found.is_guess, found.is_whole, large in found.tables) == (True, False, True)


def test_chosen_tables_come_first_and_are_no_guess() -> None:
    found = link(about("xyzzy"), most_tokens=40, chosen=[("public", "seats")])
    assert ([entry.name for entry in found.tables], found.is_guess) == (["seats"], False)


def test_best_table_is_shown_however_wide_it_is() -> None:
    wide = table("measurements", *(f"sensor_reading_number_{number}" for number in range(500)))
    found = link(ask("measurements", catalog=replace(SHOP, tables=(wide, *RAILWAY.tables))), most_tokens=300)
    assert found.tables == (wide,)
    assert "-- 488 more columns: " in found.text
    assert estimate_tokens(found.text) < 700


def test_two_thousand_tables_are_linked_in_time_and_within_the_room() -> None:
    catalog = replace(large := large_catalog(2_000), tables=(*large.tables, CUSTOMERS, ORDERS))
    question = ask("How many clients in Huế have paid orders?", catalog=catalog)
    link(question, most_tokens=6_000)
    # Processor time: a busy machine makes nobody's work more.
    started = time.thread_time()
    found = link(question, most_tokens=6_000)
    assert time.thread_time() - started < 0.3
    assert {"customers", "orders"} <= {entry.name for entry in found.tables}
    assert (found.is_whole, found.is_guess, found.known) == (False, False, 1.0)
    assert estimate_tokens(found.text) <= 6_000


def test_names_of_columns_join_tables_where_no_foreign_key_does() -> None:
    tables = (table("customers", "id"), table("cities", "id"), table("sales", "id", "customer_id", "cities_id", "x_id"))
    near = neighbours_of(replace(SHOP, tables=tables))
    assert {key[1]: sorted(name for _schema, name in found) for key, found in near.items()} == {
        "customers": ["sales"],
        "cities": ["sales"],
        "sales": ["cities", "customers"],
    }


def test_way_between_tables_ends_where_it_is_too_far() -> None:
    near = neighbours_of(large_catalog(10))
    goal = ("public", "unit_0")
    ways = {number: way_between(("public", f"unit_{number}"), {goal}, near) for number in (1, 2, 3, 4)}
    assert ways == {1: (), 2: (("public", "unit_1"),), 3: (("public", "unit_1"), ("public", "unit_2")), 4: ()}
