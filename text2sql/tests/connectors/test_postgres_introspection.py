"""The schema of a PostgreSQL database: the shop in full, odd names, broken views, an empty one."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tasks.engines.cancel import CancelFlag
from tasks.engines.errors import Cancelled
from text2sql.catalog import Catalog, ForeignKey, Table
from text2sql.connectors.base import SamplingRules, Target
from text2sql.connectors.postgresql.connector import PostgresConnector
from text2sql.connectors.postgresql.session import PostgresSession
from text2sql.tests.connectors.asking import QUIET, catalog_of, columns_of, rows_of
from text2sql.tests.servers import PostgresServer


@contextmanager
def opened(target: Target) -> Iterator[PostgresSession]:
    session = PostgresConnector().open(target)
    yield session
    session.close()


@pytest.fixture(scope="module")
def shop(shop_pg: Target) -> Catalog:
    with opened(shop_pg) as session:
        return catalog_of(session, SamplingRules())


def test_role_sees_what_it_may_read(shop: Catalog) -> None:
    assert (shop.database_type, shop.database_name, shop.default_schema) == ("postgresql", "t2s_shop", "public")
    assert {table.name: (table.kind, table.row_estimate, len(table.columns)) for table in shop.tables} == {
        "customers": ("table", 60, 6),
        "order_items": ("table", 600, 4),
        "orders": ("table", 300, 4),
        "paid_orders": ("view", None, 4),
        "products": ("table", 40, 7),
        "sales_by_city": ("view", 3, 2),
    }


def test_keys_and_comments_are_read(shop: Catalog) -> None:
    items, customers = shop.table_by_key["public", "order_items"], shop.table_by_key["public", "customers"]
    assert items.primary_key == ("order_id", "product_id")
    assert items.foreign_keys == (
        ForeignKey(("order_id",), "public", "orders", ("id",)),
        ForeignKey(("product_id",), "public", "products", ("id",)),
    )
    assert (customers.unique_keys, customers.comment) == ((("email",),), "Khách hàng: who buys")
    assert customers.column_by_name["city"].comment == "Thành phố"


def test_columns_have_types_kinds_and_samples(shop: Catalog) -> None:
    def tell(name: str) -> dict[str, tuple[str, str, bool, tuple[str, ...]]]:
        table = shop.table_by_key["public", name]
        return {c.name: (c.data_type, c.kind, c.nullable, c.samples[:3]) for c in table.columns}

    assert tell("customers") | tell("products") == {
        "email": (
            "character varying(120)",
            "text",
            True,
            ("customer10@example.org", "customer11@example.org", "customer12@example.org"),
        ),
        "city": ("text", "text", False, ("Hà Nội", "Huế", "Đà Nẵng")),
        "is_member": ("boolean", "boolean", False, ("false", "true")),
        "joined": ("date", "date", False, ("2024-01-01", "2024-01-02", "2024-01-03")),
        "id": ("integer", "integer", False, ()),
        "name": ("text", "text", False, ("Bánh mì 10", "Bánh mì 14", "Bánh mì 18")),
        "category": ("text", "text", False, ("đồ uống", "bánh", "thức ăn")),
        "price": ("numeric(12,2)", "number", False, ()),
        "stock": ("smallint", "integer", False, ("0", "1", "2")),
        "attributes": ("jsonb", "json", True, ()),
        "picture": ("bytea", "binary", True, ()),
    }
    assert tell("orders")["status"] == ("order_status", "text", False, ("paid", "cancelled", "new"))


def test_people_opt_columns_out(shop_pg: Target, shop: Catalog) -> None:
    with opened(shop_pg) as session:
        rules = SamplingRules(max_values_per_column=2, skipped=frozenset({("public", "customers", "email")}))
        table = catalog_of(session, rules).table_by_key["public", "customers"]
        unsampled = catalog_of(session)
    assert (table.column_by_name["email"].samples, table.column_by_name["email"].is_sampled) == ((), False)
    assert (table.column_by_name["city"].samples, table.column_by_name["city"].samples_complete) == (
        ("Hà Nội", "Huế"),
        False,
    )
    assert not any(column.samples for _table, column in unsampled.columns())
    assert unsampled.structure_hash() == shop.structure_hash()


ODD = """
CREATE SCHEMA "lạ đời";
CREATE TABLE "lạ đời".\"""; drop table x; --" ("select" text, "có dấu cách" int, "it's" date, "%s {0} $1" text,
    "a""b" text, PRIMARY KEY ("select"));
INSERT INTO "lạ đời".\"""; drop table x; --" VALUES ('''; --', 1, '2026-01-01', '%s', '"');
CREATE TABLE "order" ("from" text REFERENCES "lạ đời".\"""; drop table x; --");
CREATE TABLE "Bảng Khách" ("Tên" text UNIQUE);
CREATE TABLE no_columns ();
CREATE VIEW fails AS SELECT 1 / (random() * 0)::int AS zero, 'x' AS word;
CREATE VIEW slow AS SELECT 'x' AS word FROM pg_sleep(30);
CREATE DOMAIN postcode AS varchar(5);
CREATE TABLE typed (code postcode, tags text[], span int4range, at time, big text) PARTITION BY LIST (code);
CREATE TABLE typed_1 PARTITION OF typed FOR VALUES IN ('1');
INSERT INTO typed VALUES ('1', '{a}', '[1,2)', '10:00', repeat('x', 500));
CREATE TABLE key_parts (a int, b int, c text, UNIQUE (b, a) INCLUDE (c));
CREATE UNIQUE INDEX ON key_parts (c) WHERE a > 0;
CREATE TABLE points_back (b int, a int, FOREIGN KEY (a, b) REFERENCES key_parts (a, b));
CREATE EXTENSION vector;
CREATE TABLE embedded (v vector(2));
INSERT INTO embedded VALUES ('[1,2]');
"""


@pytest.fixture(scope="module")
def odd_target(postgres_server: PostgresServer) -> Target:
    return postgres_server.make_database("t2s odd", ODD)


@pytest.fixture(scope="module")
def odd(odd_target: Target) -> dict[str, Table]:
    with opened(odd_target) as session:
        catalog = catalog_of(session, SamplingRules(timeout_seconds=0.5))
    return {table.name: table for table in catalog.tables}


def test_odd_names_are_kept_and_sampled(odd: dict[str, Table]) -> None:
    table = odd['"; drop table x; --']
    assert table.schema == "lạ đời"
    assert {column.name: column.samples for column in table.columns} == {
        "select": ("'; --",),
        "có dấu cách": ("1",),
        "it's": ("2026-01-01",),
        "%s {0} $1": ("%s",),
        'a"b': ('"',),
    }
    assert odd["order"].foreign_keys == (ForeignKey(("from",), "lạ đời", table.name, ("select",)),)
    assert odd["Bảng Khách"].unique_keys == (("Tên",),)


def test_failing_and_slow_views_are_listed_without_samples(odd: dict[str, Table]) -> None:
    assert [(odd[name].kind, odd[name].columns[-1].samples) for name in ("fails", "slow")] == [("view", ())] * 2
    assert odd["no_columns"].columns == ()


def test_partitions_domains_arrays_and_included_columns(odd: dict[str, Table]) -> None:
    assert "typed_1" not in odd
    assert {c.name: (c.data_type, c.kind) for c in odd["typed"].columns} == {
        "code": ("postcode", "text"),
        "tags": ("text[]", "other"),
        "span": ("int4range", "other"),
        "at": ("time without time zone", "time"),
        "big": ("text", "text"),
    }
    assert odd["key_parts"].unique_keys == (("b", "a"),)
    assert odd["points_back"].foreign_keys == (ForeignKey(("a", "b"), "public", "key_parts", ("a", "b")),)


def test_type_of_an_extension_comes_as_text(odd_target: Target) -> None:
    with opened(odd_target) as session:
        assert columns_of(session, "SELECT v FROM embedded") == [("v", "vector", "other")]
        assert rows_of(session, "SELECT v FROM embedded") == [("[1,2]",)]


def test_empty_database_has_an_empty_schema(postgres_server: PostgresServer) -> None:
    with opened(postgres_server.make_database("t2s_empty")) as session:
        assert catalog_of(session) == Catalog("postgresql", "t2s_empty", "public", ())


def test_cancelled_introspection_stops_and_leaves_the_session_usable(shop_pg: Target) -> None:
    flag = CancelFlag()
    flag.cancel()
    with opened(shop_pg) as session:
        with pytest.raises(Cancelled):
            session.introspect(sampling=QUIET, cancel=flag)
        assert session.is_usable()
