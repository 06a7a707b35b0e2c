"""A known query as something whose literals can be replaced: SQL's tree, or MongoDB's pipeline."""

from typing import TYPE_CHECKING, Any

from text2sql.catalog import Catalog, DatabaseType
from text2sql.knowledge.documents import (
    parse_pipeline,
    pipeline_places,
    pipeline_references,
    put_literal,
    write_pipeline,
)
from text2sql.knowledge.fitting import Reference, sql_references
from text2sql.knowledge.literals import DIALECTS, Place, parse_sql, sql_places

if TYPE_CHECKING:
    from sqlglot import exp


class ParsedQuery:
    """The query with the literals that may be values; raises QueryUnreadable.

    `catalog` tells whose column an unqualified name is.
    """

    def __init__(self, text: str, database_type: DatabaseType, catalog: Catalog | None = None) -> None:
        self._type = database_type
        self._document: dict[str, Any] | None = None
        self._tree: exp.Expr | None = None
        if database_type == "mongodb":
            self._document = parse_pipeline(text)
            self.places = pipeline_places(self._document)
        else:
            self._tree = parse_sql(text, database_type)
            self.places = sql_places(self._tree, catalog)

    def write(self) -> str:
        """The text, in a layout of its own."""
        if self._tree is not None:
            return self._tree.sql(dialect=DIALECTS[self._type], comments=False)
        return write_pipeline(self._document or {})

    def put(self, place: Place, value: str) -> None:
        """Replace one of `places` by another value of its type."""
        if self._tree is None:
            put_literal(place, value)
        else:
            # What a number's sign is, a node above it says.
            place.node.set("this", value.lstrip("-") if place.kind == "number" else value)

    def references(self) -> list[Reference]:
        """The tables and columns it reads."""
        return pipeline_references(self._document or {}) if self._tree is None else sql_references(self._tree)
