"""Pipelines of MongoDB: what is sent, which collections are read, what is refused and why."""

import json
from typing import Any

from text2sql.safety.base import Policy
from text2sql.safety.checking import check_statement
from text2sql.tests.safety.checks import outcome


def _text(*stages: Any, collection: str = "orders") -> str:
    return json.dumps({"collection": collection, "pipeline": stages})


def _sent(*stages: Any) -> Any:
    return json.loads(check_statement(_text(*stages), database_type="mongodb", policy=Policy()).text)["pipeline"]


def _code(*stages: Any) -> str:
    return outcome(_text(*stages), "mongodb")


def test_short_forms_are_written_out() -> None:
    assert _sent({"$unwind": "$a"}) == [{"$unwind": {"path": "$a"}}]
    assert _sent({"$unset": "a"}) == [{"$unset": ["a"]}]
    assert _sent({"$unionWith": "b"}) == [{"$unionWith": {"coll": "b", "pipeline": []}}]
    assert _sent({"$sort": {"a": 1.0}}) == [{"$sort": {"a": 1}}]


def test_dates_and_ids_are_written_in_one_form() -> None:
    dates = {
        "2024-01-01": "2024-01-01T00:00:00.000Z",
        "2024-06-01T07:00:00+07:00": "2024-06-01T00:00:00.000Z",
        "2024-06-01T07:00:00.123456Z": "2024-06-01T07:00:00.123Z",
    }
    for written, canonical in dates.items():
        assert _sent({"$match": {"at": {"$gt": {"$date": written}}}}) == [
            {"$match": {"at": {"$gt": {"$date": canonical}}}}
        ]
    assert _sent({"$match": {"_id": {"$oid": "A" * 24}}}) == [{"$match": {"_id": {"$oid": "a" * 24}}}]


def test_order_and_values_stay_as_they_were() -> None:
    stages = [
        {"$match": {"b": 1, "a": {"$in": [None, True, 1.5, "Huế", {"x": [1]}]}}},
        {"$project": {"z": 1, "a": {"$concat": ["$a", "-", "$b"]}, "y": 0}},
    ]
    assert json.dumps(_sent(*stages)) == json.dumps(stages)


def test_collections_of_inner_pipelines_are_read_too() -> None:
    text = _text(
        {"$lookup": {"from": "a", "pipeline": [{"$unionWith": {"coll": "b", "pipeline": []}}], "as": "x"}},
        {"$facet": {"f": [{"$lookup": {"from": "c", "localField": "l", "foreignField": "m", "as": "y"}}]}},
    )
    assert check_statement(text, database_type="mongodb", policy=Policy()).tables == {
        ("", "orders"), ("", "a"), ("", "b"), ("", "c"),
    }  # fmt: skip
    for missing in ("orders", "a", "b", "c"):
        listed = frozenset({("", name) for name in ("orders", "a", "b", "c")} - {("", missing)})
        assert outcome(text, "mongodb", Policy(tables=listed)) == "table_refused"


def test_the_schema_of_a_collection_may_be_its_database() -> None:
    policy = Policy(tables={("shop", "orders")}, default_schema="shop")
    assert check_statement(_text(), database_type="mongodb", policy=policy).tables == {("shop", "orders")}
    assert outcome(_text(collection="Orders"), "mongodb", policy) == "table_refused"
    assert (
        outcome(_text(collection="system.users"), "mongodb", Policy(tables={("", "system.users")})) == "table_refused"
    )


def test_code_is_refused_in_every_position() -> None:
    code = {"$function": {"body": "return 1", "args": [], "lang": "js"}}
    positions: list[dict[str, Any]] = [
        {"$match": {"$expr": code}}, {"$match": {"$expr": {"$and": [True, {"$not": [code]}]}}},
        {"$project": {"a": code}},
        {"$project": {"a": {"b": {"c": code}}}}, {"$addFields": {"a": [1, [code]]}}, {"$group": {"_id": {"a": code}}},
        {"$group": {"_id": None, "n": {"$sum": code}}}, {"$bucket": {"groupBy": code, "boundaries": [0, 1]}},
        {"$bucket": {"groupBy": "$a", "boundaries": [0, 1], "default": code}}, {"$replaceWith": code},
        {"$bucket": {"groupBy": "$a", "boundaries": [0, code]}}, {"$sortByCount": code},
        {"$replaceRoot": {"newRoot": code}},
        {"$bucketAuto": {"groupBy": code, "buckets": 2}}, {"$facet": {"a": [{"$set": {"a": code}}]}},
        {"$setWindowFields": {"partitionBy": code, "output": {"a": {"$sum": 1}}}},
        {"$setWindowFields": {"output": {"a": {"$sum": code, "window": {"documents": ["unbounded", "current"]}}}}},
        {"$setWindowFields": {"output": {"a": {"$sum": 1, "window": {"documents": [code, "current"]}}}}},
        {"$lookup": {"from": "a", "let": {"v": code}, "pipeline": [], "as": "b"}},
        {"$unionWith": {"coll": "a", "pipeline": [{"$match": {"$expr": code}}]}},
    ]  # fmt: skip
    assert {json.dumps(stage): _code(stage) for stage in positions} == {
        json.dumps(stage): "operator_refused" for stage in positions
    }


def test_where_is_refused_in_every_position() -> None:
    filters: list[dict[str, Any]] = [
        {"$where": "1"}, {"a": {"$where": "1"}}, {"$and": [{"$where": "1"}]}, {"$or": [{"a": 1},
        {"$nor": [{"$where": "1"}]}]},
        {"a": {"$elemMatch": {"$where": "1"}}}, {"a": {"$elemMatch": {"$or": [{"$where": "1"}]}}},
        {"a": {"$not": {"$where": "1"}}}, {"a": {"$in": [{"$where": "1"}]}}, {"a": {"b": {"$where": "1"}}},
    ]  # fmt: skip
    assert {_code({"$match": query}) for query in filters} == {"operator_refused"}


def test_numbers_are_bounded() -> None:
    limits: dict[str, tuple[Any, str]] = {
        "$limit": (2_000_000, "limit_refused"), "$skip": (-1, "limit_refused"), "$sample": ({"size": 0},
        "limit_refused"),
        "$bucketAuto": ({"groupBy": "$a", "buckets": 1001}, "limit_refused"),
        "$project": ({"r": {"$range": [0, 100_001]}}, "limit_refused"),
        "$match": ({"a": {"$regex": "x{1001}"}}, "limit_refused"),
    }  # fmt: skip
    assert {name: _code({name: value}) for name, (value, _) in limits.items()} == {
        name: code for name, (_, code) in limits.items()
    }


def test_json_is_read_strictly() -> None:
    texts = {
        '{"collection": "a", "pipeline": [], "pipeline": []}': "unreadable",
        '{"collection": "a", "pipeline": [{"$limit": 1e400}]}': "limit_refused",
        '{"collection": "a", "pipeline": [{"$limit": -Infinity}]}': "unreadable",
        '{"collection": "a", "pipeline": [{"$match": {"n": 9223372036854775808}}]}': "limit_refused",
        '{"collection": "a", "pipeline": [{"$match": {"n": "\\udc00"}}]}': "unreadable",
        '{"collection": "a", "pipeline": []} x': "unreadable",
        "[" * 100_000: "too_complex",
        "": "empty",
    }
    assert {text: outcome(text, "mongodb") for text in texts} == texts
