"""REST: questions, queries written by hand, their rows and files."""

import gzip
import json
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from text2sql.models import DatabaseConnection, QueryExport, QueryHistory
from text2sql.tests.working import Ask, Work
from tts.tests.conftest import As

ROOT = "/api/v1/queries/"
COUNT = "How many customers? ```SELECT count(*) AS n FROM customers```"


def test_question_is_accepted_and_answered(
    as_person: As, owner: Account, read_shop: DatabaseConnection, work: Work, media: object
) -> None:
    client = as_person(owner)
    body = {"question": COUNT, "engine": "fake", "connection_id": str(read_shop.pk)}
    accepted = client.post(ROOT, body)
    assert (accepted.status_code, accepted.json()["status"]) == (202, "pending")
    assert accepted["Location"] == accepted.json()["links"]["self"]
    work(Task.objects.get())
    answer = client.get(f"{ROOT}{accepted.json()['id']}/").json()
    assert (answer["status"], answer["sql_query"], answer["result_preview"]) == (
        "success", "SELECT count(*) AS n FROM customers", [[60]],
    )  # fmt: skip
    assert answer["answer"]["chart"] == {"type": "number", "x": None, "y": [0]}


def test_same_idempotency_key_asks_once(as_person: As, owner: Account, read_shop: DatabaseConnection) -> None:
    body = {"question": COUNT, "engine": "fake", "connection_id": str(read_shop.pk)}
    first, second = (as_person(owner).post(ROOT, body, headers={"Idempotency-Key": "k1"}) for _try in range(2))
    assert first.json()["id"] == second.json()["id"]
    other = as_person(owner).post(ROOT, {**body, "question": "other"}, headers={"Idempotency-Key": "k1"})
    assert (other.status_code, QueryHistory.objects.count()) == (422, 1)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"question": "  "}, 400, "empty_question"),
        ({"question": "x" * 2_001}, 400, "text_too_long"),
        ({"question": "a\x01b"}, 400, "control_characters"),
        ({"question": "x", "engine": "nobody"}, 400, "unknown_engine"),
        ({"question": "x", "connection_id": str(uuid4())}, 404, "connection_not_found"),
        ({"question": "x", "follows": str(uuid4())}, 404, "query_not_found"),
        ({"question": "x", "project_id": str(uuid4())}, 404, "project_not_found"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_nothing_is_written(
    as_person: As, owner: Account, read_shop: DatabaseConnection, body: dict[str, Any], status: int, code: str
) -> None:
    refused = as_person(owner).post(ROOT, body)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert [Task.objects.exists(), QueryHistory.objects.exists()] == [False, False]


def test_query_by_hand_runs(
    as_person: As, owner: Account, read_shop: DatabaseConnection, work: Work, media: object
) -> None:
    accepted = as_person(owner).post(f"{ROOT}run/", {"sql": "SELECT 1 AS one", "connection_id": str(read_shop.pk)})
    assert (accepted.status_code, accepted.json()["source"]) == (202, "person")
    work(Task.objects.get())
    assert as_person(owner).get(f"{ROOT}{accepted.json()['id']}/rows/").json() == {
        "columns": [{"name": "one", "data_type": "integer", "kind": "integer"}], "rows": [[1]], "offset": 0, "total": 1,
    }  # fmt: skip


def test_rows_come_in_pages_and_as_a_stream(as_person: As, owner: Account, run_sql: Ask) -> None:
    query = run_sql("SELECT id, city FROM customers ORDER BY id")
    client, path = as_person(owner), f"{ROOT}{query.pk}/"
    page = client.get(f"{path}rows/?offset=58&limit=5").json()
    assert ([row[0] for row in page["rows"]], page["total"]) == ([59, 60], 60)
    stream = client.get(f"{path}stream/")
    lines = gzip.decompress(b"".join(stream.streaming_content)).splitlines()  # type: ignore[attr-defined]  # streamed
    assert (stream["Content-Encoding"], len(lines), json.loads(lines[0])[0]["name"]) == ("gzip", 61, "id")


def test_rows_of_a_question_without_result_are_gone(as_person: As, owner: Account, ask: Ask) -> None:
    query = ask("[refuse no]")
    for path in ("rows/", "stream/"):
        assert as_person(owner).get(f"{ROOT}{query.pk}/{path}").json()["code"] == "result_gone"


def test_nobody_else_sees_or_touches_a_question(as_person: As, people: dict[str, Account], ask: Ask) -> None:
    query = ask(COUNT)
    for name in ("stranger", "member", "manager", "viewer"):
        client = as_person(people[name])
        assert client.get(ROOT).json()["results"] == []
        for method, path in (("get", ""), ("get", "rows/"), ("get", "stream/"), ("post", "feedback/"),
                             ("post", "exports/"), ("delete", "")):  # fmt: skip
            body = {"feedback": "wrong", "format": "csv"} if method == "post" else {}
            answer = getattr(client, method)(f"{ROOT}{query.pk}/{path}", body)
            assert (answer.status_code, answer.json()["code"]) == (404, "query_not_found"), (name, method, path)
    query.refresh_from_db()
    assert (query.feedback, query.status, QueryExport.objects.exists()) == ("", "success", False)


def test_bound_key_sees_its_projects_questions_only(bound: APIClient, ask: Ask, owner: Account) -> None:
    query = ask(COUNT)
    assert [row["id"] for row in bound.get(ROOT).json()["results"]] == [str(query.pk)]
    elsewhere = Project.objects.create(user=owner, project_name="Other", api_key=query.project.api_key)
    QueryHistory.objects.filter(pk=query.pk).update(project=elsewhere)
    assert bound.get(f"{ROOT}{query.pk}/").status_code == 404


def test_waiting_question_is_cancelled_and_says_so(
    as_person: As, owner: Account, read_shop: DatabaseConnection
) -> None:
    body = {"question": COUNT, "engine": "fake", "connection_id": str(read_shop.pk)}
    made = as_person(owner).post(ROOT, body).json()
    assert as_person(owner).delete(f"{ROOT}{made['id']}/").json()["status"] == "cancelled"


def test_question_that_has_ended_is_not_cancelled(as_person: As, owner: Account, ask: Ask) -> None:
    query = ask(COUNT)
    assert as_person(owner).delete(f"{ROOT}{query.pk}/").status_code == 409
    assert QueryHistory.objects.get().status == "success"


def test_export_is_made_by_a_worker_and_fetched(as_person: As, owner: Account, run_sql: Ask, work: Work) -> None:
    query = run_sql("SELECT id, name FROM products ORDER BY id")
    client = as_person(owner)
    made = client.post(f"{ROOT}{query.pk}/exports/", {"format": "csv"})
    assert (made.status_code, made.json()["url"]) == (202, None)
    assert client.get(f"/api/v1/query-exports/{made.json()['id']}/file/").json()["code"] == "result_gone"
    work(Task.objects.get(pk=made.json()["task_id"]))
    ready = client.get(f"/api/v1/query-exports/{made.json()['id']}/").json()
    assert (ready["status"], ready["rows"]) == ("completed", 40)
    file = client.get(ready["url"])
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]  # streamed
    assert (len(lines), lines[0], file["Content-Disposition"]) == (
        41, "id,name", f'attachment; filename="query-{query.pk}.csv"',
    )  # fmt: skip


def test_only_what_ran_is_exported(as_person: As, owner: Account, ask: Ask) -> None:
    query = ask("[refuse no]")
    refused = as_person(owner).post(f"{ROOT}{query.pk}/exports/", {"format": "csv"})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_answered")
    assert not QueryExport.objects.exists()


def test_stranger_gets_no_export(as_person: As, owner: Account, stranger: Account, run_sql: Ask) -> None:
    query = run_sql("SELECT 1 AS n")
    made = as_person(owner).post(f"{ROOT}{query.pk}/exports/", {"format": "json"}).json()
    for path in ("", "file/"):
        answer = as_person(stranger).get(f"/api/v1/query-exports/{made['id']}/{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "export_not_found")


def test_filters_narrow_the_history(as_person: As, owner: Account, ask: Ask) -> None:
    good, refused = ask(COUNT), ask("[refuse no]")
    found = {query: [row["id"] for row in as_person(owner).get(f"{ROOT}?{query}").json()["results"]] for query in (
        "status=success", "status=refused", "search=customers", "source=person",
    )}  # fmt: skip
    assert found == {
        "status=success": [str(good.pk)], "status=refused": [str(refused.pk)], "search=customers": [str(good.pk)],
        "source=person": [],
    }  # fmt: skip
