"""Values that a query compares with and that do not occur."""

from text2sql.catalog import Catalog, Column, Table
from text2sql.engines.base import Rows
from text2sql.engines.llm.values import is_empty, mistyped_values
from text2sql.tests.engines.shop import SHOP

QUERIES: dict[str, tuple[str, ...]] = {
    "SELECT * FROM customers WHERE city = 'Pariss'": ("'Pariss' does not occur; near to it: customers.city 'Paris'",),
    "SELECT * FROM customers WHERE city ILIKE '%oslu%'": ("'oslu' does not occur; near to it: customers.city 'Oslo'",),
    "SELECT * FROM customers WHERE full_name = 'Le Van Tan'": (
        "'Le Van Tan' does not occur; near to it: customers.full_name 'Lê Văn Tám'",
    ),
    "SELECT * FROM customers WHERE city = 'hue'": (),
    "SELECT * FROM customers WHERE city LIKE '%ari%'": (),
    "SELECT * FROM customers WHERE city = 'Tokyo'": (),
    "SELECT * FROM customers WHERE city = 'O''slo'": ("'O'slo' does not occur; near to it: customers.city 'Oslo'",),
    "SELECT * FROM customers WHERE id = 7": (),
    "SELECT * FROM orders WHERE status = 'payed'": ("'payed' does not occur; near to it: orders.status 'paid'",),
    "SELECT count(*) FROM orders WHERE 'Pariss' = 'x'": (),
}


def test_nearest_values_of_the_named_columns_are_found() -> None:
    assert {sql: mistyped_values(sql, SHOP, SHOP.tables) for sql in QUERIES} == QUERIES


def test_values_of_a_pipeline_are_found() -> None:
    people = Table("", "people", (Column("city", "string", "text", samples=("Paris",)),), "collection")
    catalog = Catalog("mongodb", "shop", "", (people,))
    sql = '{"collection": "people", "pipeline": [{"$match": {"$or": [{"city": "Parris"}]}}, {"$sort": {"city": 1}}]}'
    assert mistyped_values(sql, catalog, catalog.tables) == (
        "'Parris' does not occur; near to it: people.city 'Paris'",
    )


def test_opted_out_column_is_never_told() -> None:
    people = Table("public", "people", (Column("city", "text", "text", samples=("Paris",), is_sampled=False),))
    catalog = Catalog("postgresql", "shop", "public", (people,))
    assert mistyped_values("SELECT 1 FROM people WHERE city = 'Pariss'", catalog, (people,)) == ()


def test_nothing_found_is_no_row_or_one_that_counts_nothing() -> None:
    rows: dict[tuple[tuple[object, ...], ...], bool] = {
        (): True, ((0,),): True, ((None, 0),): True, ((1,),): False, (("",),): False, ((0,), (0,)): False,
    }  # fmt: skip
    assert {given: is_empty(Rows(("a",), given)) for given in rows} == rows
