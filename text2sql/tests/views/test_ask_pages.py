"""The SQL page: asking, following, judging and looking back, with and without script."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import Account
from projects.models import Project
from projects.services import create_project
from tasks.models import Task
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.tests.pairs import answered, make_connection, read_schema
from text2sql.tests.services.test_schemas import CATALOG
from text2sql.tests.views.test_connection_pages import signed_in
from text2sql.tests.working import Ask

ROOT = "/sql/"


@pytest.fixture
def stored(owner: Account, project: Project) -> DatabaseConnection:
    return make_connection(owner, project, name="Shop")


def shown(client: Client, path: str) -> Any:
    answer = client.get(f"{ROOT}{path}")
    assert answer.status_code == 200
    return answer.context


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


def test_staff_see_a_question_and_do_not_speak_for_it(staff: Account, ask: Ask) -> None:
    asked, client = ask("```SELECT 1 AS n```"), signed_in(staff)
    assert client.get(f"{ROOT}q/{asked.pk}/").status_code == 200
    answer = client.post(f"{ROOT}q/{asked.pk}/feedback/", {"feedback": "wrong"}, headers={"HX-Request": "true"})
    assert (answer.status_code, QueryHistory.objects.get().feedback) == (404, "")
    assert list(client.get(f"{ROOT}history/").context["page_obj"]) == []


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


def test_stale_bookmark_shows_the_list(browser_client: Client, owner: Account, project: Project) -> None:
    answered(owner, project, None, question="x")
    queries = ("status=gone", "order=password", "period=yesterday", f"connection={uuid4()}", "feedback=great",
               "page=99",
               "page=x", "q=%00", "q=" + "x" * 201, "source=")  # fmt: skip
    assert {query: told(browser_client, query) for query in queries} == {query: ["x"] for query in queries}


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
