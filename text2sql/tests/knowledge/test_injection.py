"""Whatever a value holds, it stays one literal of one query."""

import json

from text2sql.catalog import DatabaseType
from text2sql.knowledge.filling import CannotFill
from text2sql.knowledge.literals import parse_sql, sql_places
from text2sql.knowledge.masking import Slot
from text2sql.knowledge.pairs import fill, read_pair

HOSTILE = [
    "'",
    "''",
    "\\",
    "\\'",
    "\\' OR 1=1 -- ",
    "x' OR '1'='1",
    "'; DROP TABLE customers; --",
    '" OR ""="',
    "`; SELECT 1; `",
    "/* */",
    "-- x",
    "$$x$$",
    "$1",
    "%s",
    ":name",
    "{{x}}",
    "a\nb",
    "a\tb",
    "😀",
    "Đường Nguyễn Huệ",
    "x" * 5_000,
]
SQL_TYPES: list[DatabaseType] = ["postgresql", "mysql", "clickhouse", "oracle"]
QUERY = "SELECT id FROM customers WHERE city = 'Paris'"


def with_value(value: str, database_type: DatabaseType) -> str:
    slots = read_pair("In Paris", QUERY, database_type=database_type).slots
    return fill(QUERY, slots, [Slot("value", value, slots[0].columns)], database_type=database_type)


def literals(query: str, database_type: DatabaseType) -> list[str]:
    return [place.value for place in sql_places(parse_sql(query, database_type))]


def test_hostile_values_are_one_literal_in_every_dialect() -> None:
    for database_type in SQL_TYPES:
        read = [literals(with_value(value, database_type), database_type) for value in HOSTILE]
        assert read == [[value] for value in HOSTILE], database_type


def test_hostile_values_are_one_text_of_a_pipeline() -> None:
    query = json.dumps({"collection": "customers", "pipeline": [{"$match": {"city": "Paris"}}]})
    slots = read_pair("In Paris", query, database_type="mongodb").slots
    read = []
    for value in [*HOSTILE, '"}}]}', "$where", "{$ne: 1}"]:
        filled = fill(query, slots, [Slot("value", value, slots[0].columns)], database_type="mongodb")
        read.append(json.loads(filled)["pipeline"])
    assert read == [[{"$match": {"city": value}}] for value in [*HOSTILE, '"}}]}', "$where", "{$ne: 1}"]]


PATTERN = "SELECT id FROM customers WHERE city LIKE '%Paris%'"


def test_hostile_values_leave_patterns_alone() -> None:
    slots = read_pair("Like Paris", PATTERN, database_type="postgresql").slots
    read: dict[str, list[str] | None] = {}
    for value in HOSTILE:
        try:
            filled = fill(PATTERN, slots, [Slot("value", value, slots[0].columns)], database_type="postgresql")
        except CannotFill:
            read[value] = None
        else:
            read[value] = literals(filled, "postgresql")
    refused = {value for value in HOSTILE if set(value) & set("%_\\")}
    assert read == {value: None if value in refused else [f"%{value}%"] for value in HOSTILE}


NUMBERS = ["1 OR 1=1", "1; DROP TABLE x", "1e9", "0x10", "NaN", "", "1,5", "--5", "1 --"]


def test_texts_are_no_numbers() -> None:
    query = "SELECT id FROM orders WHERE total > 5"
    refused = []
    for value in NUMBERS:
        try:
            fill(query, [Slot("number", "5")], [Slot("number", value)], database_type="postgresql")
        except CannotFill:
            refused.append(value)
    assert refused == NUMBERS


DAYS = ["2024-13-45", "2024-01-01' OR '1'='1", "today", "", "2024-1-1"]


def test_texts_are_no_days() -> None:
    query = "SELECT id FROM orders WHERE created = '2024-05-06'"
    refused = []
    for value in DAYS:
        try:
            fill(query, [Slot("date", "2024-05-06")], [Slot("date", value)], database_type="postgresql")
        except CannotFill:
            refused.append(value)
    assert refused == DAYS
