"""The exact text that is sent, by database; sending it again changes nothing."""

import re

import pytest

from text2sql.catalog import DatabaseType
from text2sql.safety.base import Policy
from text2sql.safety.words import WORDS
from text2sql.tests.safety.checks import outcome
from text2sql.tests.safety.rendered import clickhouse, mysql, oracle, postgresql

SENT: dict[DatabaseType, dict[str, str]] = {
    "postgresql": postgresql.SENT,
    "mysql": mysql.SENT,
    "clickhouse": clickhouse.SENT,
    "oracle": oracle.SENT,
}
POLICIES = {kind: Policy(default_schema="S" if kind == "oracle" else "s") for kind in SENT}
FUNCTIONS: dict[str, frozenset[str]] = {kind: functions for kind, (_keywords, functions) in WORDS.items()}
_QUALIFIED = re.compile(r"[`\"][sS][`\"]\.")
REFUSALS = {"syntax_refused", "function_refused", "unreadable"}


@pytest.mark.parametrize("kind", list(SENT))
def test_statement_is_sent_in_exactly_these_words(kind: DatabaseType) -> None:
    assert {text: outcome(text, kind, POLICIES[kind]) for text in SENT[kind]} == SENT[kind]


@pytest.mark.parametrize("kind", list(SENT))
def test_what_was_sent_is_sent_as_it_is(kind: DatabaseType) -> None:
    once = [sent for sent in SENT[kind].values() if sent not in REFUSALS]
    assert [outcome(sent, kind, POLICIES[kind]) for sent in once] == once


@pytest.mark.parametrize("kind", list(SENT))
def test_no_table_is_named_without_its_schema(kind: DatabaseType) -> None:
    """Where nothing may be read, each statement that reads a table is refused, and no other."""
    policy = Policy(tables=(), default_schema=POLICIES[kind].default_schema)
    reads = {text for text, sent in SENT[kind].items() if _QUALIFIED.search(sent)}
    assert {text for text in SENT[kind] if outcome(text, kind, policy) == "table_refused"} == reads


#: Arguments with which at least one function of each kind can be called.
CALLS = (
    "SELECT {}(a) FROM t", "SELECT {}(a, b) FROM t", "SELECT {}()", "SELECT {}(a, 'x') FROM t", "SELECT {}(3)",
    "SELECT {}(a, 3) FROM t", "SELECT {}('x', a) FROM t", "SELECT {}(1, 3)", "SELECT {}(a using utf8mb4) FROM t",
    "SELECT {}(a, interval 1 day) FROM t", "SELECT {}(a, b, c) FROM t", "SELECT {}(a, 'x', 'y') FROM t",
    "SELECT {}(day, a, b) FROM t", "SELECT {}(a) against ('x') FROM t",
)  # fmt: skip


@pytest.mark.parametrize("kind", list(SENT))
def test_every_listed_function_can_be_called(kind: DatabaseType) -> None:
    """sqlglot renames some: what it writes must be on the list as well."""
    never = {
        name
        for name in FUNCTIONS[kind]
        if not name.endswith(("ornull", "ordefault", "array"))
        and not any(outcome(call.format(name), kind).startswith("SELECT") for call in CALLS)
    }
    assert never == set()


#: What sqlglot would have written of it is unknown to the server, or means something else there.
MENDED: dict[tuple[DatabaseType, str], str] = {
    ("postgresql", "SELECT current_time"): "SELECT CURRENT_TIME",
    ("postgresql", "SELECT log10(log10(a)) FROM t"): 'SELECT LOG(LOG("a")) FROM "t"',
    ("postgresql", "SELECT log(3, a), ln(a) FROM t"): 'SELECT LOG(3, "a"), LN("a") FROM "t"',
    ("mysql", "SELECT sha1(sha1(a)) FROM t"): "SELECT SHA1(SHA1(`a`)) FROM `t`",
    ("mysql", "SELECT sha1(a REGEXP 'x') FROM t"): "SELECT SHA1(`a` REGEXP 'x') FROM `t`",
    ("mysql", "SELECT 1 EXCEPT SELECT 2"): "SELECT 1 EXCEPT SELECT 2",
    ("clickhouse", "SELECT rand(1), randCanonical(2)"): "SELECT rand(1), randCanonical(2)",
    ("oracle", "SELECT a FROM t EXCEPT SELECT b FROM u"): 'SELECT "A" FROM "T" MINUS SELECT "B" FROM "U"',
    ("oracle", "SELECT 'EXCEPT', \"EXCEPT\", 'it''s EXCEPT' FROM t"): (
        "SELECT 'EXCEPT', \"EXCEPT\", 'it''s EXCEPT' FROM \"T\""
    ),
    ("oracle", "WITH m AS (SELECT 1 AS a FROM dual MINUS SELECT 2 FROM dual) SELECT * FROM m"): (
        'WITH "M" AS (SELECT 1 AS "A" FROM "DUAL" MINUS SELECT 2 FROM "DUAL") SELECT * FROM "M"'
    ),
    ("oracle", "SELECT dense_rank FROM t"): 'SELECT "DENSE_RANK" FROM "T"',
    ("oracle", "SELECT max(a) KEEP (other LAST ORDER BY b) FROM t"): (
        'SELECT MAX("A") KEEP ("OTHER" LAST ORDER BY "B") FROM "T"'
    ),
    ("oracle", "SELECT * FROM t CROSS APPLY (SELECT * FROM sys.user$) x"): "table_refused",
    ("oracle", "SELECT * FROM t OUTER APPLY (SELECT utl_http.request('x') FROM u) x"): "function_refused",
    ("oracle", "SELECT * FROM t, LATERAL (SELECT 1 AS y FROM dual) x CROSS JOIN u"): (
        'SELECT * FROM "T", LATERAL (SELECT 1 AS "Y" FROM "DUAL") "X" CROSS JOIN "U"'
    ),
}


def test_what_sqlglot_writes_wrongly_is_mended() -> None:
    assert {case: outcome(case[1], case[0]) for case in MENDED} == MENDED
