"""Pairs of MongoDB."""

import json
from typing import Any

import pytest

from text2sql.knowledge.filling import CannotFill
from text2sql.knowledge.literals import QueryUnreadable
from text2sql.knowledge.masking import Slot
from text2sql.knowledge.pairs import fill, read_pair

Stages = list[dict[str, Any]]


def query(*stages: dict[str, Any]) -> str:
    return json.dumps({"collection": "customers", "pipeline": list(stages)}, ensure_ascii=False)


MASKS: list[tuple[str, str, str]] = [
    ("Customers in Paris", query({"$match": {"city": "Paris"}}), "customers in <value:customers.city>"),
    ("Customers in Paris", query({"$match": {"city": {"$ne": "Paris"}}}), "customers in <value:customers.city>"),
    (
        "Top 5 of Ann or Bob",
        query({"$match": {"name": {"$in": ["Ann", "Bob"]}}}, {"$limit": 5}),
        "top <number> of <value:customers.name> or <value:customers.name>",
    ),
    ("Over 1 with 1", query({"$match": {"$and": [{"age": {"$gt": 1}}]}}, {"$project": {"name": 1}}), "over 1 with 1"),
    ("Over 30", query({"$match": {"$and": [{"age": {"$gt": 30}}]}}, {"$project": {"name": 1}}), "over <number>"),
    ("Sorted 1", query({"$sort": {"name": 1}}), "sorted 1"),
    ("With true", query({"$match": {"active": True, "other": "$name"}}), "with true"),
    ("On 2024-05-05", query({"$match": {"day": {"$gte": "2024-05-05T00:00:00"}}}), "on <date>"),
]


def test_values_of_match_and_limit_are_slots() -> None:
    masks = [read_pair(question, text, database_type="mongodb").mask for question, text, _mask in MASKS]
    assert masks == [mask for _question, _text, mask in MASKS]


def test_new_values_keep_their_type() -> None:
    text = query({"$match": {"city": "Paris", "age": {"$gt": 30}}}, {"$limit": 5})
    slots = read_pair("Top 5 over 30 in Paris", text, database_type="mongodb").slots
    values = [Slot("number", "7"), Slot("number", "30.5"), Slot("value", '"}]', slots[2].columns)]
    assert fill(text, slots, values, database_type="mongodb") == query(
        {"$match": {"city": '"}]', "age": {"$gt": 30.5}}}, {"$limit": 7}
    )


def test_rows_are_counted_in_whole_numbers() -> None:
    text = query({"$limit": 5})
    with pytest.raises(CannotFill):
        fill(text, [Slot("number", "5")], [Slot("number", "1.5")], database_type="mongodb")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"collection": 1, "pipeline": []}', '{"collection": "a", "pipeline": [1]}', "[" * 9_999]
)
def test_other_documents_are_refused(text: str) -> None:
    with pytest.raises(QueryUnreadable):
        read_pair("x", text, database_type="mongodb")


def test_references_are_collections_and_matched_fields() -> None:
    text = query(
        {"$match": {"city": "Paris"}}, {"$lookup": {"from": "orders", "as": "o"}}, {"$match": {"o.total": {"$gt": 5}}}
    )
    assert read_pair("x", text, database_type="mongodb").references == (
        ("", "customers", ""),
        ("", "customers", "city"),
        ("", "orders", ""),
    )
