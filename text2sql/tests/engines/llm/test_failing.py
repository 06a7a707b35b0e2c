"""Which failures of a query are mistakes, which are rules, and which are nobody's fault."""

from typing import get_args

from text2sql.connectors.base import ErrorCode
from text2sql.engines.base import QueryFailed
from text2sql.engines.llm.failing import database_error, is_final, is_mistake

MISTAKES = {
    "query_failed", "query_timeout", "query_too_costly", "unknown_table", "unknown_column", "syntax_error",
    "permission_denied",
}  # fmt: skip
RULES = {"query_refused"}


def test_every_code_of_a_connector_has_its_meaning() -> None:
    failures = {code: QueryFailed("It says no.", code) for code in get_args(ErrorCode)}
    reached = {code for code, failure in failures.items() if database_error(failure) is None}
    assert {code for code in reached if is_mistake(failures[code])} == MISTAKES
    assert {code for code in reached if not is_mistake(failures[code])} == RULES


def test_what_the_check_refuses_is_a_rule_but_what_it_cannot_read_is_a_mistake() -> None:
    codes = ("not_a_query", "several_statements", "function_refused", "table_refused", "stage_refused", "unreadable")
    found = {code: is_mistake(QueryFailed("It says no.", code)) for code in codes}
    assert found == dict.fromkeys(codes, False) | {"unreadable": True}
    assert {database_error(QueryFailed("It says no.", code)) for code in codes} == {None}


def test_what_changes_data_is_told_once_and_other_rules_as_often_as_there_are_tries() -> None:
    codes = ("not_a_query", "several_statements", "query_refused", "table_refused", "function_refused", "unknown_table")
    found = [code for code in codes if is_final(QueryFailed("It says no.", code))]
    assert found == ["not_a_query", "several_statements", "query_refused"]
