"""Every stage, operator and value of pipelines: taken in exactly this form, or refused with this code."""

import json
from typing import Any

from text2sql.safety.base import Policy, StatementRefused
from text2sql.safety.checking import check_statement
from text2sql.safety.pipelines.operators import ACCUMULATORS, EXPRESSIONS, WINDOW_FUNCTIONS
from text2sql.tests.safety.checks import outcome


def sent(*stages: Any) -> Any:
    """The pipeline that would be sent, or the code of the refusal."""
    written = outcome(json.dumps({"collection": "orders", "pipeline": list(stages)}), "mongodb")
    return json.loads(written)["pipeline"] if written.startswith("{") else written


def code(*stages: Any) -> str:
    found = sent(*stages)
    return found if isinstance(found, str) else ""


#: A value in extended JSON -> as it is sent, or the code.
VALUES: dict[str, Any] = {
    '{"$date": "2024-01-31"}': {"$date": "2024-01-31T00:00:00.000Z"},
    '{"$date": "2024-01-31T10:00:00+07:00"}': {"$date": "2024-01-31T03:00:00.000Z"},
    '{"$date": "2024-01-31T10:00:00.123456Z"}': {"$date": "2024-01-31T10:00:00.123Z"},
    '{"$date": "20240131T100000Z"}': {"$date": "2024-01-31T10:00:00.000Z"},
    '{"$date": "0001-01-01T00:00:00Z"}': {"$date": "0001-01-01T00:00:00.000Z"},
    '{"$date": "0001-01-01T00:00:00+07:00"}': "unreadable",
    '{"$date": "9999-12-31T23:59:59-07:00"}': "unreadable",
    '{"$date": "2024-02-30"}': "unreadable",
    '{"$date": "yesterday"}': "unreadable",
    '{"$date": 5}': "unreadable",
    '{"$date": {"$numberLong": "5"}}': "unreadable",
    '{"$oid": "65A0B1C2D3E4F5A6B7C8D9E0"}': {"$oid": "65a0b1c2d3e4f5a6b7c8d9e0"},
    '{"$oid": "65a0"}': "unreadable",
    '{"$oid": 5}': "unreadable",
    '{"$numberLong": "9223372036854775807"}': {"$numberLong": "9223372036854775807"},
    '{"$numberLong": "-9223372036854775807"}': {"$numberLong": "-9223372036854775807"},
    '{"$numberLong": "9223372036854775808"}': "unreadable",
    '{"$numberLong": "1.5"}': "unreadable",
    '{"$numberLong": 5}': "unreadable",
    '{"$numberInt": "2147483647"}': {"$numberInt": "2147483647"},
    '{"$numberInt": "2147483648"}': "unreadable",
    '{"$numberDouble": "-1.5"}': {"$numberDouble": "-1.5"},
    '{"$numberDouble": "NaN"}': "unreadable",
    '{"$numberDouble": "Infinity"}': "unreadable",
    '{"$numberDecimal": "1234567890123456789012345678901234"}': {
        "$numberDecimal": "1234567890123456789012345678901234",
    },
    '{"$numberDecimal": "12345678901234567890123456789012345"}': "unreadable",
    '{"$numberDecimal": "1.2345678901234567890123456789012345"}': "unreadable",
    '{"$numberDecimal": "1e5"}': "unreadable",
    '{"$numberDecimal": "1\\n"}': "unreadable",
    '{"$binary": "x"}': "operator_refused",
    '{"$regularExpression": {"pattern": "x"}}': "operator_refused",
    '{"$timestamp": {"t": 1, "i": 1}}': "operator_refused",
    '{"$code": "x"}': "operator_refused",
    '{"$minKey": 1}': "operator_refused",
    '{"$date": "2024-01-31", "x": 1}': "operator_refused",
    "9223372036854775807": 9223372036854775807,
    "9223372036854775808": "limit_refused",
    "1e400": "limit_refused",
    "NaN": "unreadable",
    "-0.0": -0.0,
    "null": None,
    '[1, [2, {"a": 3}]]': [1, [2, {"a": 3}]],
    '{"a": {"b": "$x"}}': {"a": {"b": "$x"}},
}  # fmt: skip


def compared(value: str) -> Any:
    text = f'{{"collection": "orders", "pipeline": [{{"$match": {{"a": {value}}}}}]}}'
    found = outcome(text, "mongodb")
    return json.loads(found)["pipeline"][0]["$match"]["a"] if found.startswith("{") else found


def test_values_are_sent_in_one_form_or_not_at_all() -> None:
    assert {value: compared(value) for value in VALUES} == VALUES


#: Stages -> as they are sent.
STAGES: list[tuple[dict[str, Any], Any]] = [
    ({"$unwind": "$a"}, {"$unwind": {"path": "$a"}}),
    ({"$unwind": {"path": "$a", "preserveNullAndEmptyArrays": 1}},
     {"$unwind": {"path": "$a", "preserveNullAndEmptyArrays": True}}),
    ({"$unset": "a"}, {"$unset": ["a"]}),
    ({"$unset": ["a", "b.c"]}, {"$unset": ["a", "b.c"]}),
    ({"$unionWith": "b"}, {"$unionWith": {"coll": "b", "pipeline": []}}),
    ({"$sort": {"a": 1.0}}, {"$sort": {"a": 1}}),
    ({"$match": {"a": {"$exists": 1}}}, {"$match": {"a": {"$exists": True}}}),
    ({"$sample": {"size": 10_000}}, {"$sample": {"size": 10_000}}),
    ({"$limit": 1}, {"$limit": 1}),
    ({"$skip": 0}, {"$skip": 0}),
    ({"$count": "n"}, {"$count": "n"}),
    ({"$match": {}}, {"$match": {}}),
    ({"$replaceWith": "$a"}, {"$replaceWith": "$a"}),
    ({"$sortByCount": "$a"}, {"$sortByCount": "$a"}),
    ({"$project": {"a": {"$literal": "x"}}}, {"$project": {"a": {"$literal": "x"}}}),
    ({"$bucketAuto": {"groupBy": "$a", "buckets": 1_000}}, {"$bucketAuto": {"groupBy": "$a", "buckets": 1_000}}),
]  # fmt: skip
#: Stages that are refused -> the code.
REFUSED: list[tuple[Any, str]] = [
    (5, "unreadable"), ({}, "unreadable"), ({"$match": {}, "$limit": 1}, "unreadable"),
    ({"$match": []}, "unreadable"), ({"$match": {"$or": []}}, "unreadable"), ({"$match": {"$or": {}}}, "unreadable"),
    ({"$match": {"$where": "1"}}, "operator_refused"), ({"$match": {"$jsonSchema": {}}}, "operator_refused"),
    ({"$match": {"$text": {"$search": "x"}}}, "operator_refused"), ({"$match": {"$comment": "x"}}, "operator_refused"),
    ({"$match": {"a": {"$near": []}}}, "operator_refused"), ({"$match": {"a": {"$options": "i"}}}, "operator_refused"),
    ({"$match": {"a": {"$regex": "x", "$options": "g"}}}, "operator_refused"),
    ({"$match": {"a": {"$regex": "x" * 201}}}, "limit_refused"), ({"$match": {"a": {"$regex": 5}}}, "limit_refused"),
    ({"$match": {"a": {"$regex": "(a{99}){99}"}}}, "limit_refused"), ({"$match": {"a": {"$in": 5}}}, "unreadable"),
    ({"$match": {"a": {"$mod": [0, 1]}}}, "limit_refused"), ({"$match": {"a": {"$mod": [1]}}}, "unreadable"),
    ({"$match": {"a": {"$size": -1}}}, "limit_refused"), ({"$match": {"a": {"$not": 5}}}, "unreadable"),
    ({"$match": {"a": {"$elemMatch": 5}}}, "unreadable"), ({"$match": {"a": {"$exists": "x"}}}, "unreadable"),
    ({"$match": {"a": {"$type": []}}}, "unreadable"), ({"$match": {"": 1}}, "operator_refused"),
    ({"$match": {"a..b": 1}}, "operator_refused"), ({"$match": {"a.$b": 1}}, "operator_refused"),
    ({"$match": {"x" * 201: 1}}, "operator_refused"), ({"$match": {"a\n": 1}}, "operator_refused"),
    ({"$limit": 0}, "limit_refused"), ({"$limit": 1_000_001}, "limit_refused"), ({"$limit": True}, "limit_refused"),
    ({"$limit": 1.5}, "limit_refused"), ({"$skip": -1}, "limit_refused"), ({"$sample": {"size": 0}}, "limit_refused"),
    ({"$sample": {"size": 10_001}}, "limit_refused"), ({"$sample": 5}, "unreadable"),
    ({"$sort": {}}, "unreadable"), ({"$sort": {"a": 2}}, "operator_refused"),
    ({"$sort": {"a": True}}, "operator_refused"),
    ({"$sort": {"a": {"$meta": "textScore"}}}, "operator_refused"), ({"$count": "$n"}, "operator_refused"),
    ({"$count": ""}, "operator_refused"), ({"$unwind": "a"}, "unreadable"), ({"$unwind": "$"}, "operator_refused"),
    ({"$project": {}}, "unreadable"), ({"$project": 5}, "unreadable"), ({"$group": {}}, "unreadable"),
    ({"$group": {"_id": 1, "n": 5}}, "unreadable"), ({"$group": {"_id": 1, "n": {"$sum": 1, "$avg": 1}}}, "unreadable"),
    ({"$group": {"_id": 1, "n": {"$accumulator": {}}}}, "operator_refused"),
    ({"$bucket": {"groupBy": "$a", "boundaries": [1]}}, "unreadable"),
    ({"$bucket": {"groupBy": "$a", "boundaries": list(range(1_001))}}, "unreadable"),
    ({"$bucketAuto": {"groupBy": "$a", "buckets": 1_001}}, "limit_refused"),
    ({"$lookup": {"from": "b", "as": "c"}}, "unreadable"), ({"$lookup": {"from": "b"}}, "unreadable"),
    ({"$lookup": {"from": {"db": "x"}, "as": "c", "pipeline": []}}, "unreadable"),
    ({"$facet": {}}, "unreadable"), ({"$facet": {"a": [{"$out": "x"}]}}, "stage_refused"),
    ({"$out": "x"}, "stage_refused"), ({"$merge": "x"}, "stage_refused"), ({"$currentOp": {}}, "stage_refused"),
    ({"$graphLookup": {}}, "stage_refused"), ({"$geoNear": {}}, "stage_refused"), ({"$documents": []}, "stage_refused"),
    ({"$densify": {}}, "stage_refused"), ({"$fill": {}}, "stage_refused"), ({"$search": {}}, "stage_refused"),
    ({"$collStats": {}}, "stage_refused"), ({"$indexStats": {}}, "stage_refused"), ({"match": {}}, "stage_refused"),
    ({"$project": {"a": {"$function": {}}}}, "operator_refused"),
    ({"$project": {"a": "$$SEARCH_META"}}, "operator_refused"),
    ({"$project": {"a": "$$USER_ROLES"}}, "operator_refused"), ({"$project": {"a": {"$rand": {}}}}, "operator_refused"),
    ({"$project": {"a": {"$range": [0, 100_001]}}}, "limit_refused"),
    ({"$project": {"a": {"$range": [0, "$n"]}}}, "limit_refused"),
    ({"$project": {"a": {"$regexMatch": "x"}}}, "unreadable"),
    ({"$project": {"a": {"$regexMatch": {"input": "$a", "regex": "$b" * 150}}}}, "limit_refused"),
    ({"$project": {"a": {"$add": [1], "$sum": [1]}}}, "operator_refused"),
    ({"$setWindowFields": {"output": {}}}, "unreadable"), ({"$setWindowFields": {}}, "unreadable"),
    ({"$setWindowFields": {"output": {"a": {"$rank": {}, "window": {"x": 1}}}}}, "operator_refused"),
]  # fmt: skip


def test_stages_are_written_in_their_long_form() -> None:
    assert [(stage, sent(stage)) for stage, _sent in STAGES] == [(stage, [written]) for stage, written in STAGES]


def test_stages_are_refused_with_their_codes() -> None:
    assert [(stage, code(stage)) for stage, _code in REFUSED] == REFUSED


def test_each_operator_is_taken_where_it_belongs_only() -> None:
    names = sorted(EXPRESSIONS | WINDOW_FUNCTIONS)
    calls = {name: {name: {"input": "$b", "regex": "x"}} for name in names}
    as_expression = frozenset(name for name in names if not code({"$project": {"a": calls[name]}}))
    in_group = frozenset(name for name in names if not code({"$group": {"_id": None, "a": {name: "$b"}}}))
    in_window = frozenset(name for name in names if not code({"$setWindowFields": {"output": {"a": {name: "$b"}}}}))
    assert (as_expression, in_group, in_window) == (EXPRESSIONS - {"$range"}, ACCUMULATORS, WINDOW_FUNCTIONS)


def test_edges_of_size_and_depth() -> None:
    deep: Any = []
    for _ in range(5):
        deep = [{"$facet": {"a": deep}}]
    codes = [code(*[{"$limit": 1}] * 100), code(*[{"$limit": 1}] * 101), code(*deep[0]["$facet"]["a"]), code(*deep)]
    assert codes == ["", "unreadable", "", "too_complex"]


#: What a person is told, word by word.
SENTENCES: dict[str, str] = {
    "": "There is no pipeline.",
    "{": "The pipeline is not valid JSON.",
    "[]": "the statement needs an object.",
    '{"collection": "a"}': "pipeline in the statement is missing.",
    '{"collection": "a", "pipeline": [], "x": 1}': "x in the statement is not allowed here.",
    '{"collection": "a", "a": 1, "a": 2}': "A name stands twice in one object.",
    '{"collection": "system.users", "pipeline": []}': "The collection system.users may not be read.",
    '{"collection": "a", "pipeline": [{"$out": "x"}]}': "The stage $out is not allowed.",
    '{"collection": "a", "pipeline": [{"$limit": 0}]}': "$limit must be a whole number from 1 to 1,000,000.",
    '{"collection": "a", "pipeline": [{"$sort": {"a": 2}}]}': "$sort needs 1 or -1, not 2.",
    '{"collection": "a", "pipeline": [{"$match": {"$where": "1"}}]}': "The operator $where is not allowed.",
}


def sentence(text: str) -> str:
    try:
        return check_statement(text, database_type="mongodb", policy=Policy()).text
    except StatementRefused as refusal:
        return refusal.message


def test_refusals_are_sentences() -> None:
    assert {text: sentence(text) for text in SENTENCES} == SENTENCES
