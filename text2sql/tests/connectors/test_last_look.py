"""The last look before a statement is sent: what begins wrongly, calls outside, or is no pipeline."""

import time
from typing import Any

import pytest
from bson import Int64, ObjectId

from text2sql.connectors.base import ConnectorError
from text2sql.connectors.mongodb.pipelines import read_statement
from text2sql.connectors.statements import first_word, refuse_calls, words_of
from text2sql.tests.connectors.asking import code_of

NAMES = frozenset({"url", "file", "s3", "input"})
#: Whether one of these functions seems to be called.
CALLS = {
    "SELECT * FROM url('http://x')": True,
    "SELECT * FROM URL ('http://x')": True,
    "SELECT * FROM Url\n\t('x')": True,
    "SELECT * FROM \"url\"('x')": True,
    "SELECT * FROM `url` ('x')": True,
    "SELECT * FROM url/**/('x')": True,
    "SELECT * FROM url /* it's */ ('x')": True,
    "SELECT * FROM url--\n('x')": True,
    "SELECT * FROM url # x\n('x')": True,
    "SELECT '/*', * FROM url/**/('x')": True,
    "SELECT 'url(1)'": True,
    "SELECT url FROM t": False,
    "SELECT url, (1) FROM t": False,
    "SELECT file.url FROM file": False,
    "SELECT curl(1)": False,
    "SELECT url2(1)": False,
    "SELECT s3('x')": True,
    "SELECT ns3('x')": False,
    "": False,
}


def test_calls_are_found_whatever_stands_before_the_parenthesis() -> None:
    assert {text: code_of(refuse_calls, text, NAMES) == "query_refused" for text in CALLS} == CALLS


def test_found_calls_are_named() -> None:
    with pytest.raises(ConnectorError, match="The query calls what is never run: S3, url"):
        refuse_calls("SELECT * FROM url('x'), S3('y'), url('z')", NAMES)


def test_long_statement_is_looked_at_in_no_time() -> None:
    for text in ("url" * 30_000, "/*" * 50_000, "a/*" * 30_000, "(" * 100_000, "-- x\n" * 20_000, " " * 100_000):
        start = time.process_time()
        code_of(refuse_calls, text, NAMES)
        first_word(text)
        assert time.process_time() - start < 1.0


FIRST = {
    "\ufeffSELECT 1": "",
    "((((select 1))))": "SELECT",
    "--\nSELECT 1": "SELECT",
    "--SELECT 1": "",
    "#x\n#y\nWITH a": "WITH",
    "/**/SELECT": "SELECT",
    "/* /* */ SELECT */": "SELECT",
    "/* SELECT": "",
    "/*!50000 SELECT */": "",
    ";SELECT": "",
    "SELECT*FROM t": "SELECT",
    "EXPLAIN ANALYZE SELECT 1": "EXPLAIN",
    "sElEcT\t1": "SELECT",
    "`SELECT`": "",
}


def test_first_word_is_what_a_server_reads_first() -> None:
    assert {text: first_word(text) for text in FIRST} == FIRST


def test_words_are_found_in_texts_and_comments_too() -> None:
    assert words_of("SELECT 'into outfile' /* dumpfile */ FROM a_b, c1") == {
        "SELECT", "INTO", "OUTFILE", "DUMPFILE", "FROM", "A_B", "C",
    }  # fmt: skip


def pipeline(stages: str, collection: str = '"orders"') -> str:
    return f'{{"collection": {collection}, "pipeline": {stages}}}'


#: What is never sent, and what cannot be read.
REFUSED = {
    "": "syntax_error",
    "[]": "syntax_error",
    "5": "syntax_error",
    "{}": "syntax_error",
    '{"collection": "a"}': "syntax_error",
    '{"collection": "a", "pipeline": [], "options": {}}': "syntax_error",
    '{"collection": 5, "pipeline": []}': "syntax_error",
    '{"collection": "a", "pipeline": {}}': "syntax_error",
    pipeline("[5]"): "syntax_error",
    pipeline("[[]]"): "syntax_error",
    pipeline("[{}]"): "syntax_error",
    pipeline('[{"$match": {}, "$limit": 1}]'): "syntax_error",
    pipeline("[", '"orders"'): "syntax_error",
    pipeline("[" * 3_000 + "]" * 3_000): "syntax_error",
    pipeline('[{"$match": {"a": {"$numberDecimal": "x"}}}]'): "syntax_error",
    pipeline('[{"$match": {"a": {"$numberDecimal": "' + "1" * 40 + '"}}}]'): "syntax_error",
    pipeline('[{"$match": {"a": {"$numberLong": "9223372036854775808"}}}]'): "syntax_error",
    pipeline('[{"$match": {"a": 9223372036854775808}}]'): "syntax_error",
    pipeline('[{"$match": {"a": {"$date": 1e400}}}]'): "syntax_error",
    pipeline('[{"$match": {"a": {"$date": "yesterday"}}}]'): "syntax_error",
    pipeline('[{"$match": {"a": {"$oid": "x"}}}]'): "syntax_error",
    pipeline('[{"$match": {"a": {"$binary": 5}}}]'): "syntax_error",
    pipeline('[{"$match": {"a": {"$uuid": "x"}}}]'): "syntax_error",
    pipeline('[{"$match": {"a\\u0000b": 1}}]'): "syntax_error",
    pipeline("[]", '""'): "query_refused",
    pipeline("[]", '"system.users"'): "query_refused",
    pipeline("[]", '"$cmd"'): "query_refused",
    pipeline("[]", '"a.$cmd.b"'): "query_refused",
    pipeline('[{"$out": "x"}]'): "query_refused",
    pipeline('[{"$merge": {"into": "x"}}]'): "query_refused",
    pipeline('[{"$currentOp": {}}]'): "query_refused",
    pipeline('[{"$listSessions": {}}]'): "query_refused",
    pipeline('[{"$listCatalog": {}}]'): "query_refused",
    pipeline('[{"$queryStats": {}}]'): "query_refused",
    pipeline('[{"$collStats": {}}]'): "query_refused",
    pipeline('[{"$match": {"$where": "sleep(1)"}}]'): "query_refused",
    pipeline('[{"$match": {"$expr": {"$function": {}}}}]'): "query_refused",
    pipeline('[{"$facet": {"a": [{"$out": "x"}]}}]'): "query_refused",
    pipeline('[{"$group": {"_id": 1, "x": {"$accumulator": {}}}}]'): "query_refused",
    pipeline('[{"$lookup": {"from": {"db": "admin", "coll": "x"}, "as": "y"}}]'): "query_refused",
    pipeline('[{"$unionWith": {"coll": {"db": "admin", "coll": "x"}}}]'): "query_refused",
    pipeline('[{"$facet": {"a": [{"$lookup": {"from": {"db": "x"}, "as": "y"}}]}}]'): "query_refused",
}


def test_what_writes_runs_code_or_cannot_be_read_is_refused() -> None:
    assert {text: code_of(read_statement, text) for text in REFUSED} == REFUSED


#: Extended JSON -> what is sent.
READ: dict[str, list[dict[str, Any]]] = {
    "[]": [],
    '[{"$limit": 1}]': [{"$limit": 1}],
    '[{"$match": {"a": {"$oid": "65a0b1c2d3e4f5a6b7c8d9e0"}}}]': [
        {"$match": {"a": ObjectId("65a0b1c2d3e4f5a6b7c8d9e0")}},
    ],
    '[{"$match": {"a": {"$numberLong": "9223372036854775807"}}}]': [{"$match": {"a": Int64(2**63 - 1)}}],
    '[{"$match": {"a": {"db": "x"}}}]': [{"$match": {"a": {"db": "x"}}}],
    '[{"$lookup": {"from": "b", "localField": "x", "foreignField": "y", "as": "z"}}]': [
        {"$lookup": {"from": "b", "localField": "x", "foreignField": "y", "as": "z"}},
    ],
    '[{"$project": {"from": 1, "coll": 1}}]': [{"$project": {"from": 1, "coll": 1}}],
}  # fmt: skip


def test_plain_pipelines_are_sent_as_they_are() -> None:
    assert {text: read_statement(pipeline(text)).pipeline for text in READ} == READ


def test_refusal_names_what_was_found() -> None:
    with pytest.raises(ConnectorError, match=r"The query holds what is never run: \$out, \$where"):
        read_statement(pipeline('[{"$out": "x"}, {"$match": {"$where": "1"}}]'))
