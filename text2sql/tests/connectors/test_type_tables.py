"""Types of all five databases: which kind each is, and what its values become."""

import datetime as dt
from decimal import Decimal
from typing import Any
from uuid import UUID

from bson import Binary, Code, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp
from bson.binary import UUID_SUBTYPE
from pymysql.constants import FIELD_TYPE

from text2sql.catalog import ColumnKind
from text2sql.connectors.clickhouse import types as clickhouse
from text2sql.connectors.mongodb import values as mongodb
from text2sql.connectors.mysql import types as mysql
from text2sql.connectors.oracle import types as oracle
from text2sql.connectors.postgresql.types import KIND_BY_TYPE

POSTGRESQL: dict[ColumnKind, str] = {
    "text": "text varchar bpchar char name citext enum",
    "integer": "int2 int4 int8 oid xid serial bigserial",
    "number": "numeric float4 float8 money",
    "boolean": "bool",
    "date": "date",
    "time": "time timetz",
    "timestamp": "timestamp timestamptz",
    "json": "json jsonb",
    "binary": "bytea",
    "other": "uuid inet cidr macaddr interval point box tsvector xml bit varbit int4range geometry hstore void record",
}


def test_types_of_postgresql_have_kinds() -> None:
    expected = {word: kind for kind, words in POSTGRESQL.items() for word in words.split()}
    assert {word: KIND_BY_TYPE.get(word, "other") for word in expected} == expected


#: data_type and column_type of information_schema -> kind.
MYSQL: dict[tuple[str, str], ColumnKind] = {
    ("tinyint", "tinyint(1)"): "boolean",
    ("tinyint", "tinyint(4)"): "integer",
    ("tinyint", "tinyint(1) unsigned"): "integer",
    ("bit", "bit(1)"): "boolean",
    ("bit", "bit(8)"): "integer",
    ("int", "int(10) unsigned"): "integer",
    ("bigint", "bigint(20)"): "integer",
    ("year", "year(4)"): "integer",
    ("decimal", "decimal(10,2)"): "number",
    ("double", "double"): "number",
    ("float", "float"): "number",
    ("varchar", "varchar(20)"): "text",
    ("enum", "enum('a','b')"): "text",
    ("set", "set('a','b')"): "text",
    ("longtext", "longtext"): "text",
    ("date", "date"): "date",
    ("time", "time(6)"): "time",
    ("datetime", "datetime(6)"): "timestamp",
    ("timestamp", "timestamp"): "timestamp",
    ("json", "json"): "json",
    ("varbinary", "varbinary(16)"): "binary",
    ("blob", "blob"): "binary",
    ("geometry", "geometry"): "other",
    ("uuid", "uuid"): "other",
    ("inet6", "inet6"): "other",
    ("vector", "vector(3)"): "other",
}


def test_types_of_mysql_have_kinds() -> None:
    assert {pair: mysql.kind_of(*pair) for pair in MYSQL} == MYSQL


UTF8, BINARY = 45, 63
#: Type and character set of a result's field -> its word and kind.
FIELDS: dict[tuple[int, int], tuple[str, ColumnKind]] = {
    (FIELD_TYPE.TINY, BINARY): ("tinyint", "integer"),
    (FIELD_TYPE.SHORT, BINARY): ("smallint", "integer"),
    (FIELD_TYPE.INT24, BINARY): ("mediumint", "integer"),
    (FIELD_TYPE.LONG, BINARY): ("int", "integer"),
    (FIELD_TYPE.LONGLONG, BINARY): ("bigint", "integer"),
    (FIELD_TYPE.DECIMAL, BINARY): ("decimal", "number"),
    (FIELD_TYPE.NEWDECIMAL, BINARY): ("decimal", "number"),
    (FIELD_TYPE.FLOAT, BINARY): ("float", "number"),
    (FIELD_TYPE.DOUBLE, BINARY): ("double", "number"),
    (FIELD_TYPE.DATE, BINARY): ("date", "date"),
    (FIELD_TYPE.NEWDATE, BINARY): ("date", "date"),
    (FIELD_TYPE.TIME, BINARY): ("time", "time"),
    (FIELD_TYPE.DATETIME, BINARY): ("datetime", "timestamp"),
    (FIELD_TYPE.TIMESTAMP, BINARY): ("timestamp", "timestamp"),
    (FIELD_TYPE.YEAR, BINARY): ("year", "integer"),
    (FIELD_TYPE.BIT, BINARY): ("bit", "integer"),
    (FIELD_TYPE.JSON, BINARY): ("json", "json"),
    (FIELD_TYPE.JSON, UTF8): ("json", "json"),
    (FIELD_TYPE.VARCHAR, UTF8): ("varchar", "text"),
    (FIELD_TYPE.VAR_STRING, UTF8): ("varchar", "text"),
    (FIELD_TYPE.VAR_STRING, BINARY): ("varbinary", "binary"),
    (FIELD_TYPE.STRING, UTF8): ("char", "text"),
    (FIELD_TYPE.STRING, BINARY): ("binary", "binary"),
    (FIELD_TYPE.BLOB, UTF8): ("text", "text"),
    (FIELD_TYPE.BLOB, BINARY): ("blob", "binary"),
    (FIELD_TYPE.LONG_BLOB, BINARY): ("blob", "binary"),
    (FIELD_TYPE.ENUM, UTF8): ("enum", "text"),
    (FIELD_TYPE.SET, UTF8): ("set", "text"),
    (FIELD_TYPE.GEOMETRY, BINARY): ("geometry", "other"),
    (FIELD_TYPE.NULL, BINARY): ("null", "other"),
    (242, BINARY): ("unknown", "other"),
}


def test_fields_of_mysqls_results_have_words_and_kinds() -> None:
    found = {key: mysql.result_column("n", *key) for key in FIELDS}
    assert {key: (column.data_type, column.kind) for key, column in found.items()} == FIELDS


def test_values_that_pymysql_would_leave_raw_are_read() -> None:
    read = mysql.CONVERTERS
    found = [
        read[FIELD_TYPE.JSON]('{"a": [1, null]}'), read[FIELD_TYPE.JSON]("{broken"), read[FIELD_TYPE.BIT](b"\x01\x00"),
        read[FIELD_TYPE.BIT](b""), read[FIELD_TYPE.GEOMETRY](b"\x00\xff"), read[FIELD_TYPE.NEWDECIMAL]("1.10"),
        read[FIELD_TYPE.TIME]("-01:30:00"), read[FIELD_TYPE.DATE]("2026-02-30"),
        read[FIELD_TYPE.DATETIME]("0000-00-00"),
    ]  # fmt: skip
    assert found == [
        {"a": [1, None]}, "{broken", 256, 0, "00ff", Decimal("1.10"), dt.timedelta(hours=-1, minutes=-30), "2026-02-30",
        "0000-00-00",
    ]  # fmt: skip


#: A type of ClickHouse -> kind, and whether it takes NULL.
CLICKHOUSE: dict[str, tuple[ColumnKind, bool]] = {
    "String": ("text", False),
    "FixedString(16)": ("text", False),
    "Nullable(String)": ("text", True),
    "LowCardinality(String)": ("text", False),
    "LowCardinality(Nullable(String))": ("text", True),
    "Enum8('a' = 1, 'b' = 2)": ("text", False),
    "Nullable(Enum16('x(1)' = 1))": ("text", True),
    "UInt8": ("integer", False),
    "Int256": ("integer", False),
    "Nullable(UInt64)": ("integer", True),
    "Float32": ("number", False),
    "BFloat16": ("number", False),
    "Decimal(10, 2)": ("number", False),
    "Nullable(Decimal(10, 2))": ("number", True),
    "Decimal256(5)": ("number", False),
    "Bool": ("boolean", False),
    "Date": ("date", False),
    "Date32": ("date", False),
    "Time64(3)": ("time", False),
    "DateTime": ("timestamp", False),
    "DateTime('Asia/Ho_Chi_Minh')": ("timestamp", False),
    "Nullable(DateTime64(3, 'UTC'))": ("timestamp", True),
    "SimpleAggregateFunction(sum, UInt64)": ("integer", False),
    "SimpleAggregateFunction(anyLast, Nullable(String))": ("text", True),
    "AggregateFunction(uniq, UInt64)": ("other", False),
    "JSON": ("json", False),
    "JSON(max_dynamic_paths=8)": ("json", False),
    "Object('json')": ("json", False),
    "Map(String, UInt64)": ("json", False),
    "Tuple(a String, b UInt8)": ("json", False),
    "Nested(a String)": ("json", False),
    "Array(Nullable(String))": ("other", False),
    "Array(UInt8)": ("other", False),
    "UUID": ("other", False),
    "IPv4": ("other", False),
    "Variant(String, UInt8)": ("other", True),
    "Dynamic": ("other", True),
    "Nullable(Nothing)": ("other", True),
    "Point": ("other", False),
    "": ("other", False),
}


def test_types_of_clickhouse_have_kinds() -> None:
    found = {word: (clickhouse.kind_of(word), clickhouse.is_nullable(word)) for word in CLICKHOUSE}
    assert found == CLICKHOUSE


#: Name, scale and precision -> kind. Results have 0 where the dictionary has None.
ORACLE: dict[tuple[str, int | None, int | None], ColumnKind] = {
    ("NUMBER", 0, 10): "integer",
    ("NUMBER", 0, None): "integer",
    ("NUMBER", 0, 0): "number",
    ("NUMBER", None, None): "number",
    ("NUMBER", -127, 0): "number",
    ("NUMBER", -2, 5): "number",
    ("NUMBER", 2, 10): "number",
    ("FLOAT", None, 126): "number",
    ("BINARY_FLOAT", None, None): "number",
    ("VARCHAR2", None, None): "text",
    ("NVARCHAR2", None, None): "text",
    ("NCLOB", None, None): "text",
    ("CLOB", None, None): "text",
    ("LONG", None, None): "text",
    ("LONG RAW", None, None): "binary",
    ("RAW", None, None): "binary",
    ("DATE", None, None): "timestamp",
    ("TIMESTAMP(6) WITH LOCAL TIME ZONE", 6, None): "timestamp",
    ("TIMESTAMP WITH TIME ZONE", None, None): "timestamp",
    ("INTERVAL DAY(2) TO SECOND(6)", 6, 2): "other",
    ("ROWID", None, None): "other",
    ("UROWID", None, None): "other",
    ("BFILE", None, None): "other",
    ("XMLTYPE", None, None): "other",
    ("JSON", None, None): "json",
    ("BOOLEAN", None, None): "boolean",
    ("VECTOR", None, None): "other",
}
#: Name, length, precision and scale -> as CREATE TABLE has it.
ORACLE_WORDS: dict[tuple[str, int | None, int | None, int | None], str] = {
    ("NUMBER", 22, 10, 2): "NUMBER(10,2)",
    ("NUMBER", 22, 10, 0): "NUMBER(10)",
    ("NUMBER", 22, 10, -2): "NUMBER(10,-2)",
    ("NUMBER", 22, None, None): "NUMBER",
    ("NUMBER", 22, None, 0): "NUMBER",
    ("VARCHAR2", 20, None, None): "VARCHAR2(20)",
    ("NCHAR", 5, None, None): "NCHAR(5)",
    ("CHAR", 1, None, None): "CHAR(1)",
    ("CLOB", 0, None, None): "CLOB",
    ("TIMESTAMP(6)", 0, None, 6): "TIMESTAMP(6)",
    ("RAW", 0, None, None): "RAW",
}


def test_types_of_oracle_have_kinds_and_words() -> None:
    assert {key: oracle.kind_of(*key) for key in ORACLE} == ORACLE
    assert {key: oracle.column_type(*key) for key in ORACLE_WORDS} == ORACLE_WORDS


ID, MOMENT = ObjectId("65a0b1c2d3e4f5a6b7c8d9e0"), dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
SOME = UUID("12345678-1234-5678-1234-567812345678")
#: A value of BSON, MongoDB's name of its type, its kind, and what it becomes.
BSON: list[tuple[Any, str, ColumnKind, Any]] = [
    (None, "null", "other", None),
    (True, "bool", "boolean", True),
    (7, "int", "integer", 7),
    (Int64(7), "long", "integer", 7),
    (1.5, "double", "number", 1.5),
    (Decimal128("1.10"), "decimal", "number", Decimal("1.10")),
    ("đá", "string", "text", "đá"),
    (MOMENT, "date", "timestamp", MOMENT),
    (ID, "objectId", "other", "65a0b1c2d3e4f5a6b7c8d9e0"),
    ({"a": Int64(1), "b": [ID]}, "object", "json", {"a": 1, "b": [str(ID)]}),
    ([Decimal128("2.5"), None], "array", "other", [Decimal("2.5"), None]),
    (b"\x00", "binData", "binary", b"\x00"),
    (Binary(b"\x01", 0), "binData", "binary", b"\x01"),
    (Binary(SOME.bytes, UUID_SUBTYPE), "binData", "binary", SOME),
    (SOME, "uuid", "other", SOME),
    (Regex("^a", "i"), "regex", "other", "Regex('^a', re.IGNORECASE)"),
    (Timestamp(5, 1), "timestamp", "other", "Timestamp(5, 1)"),
    (Code("x()"), "string", "text", "x()"),
    (MinKey(), "minkey", "other", "MinKey()"),
    (MaxKey(), "maxkey", "other", "MaxKey()"),
]


def test_values_of_bson_have_names_kinds_and_a_form_for_people() -> None:
    found = [(value, *mongodb.type_of(value), mongodb.to_python(value)) for value, *_expected in BSON]
    assert found == BSON
    assert [type(mongodb.to_python(value)) for value in (Int64(7), Binary(b"\x01", 0))] == [int, bytes]


#: Documents as rows: the names of the columns, whether there is a last one for the rest -> the row.
ROWS: list[tuple[dict[str, Any], list[str], bool, tuple[Any, ...]]] = [
    ({"a": 1, "b": 2}, ["a", "b"], False, (1, 2)),
    ({"a": 1}, ["a", "b"], False, (1, None)),
    ({"a": 1, "c": 3}, ["a"], False, (1,)),
    ({"a": 1, "c": 3}, ["a"], True, (1, {"c": 3})),
    ({"a": 1}, ["a"], True, (1, None)),
    ({}, [], True, (None,)),
    ({"_id": ID, "z": Int64(1)}, ["_id"], True, (str(ID), {"z": 1})),
]


def test_documents_become_rows() -> None:
    found = [mongodb.to_row(document, names, has_rest=rest) for document, names, rest, _row in ROWS]
    assert found == [row for *_case, row in ROWS]
    assert mongodb.field_names([{"b": 1}, {"a": 1, "b": 2}, {}]) == ["b", "a"]
