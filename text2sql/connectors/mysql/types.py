"""MySQL's types: which kind each is, and how values become Python's."""

import json
from collections.abc import Mapping
from typing import Any

from pymysql.constants import FIELD_TYPE
from pymysql.converters import conversions

from text2sql.catalog import ColumnKind
from text2sql.connectors.base import ResultColumn

_KINDS: Mapping[ColumnKind, str] = {
    "text": "char varchar tinytext text mediumtext longtext enum set string var_string",
    "integer": "tinyint smallint mediumint int bigint year bit",
    "number": "decimal float double",
    "date": "date",
    "time": "time",
    "timestamp": "datetime timestamp",
    "json": "json",
    "binary": "binary varbinary tinyblob blob mediumblob longblob",
}
KIND_BY_TYPE: Mapping[str, ColumnKind] = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_WORDS: Mapping[int, str] = {
    FIELD_TYPE.DECIMAL: "decimal", FIELD_TYPE.NEWDECIMAL: "decimal", FIELD_TYPE.TINY: "tinyint",
    FIELD_TYPE.SHORT: "smallint", FIELD_TYPE.INT24: "mediumint", FIELD_TYPE.LONG: "int", FIELD_TYPE.LONGLONG: "bigint",
    FIELD_TYPE.FLOAT: "float", FIELD_TYPE.DOUBLE: "double", FIELD_TYPE.TIMESTAMP: "timestamp",
    FIELD_TYPE.DATETIME: "datetime", FIELD_TYPE.DATE: "date", FIELD_TYPE.NEWDATE: "date", FIELD_TYPE.TIME: "time",
    FIELD_TYPE.YEAR: "year", FIELD_TYPE.BIT: "bit", FIELD_TYPE.JSON: "json", FIELD_TYPE.ENUM: "enum",
    FIELD_TYPE.SET: "set", FIELD_TYPE.VARCHAR: "varchar", FIELD_TYPE.VAR_STRING: "varchar", FIELD_TYPE.STRING: "char",
    FIELD_TYPE.TINY_BLOB: "text", FIELD_TYPE.BLOB: "text", FIELD_TYPE.MEDIUM_BLOB: "text", FIELD_TYPE.LONG_BLOB: "text",
    FIELD_TYPE.GEOMETRY: "geometry", FIELD_TYPE.NULL: "null",
}  # fmt: skip
_BINARY_WORDS = {"varchar": "varbinary", "char": "binary", "text": "blob"}
#: The character set of what is no text.
_BINARY_SET = 63


def kind_of(data_type: str, column_type: str) -> ColumnKind:
    """Of a column in the catalog; tinyint(1) and bit(1) are how MySQL spells boolean."""
    if column_type in ("tinyint(1)", "bit(1)"):
        return "boolean"
    return KIND_BY_TYPE.get(data_type, "other")


def result_column(name: str, type_code: int, character_set: int) -> ResultColumn:
    """Of a field of a result.

    BLOB and TEXT have one type on the wire and differ in the character set alone; expressions have no tinyint(1).
    """
    word = _WORDS.get(type_code, "unknown")
    if character_set == _BINARY_SET:
        word = _BINARY_WORDS.get(word, word)
    return ResultColumn(name, word, KIND_BY_TYPE.get(word, "other"))


def _read_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _read_bits(value: bytes) -> int:
    return int.from_bytes(value, "big")


def _read_geometry(value: bytes) -> str:
    return value.hex()


#: For PyMySQL's `conv`: its own converters, and ours for what it would leave as bytes or text.
CONVERTERS: dict[Any, Any] = {
    **conversions,
    FIELD_TYPE.JSON: _read_json,
    FIELD_TYPE.BIT: _read_bits,
    FIELD_TYPE.GEOMETRY: _read_geometry,
}
