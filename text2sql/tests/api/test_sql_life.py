"""A program's whole day over REST: save, test, read, describe, ask, correct, judge, export, remove."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from text2sql.connectors.base import Target
from text2sql.models import DatabaseConnection, QueryHistory, SqlKnowledge
from text2sql.services.access import session_pool
from text2sql.tests.working import Work
from tts.tests.conftest import As

ROOT = "/api/v1"


@pytest.fixture
def program(with_key: As, owner: Account, project: Project) -> APIClient:
    return with_key(owner, "text2sql:read", "text2sql:write", "tasks:read")


@pytest.fixture
def saved(program: APIClient, shop_pg: Target, staff: Account, as_person: As) -> Any:
    """The id of a connection to the shop, saved by the program and allowed by staff."""
    body = {
        "name": "Shop", "type": "postgresql", "host": shop_pg.host, "port": shop_pg.port,
        "database_name": shop_pg.database_name, "username": shop_pg.username, "password": shop_pg.password,
    }  # fmt: skip
    pk = program.post(f"{ROOT}/database-connections/", body).json()["id"]
    as_person(staff).patch(f"{ROOT}/database-connections/{pk}/", {"allows_private": True})
    yield pk
    session_pool().forget(DatabaseConnection.objects.get().pk)


def worked(work: Work, answer: Any) -> str:
    """The work behind an accepted request, done; returns the task's end."""
    assert answer.status_code == 202, answer.json()
    return work(Task.objects.get(pk=answer.json()["task_id"]))


def test_program_asks_corrects_and_teaches(program: APIClient, saved: str, work: Work, media: Any) -> None:
    path = f"{ROOT}/database-connections/{saved}/"
    assert worked(work, program.post(f"{path}test/")) == "completed"
    assert worked(work, program.post(f"{path}introspect/")) == "completed"
    shown = program.get(path).json()
    assert (shown["last_test_result"]["ok"], shown["has_password"]) == (True, True)
    question = {"question": "How many customers? ```SELECT count(*) AS n FROM orders```", "engine": "fake"}
    first = program.post(f"{ROOT}/queries/", question | {"connection_id": saved})
    worked(work, first)
    assert program.get(f"{ROOT}/queries/{first.json()['id']}/rows/").json()["rows"] == [[300]]
    edit = {"sql": "SELECT count(*) AS n FROM customers", "question": "How many customers are there?",
            "follows": first.json()["id"]}  # fmt: skip
    second = program.post(f"{ROOT}/queries/run/", edit)
    worked(work, second)
    said = program.post(f"{ROOT}/queries/{second.json()['id']}/feedback/", {"feedback": "correct"}).json()
    assert (said["feedback"], said["result_preview"], said["connection_id"]) == ("correct", [[60]], saved)
    pair = SqlKnowledge.objects.get()
    assert (pair.question, pair.status) == ("How many customers are there?", "proposed")
    assert program.post(f"{ROOT}/sql-knowledge/{pair.pk}/approve/").json()["is_correct"] is True
    third = program.post(f"{ROOT}/queries/", {"question": "how many customers are there", "connection_id": saved})
    worked(work, third)
    answer = program.get(f"{ROOT}/queries/{third.json()['id']}/").json()
    assert (answer["source"], answer["kb_match_id"], answer["result_preview"]) == ("knowledge", str(pair.pk), [[60]])


def test_program_follows_its_export_to_the_file(program: APIClient, saved: str, work: Work, media: Any) -> None:
    asked = program.post(f"{ROOT}/queries/run/", {"sql": "SELECT id FROM products ORDER BY id LIMIT 2",
                                                  "connection_id": saved})  # fmt: skip
    worked(work, asked)
    made = program.post(f"{ROOT}/queries/{asked.json()['id']}/exports/", {"format": "json"})
    states = [program.get(f"{ROOT}/query-exports/{made.json()['id']}/").json()["status"]]
    worked(work, made)
    ready = program.get(f"{ROOT}/query-exports/{made.json()['id']}/").json()
    states.append(ready["status"])
    file = program.get(ready["url"])
    assert states == ["pending", "completed"]
    assert json.loads(b"".join(file.streaming_content)) == [{"id": 1}, {"id": 2}]  # type: ignore[attr-defined]
    assert program.get(f"{ROOT}/tasks/{made.json()['task_id']}/").json()["output_data"]["rows"] == 2


def test_what_was_asked_stays_when_the_database_is_removed(
    program: APIClient, saved: str, work: Work, media: Any
) -> None:
    asked = program.post(f"{ROOT}/queries/run/", {"sql": "SELECT 1 AS n", "connection_id": saved})
    worked(work, asked)
    path = f"{ROOT}/database-connections/{saved}/"
    assert program.delete(path).status_code == 204
    assert [program.get(path).status_code, program.delete(path).status_code] == [404, 404]
    kept = f"{ROOT}/queries/{asked.json()['id']}/"
    assert program.get(f"{kept}rows/").json()["rows"] == [[1]]
    refused = {
        "export": program.post(f"{kept}exports/", {"format": "csv"}).json()["code"],
        "follow": program.post(f"{ROOT}/queries/", {"question": "x", "follows": asked.json()["id"]}).json()["code"],
    }  # fmt: skip
    assert refused == {"export": "connection_not_found", "follow": "connection_not_found"}
    assert QueryHistory.objects.count() == 1


def test_schema_that_changed_is_told_to_the_program(
    program: APIClient, saved: str, work: Work, postgres_server: Any
) -> None:
    path = f"{ROOT}/database-connections/{saved}/"
    worked(work, program.post(f"{path}introspect/"))
    before = program.get(f"{path}schema-changes/").json()
    with postgres_server.connect("t2s_shop") as connection:
        connection.execute("ALTER TABLE products ADD COLUMN colour text")
        try:
            worked(work, program.post(f"{path}introspect/"))
        finally:
            connection.execute("ALTER TABLE products DROP COLUMN colour")
    after = program.get(f"{path}schema-changes/").json()
    assert (before["previous_hash"], before["changes"]) == ("", [])
    assert after["previous_hash"] == before["schema_hash"] != after["schema_hash"]
    assert after["changes"] == [{"what": "added", "place": "public.products.colour", "detail": ""}]
    columns = [table["columns"] for table in program.get(f"{path}schema/").json()["schema_json"]["tables"]
               if table["name"] == "products"]  # fmt: skip
    assert columns[0][-1]["name"] == "colour"


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ("SELECT nothing FROM customers", "unknown_column"), ("SELECT * FROM nowhere", "table_refused"),
        ("DROP TABLE customers", "not_a_query"), ("SELECT 1; SELECT 2", "several_statements"),
        ("SELECT pg_sleep(1)", "function_refused"), ("SELECT 1/0", "query_failed"),
    ],
)  # fmt: skip
def test_refusal_of_a_query_is_told_by_its_code(
    program: APIClient, saved: str, work: Work, media: Any, sql: str, code: str
) -> None:
    asked = program.post(f"{ROOT}/queries/run/", {"sql": sql, "connection_id": saved})
    assert worked(work, asked) == "failed"
    answer = program.get(f"{ROOT}/queries/{asked.json()['id']}/").json()
    assert (answer["status"], answer["error_code"], answer["has_rows"]) == ("error", code, False)
    assert answer["error_message"] != ""
