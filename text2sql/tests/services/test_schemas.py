"""Schemas that are kept, noted and compared."""

from dataclasses import replace

import pytest

from accounts.models import Account
from projects.models import Project
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.models import DatabaseConnection, DatabaseSchema
from text2sql.services.connections import create_connection
from text2sql.services.schemas import diff_catalogs, keep_schema, latest_changes, present_catalog, write_note

CITY = Column("city", "text", "text", samples=("Huế", "Hà Nội"), samples_complete=True)
CUSTOMERS = Table(
    "public", "customers", (Column("id", "integer", "integer", nullable=False), CITY), primary_key=("id",)
)
ORDERS = Table(
    "public", "orders", (Column("id", "integer", "integer"), Column("customer", "integer", "integer")),
    foreign_keys=(ForeignKey(("customer",), "public", "customers", ("id",)),),
)  # fmt: skip
CATALOG = Catalog("postgresql", "shop", "public", (CUSTOMERS, ORDERS))


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    return create_connection(user=owner, name="Shop", type="postgresql", host="db.example.org", project=project)


def test_catalog_survives_its_json() -> None:
    assert Catalog.from_json(CATALOG.to_json()) == CATALOG


def test_hash_follows_the_structure_and_not_the_content() -> None:
    other_values = replace(
        CATALOG, tables=(replace(CUSTOMERS, columns=(CUSTOMERS.columns[0], replace(CITY, samples=()))), ORDERS)
    )
    reordered = replace(CATALOG, tables=(ORDERS, CUSTOMERS))
    other_type = replace(CATALOG, tables=(replace(CUSTOMERS, columns=(replace(CITY, data_type="varchar"),)), ORDERS))
    assert {other_values.structure_hash(), reordered.structure_hash()} == {CATALOG.structure_hash()}
    assert other_type.structure_hash() != CATALOG.structure_hash()


def test_same_structure_is_one_row_and_a_known_one_comes_back(connection: DatabaseConnection) -> None:
    smaller = replace(CATALOG, tables=(CUSTOMERS,))
    first, second = (
        keep_schema(connection=connection, catalog=CATALOG),
        keep_schema(connection=connection, catalog=smaller),
    )
    again = keep_schema(connection=connection, catalog=CATALOG)
    assert (again.pk, DatabaseSchema.objects.count()) == (first.pk, 2)
    assert present_catalog(connection) == CATALOG
    assert latest_changes(connection) == {
        "schema_hash": first.schema_hash, "previous_hash": second.schema_hash,
        "changes": [{"what": "added", "place": "public.orders", "detail": ""}],
    }  # fmt: skip


def test_every_kind_of_difference_is_told() -> None:
    columns = (Column("id", "bigint", "integer", nullable=False), Column("town", "text", "text"))
    changed = replace(
        CATALOG,
        tables=(replace(CUSTOMERS, columns=columns, primary_key=("id", "town")), replace(ORDERS, foreign_keys=()),
                replace(ORDERS, name="returns")),
    )  # fmt: skip
    assert [(change.what, change.place, change.detail) for change in diff_catalogs(CATALOG, changed)] == [
        ("added", "public.returns", ""),
        ("added", "public.customers.town", ""),
        ("removed", "public.customers.city", ""),
        ("changed", "public.customers.id", "integer NOT NULL -> bigint NOT NULL"),
        ("changed", "public.customers", "primary key: id -> id, town"),
        ("changed", "public.orders", "foreign keys"),
    ]


def test_notes_stand_in_the_catalog_and_outlive_a_new_reading(connection: DatabaseConnection, owner: Account) -> None:
    keep_schema(connection=connection, catalog=CATALOG)
    write_note(connection=connection, actor=owner, place=("public", "customers", ""), description=" Who buys ")
    write_note(
        connection=connection, actor=owner, place=("public", "customers", "city"), synonyms=["town", " town ", ""]
    )
    keep_schema(connection=connection, catalog=replace(CATALOG, tables=(CUSTOMERS,)))
    catalog = present_catalog(connection)
    assert catalog is not None
    [table] = catalog.tables
    assert (table.description, table.column_by_name["city"].synonyms) == ("Who buys", ("town",))


def test_values_of_an_excluded_column_leave_every_kept_schema(connection: DatabaseConnection, owner: Account) -> None:
    for catalog in (CATALOG, replace(CATALOG, tables=(CUSTOMERS,))):
        keep_schema(connection=connection, catalog=catalog)
    write_note(connection=connection, actor=owner, place=("public", "customers", "city"), is_sampled=False)
    assert all("Huế" not in str(schema.schema_json) for schema in DatabaseSchema.objects.all())
    present = present_catalog(connection)
    assert present is not None
    assert present.table_by_key["public", "customers"].column_by_name["city"].is_sampled is False
