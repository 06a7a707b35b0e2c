"""What the grammar reads in a catalog: names, keys, joins, the column that names a row."""

from text2sql.engines.grammar.joins import distance, join_steps, multiplies
from text2sql.engines.grammar.schema import Schema
from text2sql.tests.engines.grammar.catalogs import LIBRARY, catalog, table

AUTHOR, BOOK, MEMBER, LOAN = range(4)


def names(schema: Schema, columns: tuple[tuple[int, int], ...]) -> list[str]:
    return [schema.column(col).name for col in columns]


def test_a_row_is_shown_by_its_name_title_or_both_names() -> None:
    schema = Schema(LIBRARY)
    assert [names(schema, schema.display(place)) for place in range(4)] == [
        ["full_name"],
        ["title"],
        ["fname", "lname"],
        ["loan_id"],
    ]


def test_a_row_without_a_name_takes_that_of_the_table_it_extends() -> None:
    schema = Schema(
        catalog(
            table("person", "person_id int", "name text", key=["person_id"]),
            table("pilot", "pilot_id int", "rank_no int", key=["pilot_id"], to={"pilot_id": ("person", "person_id")}),
        )
    )
    assert schema.general_table(1) == 0
    assert schema.display(1) == ((0, 1),)


def test_declared_keys_join_tables() -> None:
    schema = Schema(LIBRARY)
    steps = join_steps(schema, AUTHOR, [MEMBER])
    assert steps is not None
    assert [step.table for step in steps] == [BOOK, LOAN, MEMBER]
    assert [multiplies(schema, step) for step in steps] == [True, True, False]
    assert distance(schema, AUTHOR, MEMBER) == 3


def test_same_name_keys_join_where_none_is_declared() -> None:
    schema = Schema(
        catalog(
            table("shop", "shop_id int", "city text", key=["shop_id"]),
            table("sale", "id int", "shop_id int", "price num", key=["id"]),
            table("region", "id int", "label text", key=["id"]),
            table("stand", "region_id int", "price num"),
        )
    )
    assert [(edge.left, edge.right, edge.is_key) for edge in schema.edges] == [(1, 0, False), (3, 2, False)]


def test_measures_of_the_same_name_join_nothing() -> None:
    schema = Schema(catalog(table("town", "population int"), table("land", "population int")))
    assert schema.edges == ()
    assert join_steps(schema, 0, [1]) is None


def test_names_that_carry_the_other_table_join() -> None:
    schema = Schema(
        catalog(table("river", "river_name text", "land_name text"), table("land", "land_name text", "area num"))
    )
    assert [(edge.left, edge.right) for edge in schema.edges] == [(0, 1)]


def test_ids_are_known_by_name_and_by_key() -> None:
    schema = Schema(LIBRARY)
    ids = [schema.column(col).name for col in schema.column_phrases if schema.is_id(col)]
    assert ids == ["author_id", "book_id", "author_id", "memberid", "loan_id", "book_id", "memberid"]


def test_kinds_of_columns() -> None:
    schema = Schema(LIBRARY)
    published, price = (BOOK, 4), (BOOK, 5)
    assert (schema.is_temporal(published), schema.is_numeric(published)) == (True, False)
    assert (schema.is_numeric(price), schema.is_text(price), schema.is_unique((BOOK, 0))) == (True, False, True)
