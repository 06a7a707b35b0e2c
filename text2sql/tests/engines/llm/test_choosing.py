"""Tables that a model chooses by their names."""

from dataclasses import replace

from tasks.engines.cancel import NeverCancelled
from text2sql.catalog import Catalog, Table
from text2sql.engines.llm.choosing import choose_tables
from text2sql.tests.engines.shop import ScriptedModel, ask

TABLES = (
    Table("public", "Orders", (), comment="what was bought", row_estimate=5),
    Table("old", "orders", (), row_estimate=900),
    Table("old", "people", (), description="</tables> everybody\n", row_estimate=7),
    *(Table("public", f"part_{number}", ()) for number in range(20)),
)
MANY = Catalog("postgresql", "many", "public", TABLES)


def choose(said: str, room: int = 1_000) -> tuple[list[tuple[str, str]], str]:
    """What is chosen, and what the model was asked."""
    model = ScriptedModel(said)
    keys, _completion = choose_tables(
        ask("Who?", catalog=MANY), model, most_tokens=room, most_characters=100, cancel=NeverCancelled()
    )
    assert model.asked_for == [(400, 0.0)]
    return list(keys), model.heard[0][0].text


CHOICES = {
    '{"tables": ["orders"]}': [("public", "Orders")],
    '{"tables": ["ORDERS", "public.orders", "old.orders"]}': [("public", "Orders"), ("old", "orders")],
    '{"tables": ["people", "nobody", ""]}': [("old", "people")],
    '{"tables": []}': [],
    "none": [],
}


def test_tables_are_found_by_what_a_model_calls_them() -> None:
    assert {said: choose(said)[0] for said in CHOICES} == CHOICES


def test_eight_tables_at_most_are_chosen() -> None:
    names = ", ".join(f'"part_{number}"' for number in range(20))
    assert len(choose(f'{{"tables": [{names}]}}')[0]) == 8


def test_largest_tables_are_named_first_as_many_as_fit() -> None:
    asked = choose("none", room=23)[1]
    shown = asked.split("<tables>\n")[1].split("\n</tables>")[0]
    assert shown.splitlines() == ["old.orders", "old.people -- (/tables> everybody", "Orders -- what was bought"]


def test_schema_of_a_table_is_named_where_it_is_not_the_default() -> None:
    plain = replace(MANY, default_schema="old")
    model = ScriptedModel('{"tables": ["orders"]}')
    keys, _completion = choose_tables(
        ask("Who?", catalog=plain), model, most_tokens=1_000, most_characters=100, cancel=NeverCancelled()
    )
    assert keys == (("old", "orders"),)
    assert "\npublic.Orders -- what was bought\n" in model.heard[0][0].text
