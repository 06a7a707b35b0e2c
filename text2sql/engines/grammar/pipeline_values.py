"""Values of questions as MongoDB compares them: its operators only meet values of their own type."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from text2sql.catalog import NUMERIC_KINDS, ColumnKind
from text2sql.engines.grammar.plan import Inexpressible, Literal, Term
from text2sql.engines.grammar.schema import Col, Schema

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{24}")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a term gives: the catalog's kind, and MongoDB's names of the types that were met."""

    kind: ColumnKind
    types: tuple[str, ...] = ()

    def meets(self, other: "Kind") -> bool:
        """Whether values of both can be equal; a text is never equal to an ObjectId that looks like it."""
        if self.kind in NUMERIC_KINDS or other.kind in NUMERIC_KINDS:
            return {self.kind, other.kind} <= NUMERIC_KINDS
        return self.kind == other.kind and (self.kind != "other" or bool(set(self.types) & set(other.types)))


def kind_of(schema: Schema, term: Term) -> Kind:
    """The kind of a term's values: differences, counts, sums, averages and years are numbers."""
    if term.col is None or term.agg == "count" or term.minus is not None or term.unit == "year":
        return Kind("number")
    column = schema.column(term.col)
    if term.unit:
        return Kind("timestamp", ("date",))
    return Kind(column.kind, tuple(column.data_type.split("|")))


def typed(value: Literal, kind: Kind) -> Any:
    """A value in extended JSON; raises Inexpressible where no such value can be stored there."""
    if kind.kind == "boolean":
        return str(value).lower() in ("true", "t", "1", "yes", "y")
    if kind.kind in NUMERIC_KINDS:
        return _number(value, kind)
    if kind.kind == "text":
        return value if isinstance(value, str) else str(_number(value, Kind("number")))
    if kind.kind in ("date", "timestamp") and isinstance(value, str):
        return {"$date": moment(value)}
    if "objectId" in kind.types and isinstance(value, str) and _OBJECT_ID.fullmatch(value):
        return {"$oid": value.lower()}
    raise Inexpressible(f"{value!r} is no {kind.kind}")


def moment(text: str) -> str:
    """A day or a moment as extended JSON writes it, in UTC; raises Inexpressible."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Inexpressible(f"{text!r} is no moment") from error
    return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC).isoformat().replace("+00:00", "Z")


def pattern(like: str) -> str:
    """SQL's LIKE as a regular expression: only what has no % at an end is held there."""
    inner = "".join({"%": ".*", "_": "."}.get(letter, re.escape(letter)) for letter in like.strip("%"))
    return ("" if like.startswith("%") else "^") + inner + ("" if like.endswith("%") else "$")


def column_kind(schema: Schema, col: Col) -> Kind:
    """The kind of a column."""
    return kind_of(schema, Term(col))


def _number(value: Literal, kind: Kind) -> Any:
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        raise Inexpressible(f"{value!r} is no number")
    number = Decimal(str(value))
    if "decimal" in kind.types[:1]:
        return {"$numberDecimal": f"{number:f}"}
    return int(number) if number == number.to_integral_value() else float(number)
