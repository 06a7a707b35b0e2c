"""The SQL page: asking, following, judging and looking back, with and without script."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from tasks.models import Engine, Task
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.tests.pairs import answered, make_connection, read_schema
from text2sql.tests.services.test_schemas import CATALOG
from text2sql.tests.views.test_connection_pages import signed_in
from text2sql.tests.working import Ask, Work

ROOT = "/sql/"


@pytest.fixture
def stored(owner: Account, project: Project) -> DatabaseConnection:
    return make_connection(owner, project, name="Shop")


def shown(client: Client, path: str) -> Any:
    answer = client.get(f"{ROOT}{path}")
    assert answer.status_code == 200
    return answer.context


def test_empty_page_offers_databases_engines_and_questions(
    browser_client: Client, stored: DatabaseConnection, owner: Account
) -> None:
    read_schema(stored, CATALOG)
    page = shown(browser_client, "?ask=How+many%3F")
    assert (page["question"], page["connection"], page["cards"], page["follows"]) == ("How many?", stored, [], "")
    assert (page["has_schema"], page["schema_open"]) == (True, True)
    assert page["suggestions"] == ["How many customers per city?", "How many orders are there?"]
    assert {engine.name for engine in page["engines"]} == set(
        Engine.objects.enabled("text2sql").values_list("name", flat=True)
    )
    assert page["page_data"]["language"] == "en"


def test_database_of_the_address_goes_before_the_one_asked_last(
    browser_client: Client, stored: DatabaseConnection, owner: Account, stranger: Account
) -> None:
    second, foreign = make_connection(owner, None), make_connection(stranger)
    browser_client.cookies["sql_connection"] = str(second.pk)
    browser_client.cookies["sql_schema"] = "closed"
    chosen = [shown(browser_client, path)["connection"] for path in (
        "", f"?connection={stored.pk}", f"?connection={foreign.pk}", "?connection=nonsense",
    )]  # fmt: skip
    assert chosen == [second, stored, second, second]
    assert shown(browser_client, "")["schema_open"] is False


def test_page_without_a_database_says_so(browser_client: Client, project: Project) -> None:
    page = shown(browser_client, "")
    assert (page["connection"], page["connections"], page["suggestions"], page["has_schema"]) == (None, [], [], False)


def test_question_of_a_browser_without_script_leads_to_its_answer(
    browser_client: Client, read_shop: DatabaseConnection, work: Work, media: Any
) -> None:
    body = {"question": "How many? ```SELECT count(*) AS n FROM customers```", "engine": "fake",
            "connection_id": str(read_shop.pk)}  # fmt: skip
    answer = browser_client.post(ROOT, body)
    asked = QueryHistory.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"{ROOT}q/{asked.pk}/")
    assert shown(browser_client, f"q/{asked.pk}/")["cards"][0]["is_running"] is True
    work(asked.task)
    [card] = shown(browser_client, f"q/{asked.pk}/")["cards"]
    assert (card["is_answered"], card["table"]["rows"][0][0]["value"], card["may_cancel"]) == (True, "60", True)


def test_choice_is_sent_with_the_question(browser_client: Client, stored: DatabaseConnection) -> None:
    for choices in (json.dumps({"which": "a"}), "{}", "nonsense", "[1]", ""):
        browser_client.post(ROOT, {"question": "x", "engine": "fake", "choices": choices})
    sent = Task.objects.order_by("pk").values_list("input_data", flat=True)
    assert [data.get("choices") for data in sent] == [{"which": "a"}, None, None, None, None]
    assert {data["language"] for data in sent} == {"en"}


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"question": ""}, 400, "Ask a question."),
        ({"question": "x" * 2_001}, 400, "The text has 2001 characters; the limit is 2000."),
        ({"question": "x", "engine": "nobody"}, 400, "engine"),
        ({"question": "x", "follows": str(uuid4())}, 404, ""),
        ({"question": "x", "choices": '{"which": 5}'}, 400, ""),
        ({"question": "x", "choices": '{"which": "\\u0000"}'}, 400, ""),
    ],
)
def test_what_cannot_be_asked_comes_back_with_its_words(
    browser_client: Client, stored: DatabaseConnection, body: dict[str, str], status: int, words: str
) -> None:
    answer = browser_client.post(ROOT, {"engine": "fake"} | body)
    assert (answer.status_code, answer.context["question"]) == (status, body["question"])
    assert words in answer.context["problem"]
    assert not QueryHistory.objects.exists()


def test_person_without_a_project_is_told_to_make_one(stranger: Account) -> None:
    make_connection(stranger)
    answer = signed_in(stranger).post(ROOT, {"question": "x", "engine": "fake"})
    assert (answer.status_code, "Create a project first" in answer.context["problem"]) == (400, True)
    assert not Task.objects.exists()


def test_thread_is_shown_whole_and_goes_on_with_its_database(
    browser_client: Client, stored: DatabaseConnection, owner: Account, project: Project
) -> None:
    make_connection(owner, project, name="Newer")
    first = answered(owner, project, stored, question="one")
    second = answered(owner, project, stored, question="two", follows=first)
    page = shown(browser_client, f"q/{second.pk}/")
    assert [card["query"].question for card in page["cards"]] == ["one", "two"]
    assert (page["connection"], page["follows"], page["suggestions"]) == (stored, second.pk, [])
    stored.is_active = False
    stored.save(update_fields=["is_active"])
    page = shown(browser_client, f"q/{second.pk}/")
    assert (page["connection"].name, page["follows"]) == ("Newer", "")


def test_thread_goes_on_in_its_own_project(
    browser_client: Client, stored: DatabaseConnection, owner: Account, project: Project
) -> None:
    other = create_project(user=owner, project_name="Elsewhere")
    asked = answered(owner, other, stored)
    body = {"question": "x", "engine": "fake", "connection_id": str(stored.pk)}
    browser_client.post(ROOT, body | {"follows": str(asked.pk)})
    browser_client.post(ROOT, body)
    assert list(Task.objects.order_by("pk").values_list("project_id", flat=True))[1:] == [other.pk, project.pk]


def test_card_alone_is_a_fragment(browser_client: Client, stored: DatabaseConnection, owner: Account) -> None:
    asked = answered(owner, stored.project or Project(), stored, question="<script>alert(1)</script>")
    text = browser_client.get(f"{ROOT}q/{asked.pk}/card/").content.decode()
    assert ("<html" in text, "<script>alert(1)" in text, "&lt;script&gt;alert(1)" in text) == (False, False, True)


def test_feedback_is_kept_taken_back_and_answered_as_it_was_asked(
    browser_client: Client, stored: DatabaseConnection, owner: Account, project: Project
) -> None:
    asked = answered(owner, project, stored)
    path, said = f"{ROOT}q/{asked.pk}/feedback/", []
    for word in ("wrong", "partial", "nonsense", "wrong", ""):
        answer = browser_client.post(path, {"feedback": word}, headers={"HX-Request": "true"})
        said.append((answer.status_code, QueryHistory.objects.get().feedback))
    assert said == [(200, "wrong"), (200, "partial"), (200, ""), (200, "wrong"), (200, "")]
    plain = browser_client.post(path, {"feedback": "wrong"})
    assert (plain.status_code, plain["Location"]) == (302, f"{ROOT}q/{asked.pk}/#query-{asked.pk}")


def test_members_and_strangers_see_no_question_of_the_owner_s(people: dict[str, Account], ask: Ask) -> None:
    asked = ask("```SELECT 1 AS n```")
    for name in ("manager", "member", "viewer", "stranger"):
        client = signed_in(people[name])
        answers = [client.get(f"{ROOT}q/{asked.pk}/{path}") for path in ("", "card/")]
        answers.append(client.post(f"{ROOT}q/{asked.pk}/feedback/", {"feedback": "wrong"}))
        assert [answer.status_code for answer in answers] == [404, 404, 404], name
        assert list(client.get(f"{ROOT}history/").context["page_obj"]) == []
    assert QueryHistory.objects.get().feedback == ""


def test_staff_see_a_question_and_do_not_speak_for_it(staff: Account, ask: Ask) -> None:
    asked, client = ask("```SELECT 1 AS n```"), signed_in(staff)
    assert client.get(f"{ROOT}q/{asked.pk}/").status_code == 200
    answer = client.post(f"{ROOT}q/{asked.pk}/feedback/", {"feedback": "wrong"}, headers={"HX-Request": "true"})
    assert (answer.status_code, QueryHistory.objects.get().feedback) == (404, "")
    assert list(client.get(f"{ROOT}history/").context["page_obj"]) == []


def test_nobody_gets_in_without_a_name(client: Client, db: None) -> None:
    pk = uuid4()
    paths = ["", "history/", f"q/{pk}/", f"q/{pk}/card/", "connections/", "knowledge/", "evaluations/"]
    assert [client.get(f"{ROOT}{path}")["Location"].split("?")[0] for path in paths] == ["/account/login/"] * 7
    assert client.post(f"{ROOT}q/{pk}/feedback/")["Location"].startswith("/account/login/")


def test_wrong_methods_do_nothing(browser_client: Client, owner: Account, project: Project) -> None:
    asked = answered(owner, project, None)
    statuses = [
        browser_client.put(ROOT).status_code, browser_client.delete(f"{ROOT}q/{asked.pk}/").status_code,
        browser_client.get(f"{ROOT}q/{asked.pk}/feedback/").status_code,
        browser_client.post(f"{ROOT}history/").status_code,
    ]  # fmt: skip
    assert (statuses, QueryHistory.objects.get().feedback) == ([405, 405, 405, 405], "")


def told(client: Client, query: str) -> list[str]:
    return [row.question for row in client.get(f"{ROOT}history/?{query}").context["page_obj"]]


def test_history_is_filtered_searched_and_sorted(
    browser_client: Client, stored: DatabaseConnection, owner: Account, project: Project
) -> None:
    answered(owner, project, stored, question="fast", execution_time_ms=5, rows_returned=3, feedback="correct")
    answered(owner, project, stored, question="slow 100%", execution_time_ms=900, status="timeout", source="person")
    old = answered(owner, project, None, question="old", sql_query="SELECT price FROM goods", rows_returned=1)
    QueryHistory.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=10))
    every = ["old", "slow 100%", "fast"]
    cases = {
        "": every, "status=timeout": ["slow 100%"], "source=person": ["slow 100%"], "feedback=correct": ["fast"],
        "feedback=none": ["old", "slow 100%"], "period=7": ["slow 100%", "fast"], "period=30": every,
        f"connection={stored.pk}": ["slow 100%", "fast"], "q=GOODS": ["old"], "q=100%25": ["slow 100%"], "q=_": [],
        "order=execution_time_ms": ["fast", "slow 100%", "old"],
        "order=-execution_time_ms": ["slow 100%", "fast", "old"],
        "order=-rows_returned": ["fast", "old", "slow 100%"],
        "order=created_at": ["old", "fast", "slow 100%"],
    }  # fmt: skip
    assert {query: told(browser_client, query) for query in cases} == cases


def test_stale_bookmark_shows_the_list(browser_client: Client, owner: Account, project: Project) -> None:
    answered(owner, project, None, question="x")
    queries = ("status=gone", "order=password", "period=yesterday", f"connection={uuid4()}", "feedback=great",
               "page=99",
               "page=x", "q=%00", "q=" + "x" * 201, "source=")  # fmt: skip
    assert {query: told(browser_client, query) for query in queries} == {query: ["x"] for query in queries}


def test_history_costs_the_same_however_long(
    browser_client: Client, stored: DatabaseConnection, owner: Account, project: Project
) -> None:
    for _number in range(2):
        answered(owner, project, stored)
    browser_client.get(f"{ROOT}history/")
    with CaptureQueriesContext(connection) as short:
        browser_client.get(f"{ROOT}history/")
    for _number in range(10):
        answered(owner, project, stored)
    with CaptureQueriesContext(connection) as long:
        assert len(browser_client.get(f"{ROOT}history/").context["page_obj"]) == 12
    assert len(long) == len(short)


def test_pages_speak_the_reader_s_language(
    browser_client: Client, stored: DatabaseConnection, owner: Account, project: Project
) -> None:
    read_schema(stored, CATALOG)
    asked = answered(owner, project, stored, answer={"columns": []}, confidence=0.9)
    for path in ("", f"q/{asked.pk}/", "history/", "connections/", f"connections/{stored.pk}/", "connections/new/",
                 "knowledge/", "knowledge/new/", "knowledge/import/", "evaluations/"):  # fmt: skip
        answer = browser_client.get(f"{ROOT}{path}", headers={"Accept-Language": "vi"})
        assert answer.status_code == 200
        assert 'lang="vi"' in answer.content.decode(), path
