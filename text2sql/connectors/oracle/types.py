"""Oracle's types: which kind each is, and how values are fetched."""

from decimal import Decimal
from typing import Any

import oracledb

from text2sql.catalog import ColumnKind

_PREFIXES: tuple[tuple[str, ColumnKind], ...] = (
    ("VARCHAR", "text"), ("NVARCHAR", "text"), ("CHAR", "text"), ("NCHAR", "text"), ("CLOB", "text"), ("NCLOB", "text"),
    ("LONG RAW", "binary"), ("LONG", "text"), ("ROWID", "other"), ("RAW", "binary"), ("BLOB", "binary"),
    ("BFILE", "other"), ("BINARY_FLOAT", "number"), ("BINARY_DOUBLE", "number"), ("FLOAT", "number"),
    ("DATE", "timestamp"), ("TIMESTAMP", "timestamp"), ("JSON", "json"), ("BOOLEAN", "boolean"),
)  # fmt: skip


def kind_of(data_type: str, scale: int | None, precision: int | None) -> ColumnKind:
    """NUMBER(p, 0) is whole; a plain NUMBER may be anything. A DATE of Oracle has a time.

    INTEGER is a NUMBER whose scale is 0 and whose precision the dictionary leaves empty; results have 0 for unknown.
    """
    if data_type.startswith("NUMBER"):
        return "integer" if scale == 0 and precision != 0 else "number"
    return next((kind for prefix, kind in _PREFIXES if data_type.startswith(prefix)), "other")


def column_type(name: str, length: int | None, precision: int | None, scale: int | None) -> str:
    """As it is written in CREATE TABLE.

    `length` counts characters and is 0 for types without one; a scale below 0 rounds to tens and hundreds.
    """
    if name == "NUMBER" and precision:
        return f"NUMBER({precision},{scale})" if scale else f"NUMBER({precision})"
    return f"{name}({length})" if length and "CHAR" in name else name


def fetch_as(cursor: Any, info: Any) -> Any:
    """python-oracledb's output type handler: large objects as values, exact numbers as Decimal.

    A locator would cost a round trip for each value; floats would lose digits of NUMBER.
    """
    if info.type_code in (oracledb.DB_TYPE_CLOB, oracledb.DB_TYPE_NCLOB):
        return cursor.var(oracledb.DB_TYPE_LONG, arraysize=cursor.arraysize)
    if info.type_code is oracledb.DB_TYPE_BLOB:
        return cursor.var(oracledb.DB_TYPE_LONG_RAW, arraysize=cursor.arraysize)
    if info.type_code is oracledb.DB_TYPE_NUMBER and not (info.scale == 0 and info.precision):
        return cursor.var(Decimal, arraysize=cursor.arraysize)
    return None


def type_name(info: Any) -> str:
    """Of a column of a result."""
    return str(info.type_code.name).removeprefix("DB_TYPE_").replace("_TZ", " WITH TIME ZONE")
