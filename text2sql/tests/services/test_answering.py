"""From a question to rows, on a real database, by the engine whose answers stand in the question."""

from collections.abc import Callable
from typing import Any

import pytest

from results.models import Result
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.services.results import read_rows
from text2sql.tests.working import Ask

CITIES = "```SELECT city, count(*) AS customers FROM customers GROUP BY city ORDER BY city```"
REFUSALS = {"not_a_query", "several_statements", "function_refused", "table_refused", "node_refused"}
CITY_ROWS = [["Huế", 15], ["Hà Nội", 30], ["Đà Nẵng", 15]]


def test_question_becomes_rows_a_chart_and_a_result(ask: Ask) -> None:
    query = ask(f"Customers by city {CITIES} [confidence 0.8]")
    assert (query.status, query.task.status, query.rows_returned, query.engine_name) == (
        "success",
        "completed",
        3,
        "fake",
    )
    assert sorted(read_rows(query)) == sorted(CITY_ROWS)
    assert sorted(query.result_preview or []) == sorted(CITY_ROWS)
    assert [column["name"] for column in query.answer["columns"]] == ["city", "customers"]
    assert query.answer["chart"] == {"type": "bar", "x": 0, "y": [1]}
    assert query.confidence == 0.8
    result = Result.objects.get()
    assert (result.engine_type, result.engine_name, result.confidence_score) == ("text2sql", "fake", 0.8)
    assert result.output_data["query_id"] == str(query.pk)


def test_first_query_that_runs_answers(ask: Ask) -> None:
    query = ask("```SELECT nothing FROM customers``` ```SELECT count(*) AS n FROM customers```")
    assert (query.status, read_rows(query)) == ("success", [[60]])
    assert query.answer["steps"][-1].startswith("A query failed: ")


@pytest.mark.parametrize(
    ("question", "status", "code"),
    [
        ("```SELECT nothing FROM customers```", "error", "unknown_column"),
        ("```SELECT 1/0 AS n FROM customers```", "error", "query_failed"),
    ],
)
def test_what_fails_is_told_and_keeps_the_query(ask: Ask, question: str, status: str, code: str) -> None:
    query = ask(question)
    assert (query.status, query.error_code, query.result_preview) == (status, code, None)
    assert query.error_message != ""
    assert query.task.error_code == code
    assert query.sql_query == question.strip("`")


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM customers", "SELECT * FROM secrets", "SELECT pg_sleep(9)", "SELECT 1; DROP TABLE customers",
        "SELECT sell()", "WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone",
        "SELECT * FROM pg_catalog.pg_authid",
    ],
)  # fmt: skip
def test_what_must_not_run_does_not_run(ask: Ask, shop_content: Callable[[], str], sql: str) -> None:
    before = shop_content()
    query = ask(f"```{sql}```")
    assert (query.status, query.rows_returned) == ("error", None)
    assert query.error_code in REFUSALS
    assert shop_content() == before


def test_question_back_waits_for_a_choice(ask: Ask) -> None:
    first = ask("[ask by city|by status] ```SELECT 1 AS city``` ```SELECT 2 AS status```")
    assert (first.status, first.task.status, first.rows_returned) == ("unclear", "completed", None)
    asked = first.answer["clarification"]
    chosen = asked["options"][1]["id"]
    again = ask(first.question, choices={asked["id"]: chosen})
    assert (again.status, read_rows(again)) == ("success", [[2]])


def test_refusal_says_why(ask: Ask) -> None:
    query = ask("[refuse That is not about this database.]")
    assert (query.status, query.error_message) == ("refused", "That is not about this database.")


def test_schema_is_read_before_the_first_question(
    owner: Any, caller: Any, shop: DatabaseConnection, work: Any, media: object
) -> None:
    from text2sql.services.asking import ask_question

    data = {"question": CITIES, "connection_id": str(shop.pk), "engine": "fake"}
    query = ask_question(caller=caller, input_data=data)
    assert work(query.task) == "completed"
    assert shop.schemas.get().table_count == 6


def test_engine_that_crashes_is_asked_again_later(ask: Ask) -> None:
    query = ask("[fail]")
    assert (query.status, query.task.status) == ("pending", "retrying")


def test_long_query_is_stopped_on_the_server(run_sql: Ask, settings: Any) -> None:
    settings.TEXT2SQL_TIMEOUT_SECONDS = 0.3
    crossed = "SELECT count(*) FROM order_items a, order_items b, order_items c"
    query = run_sql(crossed)
    assert (query.status, query.error_code) == ("timeout", "query_timeout")


def test_costly_query_is_refused_before_it_runs(run_sql: Ask, settings: Any) -> None:
    settings.TEXT2SQL_MAX_COST = 1_000.0
    query = run_sql("SELECT count(*) FROM order_items a, order_items b, order_items c")
    assert (query.status, query.error_code) == ("error", "query_too_costly")


def test_rows_are_cut_and_say_so(run_sql: Ask, settings: Any) -> None:
    settings.TEXT2SQL_MAX_ROWS = 5
    query = run_sql("SELECT id FROM customers ORDER BY id")
    assert (query.rows_returned, query.answer["cut_by"], read_rows(query, offset=3)) == (5, "rows", [[4], [5]])


def test_query_by_hand_is_kept_as_such(run_sql: Ask) -> None:
    query = run_sql("select 1 as one", question="Just one")
    assert (query.source, query.question, query.sql_query, query.status) == (
        "person", "Just one", "select 1 as one", "success",
    )  # fmt: skip
    assert not Result.objects.exists()


def test_followup_belongs_to_the_question_before(ask: Ask) -> None:
    first = ask(f"Customers by city {CITIES}")
    second = ask("```SELECT 1 AS n```", follows=str(first.pk))
    assert (second.follows_id, QueryHistory.objects.count()) == (first.pk, 2)
