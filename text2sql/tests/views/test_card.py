"""One answer as a card: running, answered, refused, failed, asked back; feedback; the page of its result."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import Client

from accounts.models import Account
from results.models import Result
from text2sql.engines.grammar.refusal import NO_QUERY
from text2sql.models import QueryHistory, SqlKnowledge
from text2sql.tests.views.conftest import Asked, SignedIn
from text2sql.tests.working import Ask

pytestmark = pytest.mark.django_db

PageOf = Callable[[Client, str], str]
COLUMNS = [
    {"name": "month", "data_type": "date", "kind": "date"}, {"name": "sum", "data_type": "numeric", "kind": "number"},
]  # fmt: skip
ROWS = [["2026-01-01", "12.50"], ["2026-02-01", None], ["2026-03-01", True]]
CHART = {"type": "line", "x": 0, "y": [1]}


@pytest.fixture
def card(browser_client: Client, page_of: PageOf) -> Callable[[QueryHistory], str]:
    def fetch(query: QueryHistory) -> str:
        return page_of(browser_client, f"/sql/q/{query.pk}/card/")

    return fetch


Card = Callable[[QueryHistory], str]


def answered(asked: Asked, **fields: Any) -> QueryHistory:
    """A good answer of two columns and three rows."""
    answer = {
        "columns": COLUMNS, "cut_by": "", "chart": CHART, "steps": ["Read it."], "reasons": ["A sum."],
        "plan_cost": 1_234.4,
    }  # fmt: skip
    usual = {
        "status": "success", "sql_query": "SELECT 1 < 2", "result_preview": ROWS, "rows_returned": 3,
        "execution_time_ms": 1_500, "confidence": 0.7, "engine_name": "grammar", "answer": answer,
    }  # fmt: skip
    return asked(**(usual | fields))


def data_of(card: str) -> dict[str, Any]:
    """What the card's script reads."""
    found = re.search(r'<script type="application/json">(.*?)</script>', card, re.DOTALL)
    assert found
    data: dict[str, Any] = json.loads(found.group(1))
    return data


def test_running_question_can_be_followed_and_cancelled(asked: Asked, card: Card) -> None:
    query = asked()
    page = card(query)
    assert f'data-task-id="{query.task_id}"' in page
    assert f'action="/tasks/{query.task_id}/cancel/"' in page
    assert ("data-running" in page, "application/json" in page) == (True, False)


def test_answer_has_its_rows_its_query_and_how_it_came_to_be(asked: Asked, card: Card) -> None:
    query = answered(asked)
    page = card(query)
    assert re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", page) == [
        "month", "sum", "2026-01-01", "12.50", "2026-02-01", "null", "2026-03-01", "true",
    ]  # fmt: skip
    for words in (
        "3 rows",
        "1.5 s",
        "expected it to cost 1,234",
        "Fairly sure · 70 %",
        "SELECT 1 &lt; 2",
        "Read it.",
        "A sum.",
        ">grammar<",
    ):
        assert words in page, words
    assert data_of(page) == {
        "columns": COLUMNS, "rows": ROWS, "total": 3, "has_file": False, "chart": CHART, "language": "sql",
        "type": "postgresql",
    }  # fmt: skip


def test_confidence_is_said_in_words(asked: Asked, card: Card) -> None:
    said = {
        sure: re.findall(r'tone-(\w+)" title="[^"]*">([^<]*)<', card(answered(asked, confidence=sure)))
        for sure in (1.0, 0.85, 0.6, 0.59, 0.0, None)
    }
    assert said == {
        1.0: [("success", "Sure · 100 %")], 0.85: [("success", "Sure · 85 %")], 0.6: [("info", "Fairly sure · 60 %")],
        0.59: [("warning", "Unsure: check the query · 59 %")], 0.0: [("warning", "Unsure: check the query · 0 %")],
        None: [],
    }  # fmt: skip


def test_source_and_limits_are_named(asked: Asked, card: Card) -> None:
    by_hand = card(answered(asked, sql="SELECT 1", source="person"))
    known = card(answered(asked, source="knowledge"))
    cut = card(answered(asked, answer={"columns": COLUMNS, "cut_by": "rows"}, rows_returned=10_000))
    large = card(answered(asked, answer={"columns": COLUMNS, "cut_by": "bytes"}))
    assert "Written by hand" in by_hand
    assert "Knowledge base" in known
    assert "Only the first 10000 rows are shown." in cut
    assert "The rows were too large" in large
    assert "The query ran, and no row fits." in card(answered(asked, result_preview=[], rows_returned=0))


def test_charts_that_would_mislead_are_left_out(asked: Asked, card: Card) -> None:
    charts = {
        "fits": CHART, "unknown": {"type": "script", "x": 0, "y": [1]}, "missing": None,
        "number": {"type": "number", "x": None, "y": [0]},
    }  # fmt: skip
    seen = {
        name: data_of(card(answered(asked, answer={"columns": COLUMNS, "chart": chart})))["chart"]["type"]
        for name, chart in charts.items()
    }
    assert seen == {"fits": "line", "unknown": "none", "missing": "none", "number": "number"}
    crowded = [answered(asked, result_preview=[ROWS[0], ROWS[0]]), answered(asked, rows_returned=2_001)]
    assert [data_of(card(query))["chart"]["type"] for query in crowded] == ["none", "none"]


def test_trouble_says_what_happened_and_what_to_do(asked: Asked, card: Card) -> None:
    cases = {
        "failed": {"status": "error", "error_code": "unknown_column", "sql_query": "SELECT x"},
        "unwritten": {"status": "error", "error_code": "told_to_fail"},
        "unreached": {"status": "error", "error_code": "connect_timeout"},
        "slow": {"status": "timeout", "error_code": "query_timeout"},
        "refused": {"status": "refused"},
        "cancelled": {"status": "cancelled"},
    }
    pages = {name: card(asked(error_message=f"because of {name}", **fields)) for name, fields in cases.items()}
    titles = {name: re.findall(r"<h3>.*?</svg>([^<]*)</h3>", page)[0] for name, page in pages.items()}
    assert titles == {
        "failed": "The query could not be run", "unwritten": "No query was written",
        "unreached": "The database cannot be asked", "slow": "The query took too long",
        "refused": "No query was written", "cancelled": "Cancelled",
    }  # fmt: skip
    assert {name for name, page in pages.items() if f"because of {name}" in page} == set(cases) - {"cancelled"}
    assert {name for name, page in pages.items() if "Test the connection" in page} == {"unreached"}
    assert {name for name, page in pages.items() if 'data-act="edit"' in page} == {"failed"}
    assert "/sql/?ask=How%20many%20orders%3F&amp;connection=" in pages["refused"]


def test_a_refusal_is_told_in_the_language_of_the_page_and_stays_text(
    browser_client: Client, asked: Asked, card: Card
) -> None:
    browser_client.cookies["django_language"] = "vi"
    pages = [card(asked(status="refused", error_message=said)) for said in (NO_QUERY, "50 % <b>unsure</b>")]
    assert "Không có truy vấn nào chạy được giải thích câu hỏi này." in pages[0]
    assert "50 % &lt;b&gt;unsure&lt;/b&gt;" in pages[1]


def test_question_back_offers_what_the_next_question_needs(asked: Asked, card: Card) -> None:
    before = asked(status="success")
    clarification = {"id": "which", "question": "Which <one>?", "options": [{"id": "a", "label": "A & B"}]}
    given = {"choices": {"when": "now"}, "engine": "fake", "follows": before.pk}
    page = card(asked(status="unclear", answer={"clarification": clarification}, **given))
    assert "Which &lt;one&gt;?" in page
    assert re.findall(r'name="choices" value="([^"]*)">([^<]*)<', page) == [
        ("{&quot;when&quot;: &quot;now&quot;, &quot;which&quot;: &quot;a&quot;}", "A &amp; B")
    ]
    assert f'name="follows" value="{before.pk}"' in page
    assert 'name="engine" value="fake"' in page


def test_hostile_texts_are_escaped(asked: Asked, card: Card) -> None:
    evil = '</script><img src=x onerror="alert(1)">'
    columns = [{"name": evil, "data_type": "text", "kind": "text"}]
    answer = {"columns": columns, "steps": [evil], "reasons": [evil], "others": [{"sql": evil, "confidence": 0.1}]}
    fields = {"sql_query": evil, "engine_name": evil, "result_preview": [[evil]], "answer": answer}
    page = card(answered(asked, **fields))
    assert ("<img" in page, page.count("</script>")) == (False, 1)
    assert data_of(page)["rows"] == [[evil]]


def test_feedback_is_said_and_taken_back(browser_client: Client, ask: Ask) -> None:
    query = ask("Customers ```SELECT city FROM customers```")
    address = f"/sql/q/{query.pk}/feedback/"
    fragment = browser_client.post(address, {"feedback": "correct"}, headers={"HX-Request": "true"}).content.decode()
    assert re.findall(r'value="(\w*)" aria-pressed="(\w+)"', fragment) == [
        ("", "true"), ("partial", "false"), ("wrong", "false"),
    ]  # fmt: skip
    assert SqlKnowledge.objects.count() == 1
    response = browser_client.post(address, {"feedback": ""})
    assert (response.status_code, response["Location"]) == (302, f"/sql/q/{query.pk}/#query-{query.pk}")
    query.refresh_from_db()
    assert query.feedback == ""


def test_nobody_else_says_what_they_think(asked: Asked, signed_in: SignedIn, member: Account) -> None:
    query = answered(asked)
    response = signed_in(member).post(f"/sql/q/{query.pk}/feedback/", {"feedback": "wrong"})
    query.refresh_from_db()
    assert (response.status_code, query.feedback) == (404, "")


def test_results_page_shows_the_rows_to_the_person_alone(ask: Ask, owner: Account, member: Account) -> None:
    query = ask("```SELECT city, count(*) AS customers FROM customers GROUP BY city ORDER BY 2 DESC```")
    result = Result.objects.get()

    def seen(person: Account | None) -> str:
        request = HttpRequest()
        if person is not None:
            request.user = person
        return render_to_string("text2sql/result.html", {"result": result, "request": request if person else None})

    page = seen(owner)
    assert re.findall(r"<td[^>]*>([^<]*)</td>", page)[:2] == ["Hà Nội", "30"]
    assert f'href="/sql/q/{query.pk}/"' in page
    assert [("Only the person who asked" in seen(person), "Hà Nội" in seen(person)) for person in (member, None)] == [
        (True, False), (True, False),
    ]  # fmt: skip
    result.output_data = {"query_id": "nonsense"}
    assert "Only the person who asked" in seen(owner)
