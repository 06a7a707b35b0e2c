"""Catalogs written by hand in a few words, for tests that need no server."""

from collections.abc import Sequence

from text2sql.catalog import Catalog, Column, ColumnKind, DatabaseType, ForeignKey, Table

KINDS: dict[str, ColumnKind] = {
    "text": "text",
    "int": "integer",
    "num": "number",
    "date": "date",
    "moment": "timestamp",
    "bool": "boolean",
}


def column(text: str) -> Column:
    """`name kind` with values behind `=`, separated by |: `sex text = F|M`; a * behind the kind: more values exist."""
    declared, _, values = text.partition(" = ")
    name, kind = declared.rsplit(" ", 1)
    samples = tuple(values.split("|")) if values else ()
    return Column(
        name,
        kind.strip("*"),
        KINDS[kind.strip("*")],
        samples=samples,
        samples_complete=not kind.endswith("*"),
    )


def table(
    name: str,
    *columns: str,
    key: Sequence[str] = (),
    to: dict[str, tuple[str, str]] | None = None,
    schema: str = "public",
) -> Table:
    """A table; `to` maps a column to the table and column it points to."""
    keys = tuple(ForeignKey((own,), schema, target, (other,)) for own, (target, other) in (to or {}).items())
    entries = tuple(column(one) for one in columns)
    return Table(schema, name, entries, primary_key=tuple(key), foreign_keys=keys)


def catalog(*tables: Table, database_type: DatabaseType = "postgresql") -> Catalog:
    """A catalog whose default schema is `public`."""
    return Catalog(database_type, "tests", "public", tables)


LIBRARY = catalog(
    table("author", "author_id int", "full_name text = Ada Byron|Karel Novak", "birth_year int", key=["author_id"]),
    table(
        "book",
        "book_id int",
        "title text = The Mill|North",
        "author_id int",
        "pages int",
        "publishedOn date",
        "price num",
        key=["book_id"],
        to={"author_id": ("author", "author_id")},
    ),
    table("member", "memberid int", "fname text = Zoe", "lname text = Hill", "sex text = F|M", key=["memberid"]),
    table(
        "loan",
        "loan_id int",
        "book_id int",
        "memberid int",
        "loaned_at moment",
        key=["loan_id"],
        to={"book_id": ("book", "book_id"), "memberid": ("member", "memberid")},
    ),
)
