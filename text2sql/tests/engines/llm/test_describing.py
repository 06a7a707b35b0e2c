"""How tables look in a prompt."""

from dataclasses import replace

from text2sql.catalog import Catalog, Column, DatabaseType, ForeignKey, Table
from text2sql.engines.llm.describing import Describer
from text2sql.engines.llm.dialects import DIALECTS
from text2sql.tests.engines.shop import CUSTOMERS, ORDERS, SHOP

NAMES = ("orders", "Orders", "ORDERS", "order", "two words", 'a"b', "a`b", "khách_hàng", "Order")
SPELLED: dict[DatabaseType, tuple[str, ...]] = {
    "postgresql": (
        "orders", '"Orders"', '"ORDERS"', '"order"', '"two words"', '"a""b"', '"a`b"', '"khách_hàng"', '"Order"'
    ),
    "mysql": ("orders", "Orders", "ORDERS", "`order`", "`two words`", '`a"b`', "`a``b`", "`khách_hàng`", "`Order`"),
    "clickhouse": (
        "orders", "Orders", "ORDERS", "`order`", "`two words`", '`a"b`', "`a``b`", "`khách_hàng`", "`Order`"
    ),
    "mongodb": NAMES,
    "oracle": (
        '"orders"', '"Orders"', "ORDERS", '"order"', '"two words"', '"a""b"', '"a`b"', '"khách_hàng"', '"Order"'
    ),
}  # fmt: skip


def test_names_are_spelled_as_each_dialect_wants_them() -> None:
    assert {kind: tuple(map(dialect.name, NAMES)) for kind, dialect in DIALECTS.items()} == SPELLED


def test_table_is_shown_with_keys_comments_synonyms_and_values() -> None:
    assert Describer(SHOP).describe(CUSTOMERS) == (
        "CREATE TABLE customers ( -- about 3 rows; people who buy; also called clients\n"
        "  id integer PRIMARY KEY,\n"
        "  full_name text NOT NULL, -- such as: 'Ada Byron', 'Lê Văn Tám'\n"
        "  city text, -- where they live; such as: 'Paris', 'Huế', 'Oslo'\n"
        ")"
    )


def test_other_schemas_keys_of_two_columns_and_codes_are_shown() -> None:
    line = Table(
        schema="Sales Data",
        name="order lines",
        columns=(
            Column("order", "int", "integer", nullable=False),
            Column("line", "int", "integer", nullable=False),
            Column("gift", "smallint", "integer", samples=("0", "1"), samples_complete=True),
            Column("note", "text", "text", samples=("it's", "x" * 41, "line\nbreak")),
        ),
        primary_key=("order", "line"),
        foreign_keys=(ForeignKey(("order", "line"), "public", "parts", ("a", "b")),),
    )
    catalog = replace(SHOP, tables=(line,))
    assert Describer(catalog).describe(line) == (
        'CREATE TABLE "Sales Data"."order lines" (\n'
        '  "order" int NOT NULL,\n'
        "  line int NOT NULL,\n"
        "  gift smallint, -- values: '0', '1'\n"
        "  note text, -- such as: 'it''s', 'line break'\n"
        '  PRIMARY KEY ("order", line),\n'
        '  FOREIGN KEY ("order", line) REFERENCES parts(a, b),\n'
        ")"
    )


def test_values_of_the_question_come_first() -> None:
    values = {("public", "customers", "city"): ("Oslo", "Bergen")}
    assert "such as: 'Oslo', 'Bergen', 'Paris'\n" in Describer(SHOP, values).describe(CUSTOMERS)


def test_column_that_people_opted_out_shows_no_values() -> None:
    secret = Column("city", "text", "text", samples=("Paris",), is_sampled=False)
    table = replace(CUSTOMERS, columns=(secret,))
    values = {("public", "customers", "city"): ("Paris",)}
    assert "Paris" not in Describer(SHOP, values).describe(table)


def test_wide_table_shows_keys_then_named_columns_and_names_the_others() -> None:
    columns = tuple(Column(f"c{number}", "int", "integer") for number in range(6))
    table = replace(ORDERS, columns=(*columns, *ORDERS.columns))
    assert Describer(SHOP).describe(table, named={"c4"}, most_columns=3) == (
        "CREATE TABLE orders ( -- about 1,200 rows\n"
        "  c4 int,\n"
        "  id integer PRIMARY KEY,\n"
        "  customer_id integer NOT NULL REFERENCES customers(id),\n"
        "  -- 7 more columns: c0, c1, c2, c3, c5, status, total\n"
        ")"
    )


def test_collections_and_views_are_called_so() -> None:
    orders = Table(
        "", "orders", (Column("_id", "objectId", "other"), Column("buyer.name", "string", "text")), "collection"
    )
    shop = Catalog("mongodb", "shop", "", (orders,))
    assert Describer(shop).describe(orders) == "COLLECTION orders (\n  _id objectId,\n  buyer.name string,\n)"
    assert Describer(SHOP).describe(replace(ORDERS, kind="view")).startswith("CREATE VIEW orders (")
