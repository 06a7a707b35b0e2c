"""Questions that a newcomer may ask of a database, built from the names in its schema."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from django.db.models import F, Func, JSONField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from text2sql.models import DatabaseConnection, DatabaseSchema

COUNT = 3
#: A category has a few values; a name has many.
_CATEGORY_VALUES = range(2, 31)

_OF_THE_EXAMPLE = (
    _("How many orders per month?"),
    _("Which 5 products have the highest price?"),
    _("How many customers per country?"),
)

RawTable: TypeAlias = Mapping[str, Any]
RawColumn: TypeAlias = Mapping[str, Any]


class _FirstTables(Func):
    """The first of thousands: the whole schema would be megabytes for three lines of text."""

    template = "jsonb_path_query_array(%(expressions)s, '$.tables[0 to 39]')"
    output_field = JSONField()


def example_questions(connection: DatabaseConnection) -> list[str]:
    """At most COUNT questions, each about a table of its own; none before the schema was read.

    What the example shop holds is known without reading it.
    """
    seen = DatabaseSchema.objects.filter(connection=connection).latest_first()
    tables = seen.annotate(first=_FirstTables(F("schema_json"))).values_list("first", flat=True).first() or []
    if not tables and connection.is_demo:
        return [str(question) for question in _OF_THE_EXAMPLE]
    return list(_questions(sorted(tables, key=_by_size)))[:COUNT]


def is_schema_read(connection: DatabaseConnection) -> bool:
    """Whether there is a schema to look at."""
    return DatabaseSchema.objects.filter(connection=connection).exists()


def _by_size(table: RawTable) -> tuple[bool, int]:
    """Tables before views, large ones first.

    The database's own estimate: counting rows would read the whole table.
    """
    return table["kind"] == "view", -(table["row_estimate"] or 0)


def _questions(tables: list[RawTable]) -> Iterator[str]:
    used: set[str] = set()
    for make in (_per_month, _highest, _per_category, _how_many):
        for table in tables:
            if table["name"] not in used and (question := make(table)):
                used.add(table["name"])
                yield question
                break


def _per_month(table: RawTable) -> str:
    if _first(table, lambda column: column["kind"] in ("date", "timestamp")) is None:
        return ""
    return gettext("How many %(table)s per month?") % {"table": _words(table["name"])}


def _highest(table: RawTable) -> str:
    name = _first(table, lambda column: column["kind"] == "text" and column["name"].lower() in ("name", "title"))
    measure = _first(table, lambda column: column["kind"] == "number" and not _is_key(table, column))
    if name is None or measure is None:
        return ""
    words = {"table": _words(table["name"]), "measure": _words(measure["name"])}
    return gettext("Which 5 %(table)s have the highest %(measure)s?") % words


def _per_category(table: RawTable) -> str:
    category = _first(
        table,
        lambda column: column["kind"] == "text" and column["samples_complete"]
        and len(column["samples"]) in _CATEGORY_VALUES and not _is_key(table, column),
    )  # fmt: skip
    if category is None:
        return ""
    words = {"table": _words(table["name"]), "column": _words(category["name"])}
    return gettext("How many %(table)s per %(column)s?") % words


def _how_many(table: RawTable) -> str:
    return gettext("How many %(table)s are there?") % {"table": _words(table["name"])}


def _first(table: RawTable, fits: Callable[[RawColumn], bool]) -> RawColumn | None:
    return next((column for column in table["columns"] if fits(column)), None)


def _is_key(table: RawTable, column: RawColumn) -> bool:
    pointing = [name for key in table["foreign_keys"] for name in key["columns"]]
    return column["name"] in [*table["primary_key"], *pointing]


def _words(name: str) -> str:
    """A table or column as people would say it."""
    return name.replace("_", " ").strip()
