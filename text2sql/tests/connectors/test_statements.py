"""The last look at a statement before it is sent."""

import pickle

from text2sql.connectors.base import ConnectorError
from text2sql.connectors.statements import first_word, refuse_unless
from text2sql.tests.connectors.asking import code_of

FIRST = {
    "select 1": "SELECT",
    "  \n-- a comment\n# another\n/* third */ (( SELECT 1))": "SELECT",
    "/*! DELETE */ SELECT 1": "",
    "/*M! DELETE */ SELECT 1": "",
    "/* a */DELETE FROM t": "DELETE",
    "with x as (select 1) select * from x": "WITH",
    "-- only a comment": "",
    "": "",
    "1": "",
    "SELECT_INTO": "SELECT_INTO",
}


def test_first_word_stands_behind_comments_that_are_not_run() -> None:
    assert {statement: first_word(statement) for statement in FIRST} == FIRST


def test_statement_must_begin_with_a_query_and_hold_nothing_forbidden() -> None:
    words, without = frozenset({"SELECT"}), frozenset({"OUTFILE"})
    codes = {
        text: code_of(refuse_unless, text, words, without=without)
        for text in (
            "SELECT 1",
            "SELECT outfiles FROM t",
            "DELETE FROM t",
            "",
            "SELECT 1 INTO OUTFILE 'x'",
            "SELECT 1 /* ' */ into outfile 'x' /* ' */",
            "SELECT 'outfile'",
            "SELECT 1\0",
            "SELECT '\ud800'",
        )
    }
    assert [text for text, code in codes.items() if not code] == ["SELECT 1", "SELECT outfiles FROM t"]
    assert set(codes.values()) == {"", "query_refused", "syntax_error"}


def test_error_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ConnectorError("query_failed", "division by zero")))  # noqa: S301 - our own bytes
    assert (error.code, error.message, str(error)) == ("query_failed", "division by zero", "division by zero")
