"""What people say about tables and columns: who may, how much, and what becomes of it."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import Account
from config.common.problems import Forbidden, NotFound
from projects.models import Project
from text2sql.catalog import Catalog, Column, ForeignKey, Table
from text2sql.errors import InvalidNote
from text2sql.models import DatabaseConnection, DatabaseSchema, SchemaNote
from text2sql.services.schemas import (
    MAX_DESCRIPTION_CHARS,
    MAX_SYNONYM_CHARS,
    MAX_SYNONYMS,
    catalog_from,
    diff_catalogs,
    keep_schema,
    latest_changes,
    notes_of,
    present_catalog,
    with_notes,
    write_note,
)
from text2sql.tests.pairs import make_connection
from text2sql.tests.services.test_schemas import CATALOG, CUSTOMERS, ORDERS

TABLE, COLUMN = ("public", "customers", ""), ("public", "customers", "city")


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    made = make_connection(owner, project)
    keep_schema(connection=made, catalog=CATALOG)
    return made


@pytest.mark.parametrize("role", ["manager", "member", "viewer", "stranger"])
def test_only_the_owner_and_staff_describe(
    connection: DatabaseConnection, people: dict[str, Account], role: str
) -> None:
    with pytest.raises(Forbidden):
        write_note(connection=connection, actor=people[role], place=TABLE, description="x")
    assert not SchemaNote.objects.exists()
    assert write_note(connection=connection, actor=people["staff"], place=TABLE, description="x").description == "x"


@pytest.mark.parametrize(
    ("note", "fields"),
    [
        ({"place": ("public", "gone", "")}, ["table_name"]), ({"place": ("other", "customers", "")}, ["table_name"]),
        ({"place": ("public", "customers", "gone")}, ["column_name"]), ({"place": ("", "", "")}, ["table_name"]),
        ({"place": ("public", "CUSTOMERS", "")}, ["table_name"]),
        ({"place": TABLE, "description": "d" * (MAX_DESCRIPTION_CHARS + 1)}, ["description"]),
        ({"place": TABLE, "description": "a\x00"}, ["description"]),
        ({"place": TABLE, "synonyms": [str(number) for number in range(MAX_SYNONYMS + 1)]}, ["synonyms"]),
        ({"place": TABLE, "synonyms": ["w" * (MAX_SYNONYM_CHARS + 1)]}, ["synonyms"]),
        ({"place": ("public", "gone", ""), "description": "a\x00", "synonyms": ["\x00"]},
         ["description", "synonyms", "table_name"]),
    ],
)  # fmt: skip
def test_note_that_cannot_be_kept_is_refused_by_field(
    connection: DatabaseConnection, owner: Account, note: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(InvalidNote) as error:
        write_note(connection=connection, actor=owner, **note)
    assert sorted(error.value.errors) == fields
    assert not SchemaNote.objects.exists()


def test_as_much_as_is_allowed_is_kept(connection: DatabaseConnection, owner: Account) -> None:
    words = [f"{number}".rjust(MAX_SYNONYM_CHARS, "w") for number in range(MAX_SYNONYMS)]
    text = "ạ" * MAX_DESCRIPTION_CHARS
    note = write_note(
        connection=connection, actor=owner, place=TABLE, description=text, synonyms=[*words, words[0], " "]
    )
    note.refresh_from_db()
    assert (note.description, note.synonyms) == (text, words)


def test_next_note_on_a_place_replaces_the_one_before(connection: DatabaseConnection, owner: Account) -> None:
    for description, synonyms in (("one", ["a"]), ("", ["b"])):
        write_note(connection=connection, actor=owner, place=COLUMN, description=description, synonyms=synonyms)
    note = SchemaNote.objects.get()
    assert (note.description, note.synonyms, note.is_sampled) == ("", ["b"], True)


def test_nothing_is_described_before_the_schema_was_read(owner: Account, project: Project) -> None:
    with pytest.raises(InvalidNote):
        write_note(connection=make_connection(owner, project), actor=owner, place=TABLE)


def test_table_s_note_keeps_no_values_away(connection: DatabaseConnection, owner: Account) -> None:
    write_note(connection=connection, actor=owner, place=TABLE, is_sampled=False)
    catalog = present_catalog(connection)
    assert catalog is not None
    assert catalog.table_by_key[TABLE[:2]].column_by_name["city"].samples == ("Huế", "Hà Nội")


def test_notes_change_words_and_neither_structure_nor_hash(connection: DatabaseConnection, owner: Account) -> None:
    assert with_notes(CATALOG, {}) is CATALOG
    write_note(connection=connection, actor=owner, place=TABLE, description="Who buys", synonyms=["buyers"])
    write_note(connection=connection, actor=owner, place=COLUMN, synonyms=["town"], is_sampled=False)
    noted = catalog_from(DatabaseSchema.objects.get())
    customers = noted.table_by_key[TABLE[:2]]
    city = customers.column_by_name["city"]
    assert (customers.description, customers.synonyms) == ("Who buys", ("buyers",))
    assert (city.synonyms, city.samples, city.samples_complete, city.is_sampled) == (("town",), (), False, False)
    assert (noted.structure_hash(), noted.table_by_key["public", "orders"]) == (CATALOG.structure_hash(), ORDERS)


def test_note_waits_for_a_table_that_comes_back(connection: DatabaseConnection, owner: Account) -> None:
    write_note(connection=connection, actor=owner, place=("public", "orders", ""), description="What was bought")
    keep_schema(connection=connection, catalog=replace(CATALOG, tables=(CUSTOMERS,)))
    assert list(notes_of(connection)) == [("public", "orders", "")]
    keep_schema(connection=connection, catalog=CATALOG)
    catalog = present_catalog(connection)
    assert catalog is not None
    assert catalog.table_by_key["public", "orders"].description == "What was bought"


def test_changes_need_a_schema_and_are_none_with_one(connection: DatabaseConnection, owner: Account) -> None:
    with pytest.raises(NotFound) as error:
        latest_changes(make_connection(owner))
    assert error.value.code == "schema_not_read"
    assert latest_changes(connection) == {"schema_hash": CATALOG.structure_hash(), "previous_hash": "", "changes": []}


def one_table(*columns: Column, **fields: Any) -> Catalog:
    return Catalog("mysql", "shop", "", (Table("", "goods", columns, **fields),))


def test_differences_are_told_by_place() -> None:
    old, new = Column("id", "int", "integer"), Column("id", "int", "integer", nullable=False)
    pointing = ForeignKey(("id",), "", "other", ("id",))
    told = {
        "nothing": diff_catalogs(one_table(old), one_table(replace(old, comment="x", samples=("1",)))),
        "nullable": diff_catalogs(one_table(old), one_table(new)),
        "order": diff_catalogs(
            one_table(old, Column("b", "int", "integer")), one_table(Column("b", "int", "integer"), old)
        ),
        "key": diff_catalogs(one_table(old, primary_key=("id",)), one_table(old)),
        "same keys": diff_catalogs(one_table(old, foreign_keys=(pointing,)), one_table(old, foreign_keys=(pointing,))),
        "empty": diff_catalogs(Catalog("mysql", "shop", "", ()), one_table(old)),
    }
    assert {name: [(one.what, one.place, one.detail) for one in changes] for name, changes in told.items()} == {
        "nothing": [], "nullable": [("changed", "goods.id", "int -> int NOT NULL")], "order": [],
        "key": [("changed", "goods", "primary key: id -> ")], "same keys": [], "empty": [("added", "goods", "")],
    }  # fmt: skip


def test_hash_tells_every_part_of_the_structure_apart() -> None:
    column = Column("id", "int", "integer")
    base = one_table(column)
    others = {
        "name": one_table(replace(column, name="ID")), "type": one_table(replace(column, data_type="bigint")),
        "nullable": one_table(replace(column, nullable=False)), "kind": one_table(column, kind="view"),
        "key": one_table(column, primary_key=("id",)), "unique": one_table(column, unique_keys=(("id",),)),
        "pointing": one_table(column, foreign_keys=(ForeignKey(("id",), "", "x", ("id",)),)),
    }  # fmt: skip
    same = {
        "comment": one_table(replace(column, comment="x", description="y", synonyms=("z",)), comment="c"),
        "rows": one_table(column, row_estimate=10**9), "kind of value": one_table(replace(column, kind="number")),
        "database": replace(base, database_name="other"),
    }  # fmt: skip
    assert len({catalog.structure_hash() for catalog in (base, *others.values())}) == 8
    assert {catalog.structure_hash() for catalog in same.values()} == {base.structure_hash()}
    odd = one_table(replace(column, name="\ud800"))
    assert len(odd.structure_hash()) == 64


@pytest.mark.parametrize("data", [{}, {"tables": [{}]}, {"tables": None}, {"tables": [{"schema": "a"}]}])
def test_what_is_no_catalog_is_an_error(data: Any) -> None:
    with pytest.raises((KeyError, TypeError)):
        Catalog.from_json(data)
