"""BSON as the contract's types, and documents as rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from bson import Binary, Code, Decimal128, Int64, ObjectId
from bson.binary import UUID_SUBTYPE

from text2sql.catalog import ColumnKind

#: MongoDB's names of types and our kinds: https://www.mongodb.com/docs/manual/reference/bson-types/
_TYPES: tuple[tuple[Any, str, ColumnKind], ...] = (
    (bool, "bool", "boolean"),
    (int, "int", "integer"),
    (float, "double", "number"),
    (Decimal128, "decimal", "number"),
    (str, "string", "text"),
    (datetime, "date", "timestamp"),
    (ObjectId, "objectId", "other"),
    (Mapping, "object", "json"),
    (list, "array", "other"),
    (bytes, "binData", "binary"),
)
#: Fields that the first documents did not have; the header is sent before the others are known.
OTHER_FIELDS = "(other fields)"


def to_python(value: Any) -> Any:
    """Nested, too; ObjectId, Regex, Timestamp and the like become text."""
    if isinstance(value, Decimal128):
        return value.to_decimal()
    if isinstance(value, Int64):
        return int(value)
    if isinstance(value, Binary):
        return value.as_uuid() if value.subtype == UUID_SUBTYPE else bytes(value)
    if isinstance(value, Mapping):
        return {str(key): to_python(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [to_python(inner) for inner in value]
    if isinstance(value, Code):
        # A kind of text, which would not be equal to any other.
        return str(value)
    if value is None or isinstance(value, (bool, int, float, str, datetime, bytes, UUID)):
        return value
    return str(value)


def type_of(value: Any) -> tuple[str, ColumnKind]:
    """MongoDB's name of a value's type, and the kind.

    The order of the types counts: True is an int of Python's, and Int64 as well.
    """
    if value is None:
        return "null", "other"
    for python, name, kind in _TYPES:
        if isinstance(value, python):
            return ("long" if isinstance(value, Int64) else name), kind
    return type(value).__name__.lower(), "other"


def field_names(documents: Iterable[Mapping[str, Any]]) -> list[str]:
    """Fields of the first level in the order in which they were met."""
    return list(dict.fromkeys(name for document in documents for name in document))


def to_row(document: Mapping[str, Any], names: Sequence[str], *, has_rest: bool) -> tuple[Any, ...]:
    """The values of these fields, None where there is none; what is left, as one value, if there is room for it."""
    row = [to_python(document.get(name)) for name in names]
    if has_rest:
        rest = {name: to_python(value) for name, value in document.items() if name not in names}
        row.append(rest or None)
    return tuple(row)
