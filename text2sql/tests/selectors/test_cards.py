"""One answer as the page shows it: rows that were never saved are enough."""

import json
from typing import Any

import pytest
from django.utils import translation

from tasks.models import Task
from text2sql.errors import UNREACHED
from text2sql.models import DatabaseConnection, QueryHistory, QueryStatus
from text2sql.selectors.cards import card_of, confidence_of, table_of, trouble_of

COLUMNS = [
    {"name": "city", "data_type": "text", "kind": "text"}, {"name": "n", "data_type": "bigint", "kind": "integer"},
]  # fmt: skip
ASKED = {
    "id": "which", "question": "Which one?",
    "options": [{"id": "a", "label": "By city"}, {"id": "b", "label": "By status"}],
}  # fmt: skip


def question(input_data: dict[str, Any] | None = None, **fields: Any) -> QueryHistory:
    task = Task(task_type="text2sql.ask", input_data=input_data or {})
    given: dict[str, Any] = {"question": "How many?", "answer": {}, "status": "success", "task": task}
    return QueryHistory(**given | fields)


def test_confidence_is_told_in_words_and_as_a_tone() -> None:
    told = {value: confidence_of(question(confidence=value)) for value in (1.0, 0.85, 0.849, 0.6, 0.599, 0.0)}
    assert {value: said and (str(said.label), said.percent, said.tone) for value, said in told.items()} == {
        1.0: ("Sure", 100, "success"), 0.85: ("Sure", 85, "success"), 0.849: ("Fairly sure", 85, "info"),
        0.6: ("Fairly sure", 60, "info"), 0.599: ("Unsure: check the query", 60, "warning"),
        0.0: ("Unsure: check the query", 0, "warning"),
    }  # fmt: skip
    assert confidence_of(question(confidence=None)) is None


def test_every_state_says_what_can_be_done() -> None:
    told = {status: trouble_of(question(status=status, sql_query="SELECT 1")) for status in QueryStatus.values}
    assert {status: said and str(said.title) for status, said in told.items()} == {
        "pending": None, "success": None, "unclear": None, "error": "The query could not be run",
        "timeout": "The query took too long", "refused": "No query was written", "cancelled": "Cancelled",
    }  # fmt: skip


@pytest.mark.parametrize("sql", ["SELECT 1", ""])
def test_way_to_the_database_is_told_apart_from_the_query(sql: str) -> None:
    told = {code: trouble_of(question(status="error", sql_query=sql, error_code=code)) for code in UNREACHED}
    assert {str(said.title) for said in told.values() if said} == {"The database cannot be asked"}
    assert [said.concerns_connection for said in told.values() if said] == [True] * 11


def test_question_without_a_query_is_not_told_that_its_query_failed() -> None:
    said = trouble_of(question(status="error", error_code="engine_crashed"))
    assert said is not None
    assert (str(said.title), said.concerns_connection) == ("No query was written", False)


def test_table_knows_numbers_and_nothing_from_empty() -> None:
    shown = table_of(question(answer={"columns": COLUMNS}, result_preview=[["Huế", 15], ["", None], [None, True]]))
    cells = [[(cell["value"], cell["is_null"], cell["is_number"]) for cell in row] for row in shown["rows"]]
    assert cells == [
        [("Huế", False, False), ("15", False, True)], [("", False, False), ("null", True, True)],
        [("null", True, False), ("true", False, True)],
    ]  # fmt: skip
    assert [column["name"] for column in shown["columns"]] == ["city", "n"]


def test_table_of_what_has_no_result_is_empty() -> None:
    assert table_of(question(status="pending")) == {"columns": [], "rows": []}


def test_row_that_is_shorter_than_its_columns_is_shown_as_far_as_it_goes() -> None:
    shown = table_of(question(answer={"columns": COLUMNS}, result_preview=[["Huế"]]))
    assert [[cell["value"] for cell in row] for row in shown["rows"]] == [["Huế"]]


def test_option_carries_all_answers_given_so_far() -> None:
    asked = question({"choices": {"when": "today"}}, status="unclear", answer={"clarification": ASKED})
    shown = card_of(asked)["clarification"]
    assert shown["question"] == "Which one?"
    assert [(option["label"], json.loads(option["choices"])) for option in shown["options"]] == [
        ("By city", {"when": "today", "which": "a"}), ("By status", {"when": "today", "which": "b"}),
    ]  # fmt: skip


def test_question_back_is_shown_only_while_it_waits() -> None:
    shown = {status: card_of(question(status=status, answer={"clarification": ASKED}))["clarification"] is not None
             for status in ("unclear", "success", "cancelled")}  # fmt: skip
    assert shown == {"unclear": True, "success": False, "cancelled": False}


def test_time_is_told_in_the_reader_s_way() -> None:
    times = {ms: card_of(question(execution_time_ms=ms))["spent"] for ms in (None, 0, 999, 1000, 61_250)}
    assert times == {None: "", 0: "0 ms", 999: "999 ms", 1000: "1.0 s", 61_250: "61.2 s"}
    with translation.override("vi"):
        assert card_of(question(execution_time_ms=1_500))["spent"] == "1,5 s"


def test_state_is_told_once() -> None:
    told = {status: (card["is_running"], card["is_answered"]) for status in QueryStatus.values
            if (card := card_of(question(status=status)))}  # fmt: skip
    assert told == dict.fromkeys(QueryStatus.values, (False, False)) | {
        "pending": (True, False), "success": (False, True),
    }  # fmt: skip


def test_script_gets_rows_language_and_chart() -> None:
    chart = {"type": "bar", "x": 0, "y": [1]}
    shop = DatabaseConnection(type="postgresql")
    data = card_of(question(
        connection=shop, answer={"columns": COLUMNS, "chart": chart}, result_preview=[["Huế", 15]], rows_returned=60,
        result_file="text2sql/aa/bb.jsonl.gz",
    ))["data"]  # fmt: skip
    assert data == {
        "columns": COLUMNS, "rows": [["Huế", 15]], "total": 60, "has_file": True, "chart": chart, "language": "sql",
        "type": "postgresql",
    }  # fmt: skip


def test_script_of_a_removed_database_gets_plain_sql() -> None:
    data = card_of(question(connection=None))["data"]
    assert data == {
        "columns": [], "rows": [], "total": 0, "has_file": False, "chart": {"type": "none", "x": None, "y": []},
        "language": "sql", "type": "",
    }  # fmt: skip
    assert card_of(question(connection=DatabaseConnection(type="mongodb")))["data"]["language"] == "json"


def test_line_whose_points_stand_above_each_other_is_not_drawn() -> None:
    none: dict[str, Any] = {"type": "none", "x": None, "y": []}
    line = {"type": "line", "x": 0, "y": [1]}
    drawn = {
        name: card_of(question(answer={"columns": COLUMNS, "chart": chart}, result_preview=rows))["data"]["chart"]
        for name, chart, rows in (
            ("distinct", line, [["2024", 1], ["2025", 2]]),
            ("repeated", line, [["2024", 1], ["2024", 2]]),
            ("no rows", line, []),
            ("unknown", {"type": "radar", "x": 0, "y": [1]}, [["2024", 1]]),
            ("empty", {}, [["2024", 1]]),
        )
    }
    assert drawn == {"distinct": line, "repeated": none, "no rows": line, "unknown": none, "empty": none}


def test_what_led_to_the_query_is_shown() -> None:
    answer = {"steps": ["Read."], "reasons": ["A word."], "others": [{"sql": "SELECT 2", "confidence": 0.5}],
              "cut_by": "rows"}  # fmt: skip
    card = card_of(question({"engine": "fake"}, answer=answer))
    assert {name: card[name] for name in ("steps", "reasons", "others", "cut_by", "engine_asked")} == {
        **answer, "engine_asked": "fake",
    }  # fmt: skip
