"""Bodies and addresses that nobody should send: each is refused plainly, and nothing is written."""

import json
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from text2sql.models import DatabaseConnection, QueryExport, QueryHistory, SchemaNote
from text2sql.tests.pairs import answered, make_connection, read_schema
from text2sql.tests.services.test_schemas import CATALOG
from tts.tests.conftest import As

ROOT = "/api/v1"
JSON = "application/json"


@pytest.fixture
def mine(as_person: As, owner: Account, project: Project) -> APIClient:
    return as_person(owner)


def nothing_written() -> bool:
    rows = (DatabaseConnection, QueryHistory, QueryExport, SchemaNote, Task)
    return not any(model.objects.exists() for model in rows)


def refusals(client: APIClient, path: str, bodies: dict[str, Any], method: str = "post") -> dict[str, Any]:
    found = {}
    for name, body in bodies.items():
        answer = getattr(client, method)(f"{ROOT}{path}", body)
        found[name] = (answer.status_code, sorted(answer.json().get("errors", {})))
    return found


def test_connections_are_refused_by_field(mine: APIClient) -> None:
    good = {"name": "Sales", "type": "mysql", "host": "db.example.org"}
    bodies = {
        "nothing": {}, "name": good | {"name": ["x"]}, "long name": good | {"name": "a" * 101},
        "type": good | {"type": "sqlite"}, "host": good | {"host": None}, "space": good | {"host": "   "},
        "port": good | {"port": "ssh"}, "large port": good | {"port": 10**400}, "half port": good | {"port": 1.5},
        "flag": good | {"ssl_enabled": "perhaps"}, "params": good | {"connection_params": "sslmode=off"},
        "list": good | {"connection_params": []}, "password": good | {"password": "p" * 1001},
        "line": good | {"password": "a\nb"}, "user": good | {"username": "a\u202eb"},
        "project": good | {"project_id": "station"}, "private": good | {"allows_private": 2},
    }  # fmt: skip
    fields = {"nothing": ["host", "name", "type"], "long name": ["name"], "space": ["host"], "large port": ["port"],
              "half port": ["port"], "flag": ["ssl_enabled"], "params": ["connection_params"],
              "list": ["connection_params"], "line": ["password"], "user": ["username"], "project": ["project_id"],
              "private": ["allows_private"]}  # fmt: skip
    assert refusals(mine, "/database-connections/", bodies) == {
        name: (400, fields.get(name, [name])) for name in bodies
    }  # fmt: skip
    assert nothing_written()


def test_what_only_others_may_say_is_refused(mine: APIClient) -> None:
    good = {"name": "Sales", "type": "mysql", "host": "db.example.org"}
    private = mine.post(f"{ROOT}/database-connections/", good | {"allows_private": True})
    elsewhere = mine.post(f"{ROOT}/database-connections/", good | {"project_id": str(uuid4())})
    assert [(answer.status_code, answer.json()["code"]) for answer in (private, elsewhere)] == [
        (403, "forbidden"), (404, "project_not_found"),
    ]  # fmt: skip
    assert nothing_written()


def test_fields_that_are_not_the_person_s_to_set_change_nothing(mine: APIClient, stranger: Account) -> None:
    body = {"name": "Sales", "type": "mysql", "host": "db.example.org", "is_demo": True, "user_id": str(stranger.pk),
            "last_test_result": {"ok": True}, "is_active": False, "id": str(uuid4())}  # fmt: skip
    made = mine.post(f"{ROOT}/database-connections/", body).json()
    row = DatabaseConnection.objects.get()
    assert (row.is_demo, row.user.username, row.last_test_result, row.is_active) == (False, "owner", None, True)
    assert made["id"] == str(row.pk) != body["id"]


def test_questions_are_refused_by_field(mine: APIClient, owner: Account, project: Project) -> None:
    bodies = {
        "question": {}, "no text": {"question": None}, "a list": {"question": ["x"]}, "connection_id": {
            "question": "x", "connection_id": "shop"}, "follows": {"question": "x", "follows": "7"},
        "engine": {"question": "x", "engine": "e" * 101}, "choices": {"question": "x", "choices": "a"},
        "deep choices": {"question": "x", "choices": {"a": {"b": "c"}}},
        "long choice": {"question": "x", "choices": {"a": "b" * 201}},
        "language": {"question": "x", "language": "l" * 21},
        "project_id": {"question": "x", "project_id": "station"},
    }  # fmt: skip
    fields = {"no text": ["question"], "a list": ["question"], "deep choices": ["choices.a"],
              "long choice": ["choices.a"]}  # fmt: skip
    assert refusals(mine, "/queries/", bodies) == {name: (400, fields.get(name, [name])) for name in bodies}
    assert nothing_written()


def test_queries_by_hand_are_refused_by_field(mine: APIClient) -> None:
    bodies = {
        "sql": {}, "blank": {"sql": " \n "}, "null": {"sql": None}, "long": {"sql": "x" * 100_001},
        "question": {"sql": "SELECT 1", "question": "q" * 2_001}, "control": {"sql": "SELECT '\x1b'"},
    }  # fmt: skip
    assert refusals(mine, "/queries/run/", bodies) == {
        name: (400, ["question" if name == "question" else "sql"]) for name in bodies
    }  # fmt: skip
    assert nothing_written()


@pytest.mark.parametrize("path", ["/queries/", "/queries/run/", "/database-connections/"])
def test_what_is_no_strict_json_is_refused(mine: APIClient, path: str) -> None:
    raw = {
        "nan": b'{"question": NaN, "sql": NaN, "name": NaN}', "nul": b'{"question": "a\\u0000", "sql": "a\\u0000"}',
        "surrogate": b'{"question": "\\ud800", "sql": "\\ud800", "name": "\\ud800"}', "list": b"[]", "text": b'"x"',
        "cut": b'{"question": "x', "bytes": b"\xff\xfe", "twice deep": b"[" * 5_000 + b"]" * 5_000,
    }  # fmt: skip
    statuses = {name: mine.post(f"{ROOT}{path}", body, content_type=JSON).status_code for name, body in raw.items()}
    assert statuses == dict.fromkeys(raw, 400)
    assert nothing_written()


def test_body_of_ten_megabytes_is_refused_before_it_is_read(mine: APIClient) -> None:
    body = b'{"question": "' + b"x" * 10_000_000 + b'"}'
    answer = mine.post(f"{ROOT}/queries/", body, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert nothing_written()


def test_parameters_of_a_connection_may_be_any_json(mine: APIClient) -> None:
    params = {"sslmode": "require", "deep": {"a": [1, None, True, 0.5, "ạ"]}}
    body = {"name": "Sales", "type": "postgresql", "host": "db.example.org", "connection_params": params}
    assert mine.post(f"{ROOT}/database-connections/", body).json()["connection_params"] == params
    nul = json.dumps(body | {"name": "Two", "connection_params": {"a": "b\x00"}}).encode()
    assert mine.post(f"{ROOT}/database-connections/", nul, content_type=JSON).status_code == 400
    assert DatabaseConnection.objects.count() == 1


def test_notes_are_refused_by_field(mine: APIClient, owner: Account, project: Project) -> None:
    connection = make_connection(owner, project)
    read_schema(connection, CATALOG)
    good = {"table_schema": "public", "table_name": "orders"}
    bodies = {
        "table_name": {}, "no such": good | {"table_name": "gone"}, "column_name": good | {"column_name": "gone"},
        "description": good | {"description": "d" * 2_001},
        "synonyms": good | {"synonyms": list("abcdefghijklmnopqrstu")},
        "long word": good | {"synonyms": ["w" * 101]}, "no list": good | {"synonyms": "town"},
        "is_sampled": good | {"is_sampled": "perhaps"}, "table_schema": good | {"table_schema": "s" * 256},
    }  # fmt: skip
    fields = {"no such": ["table_name"], "long word": ["synonyms"], "no list": ["synonyms"]}
    path = f"/database-connections/{connection.pk}/notes/"
    assert refusals(mine, path, bodies, "put") == {name: (400, fields.get(name, [name])) for name in bodies}
    assert not SchemaNote.objects.exists()


def test_addresses_that_lead_nowhere_are_not_found(mine: APIClient) -> None:
    paths = [
        f"/{kind}/{name}/" for kind in ("queries", "database-connections", "query-exports")
        for name in (uuid4(), "0", "None", "01a22fdc-c274-7908-b983-4a654f689b9", "..%2f..", "%00", "😀")
    ]  # fmt: skip
    assert {path: mine.get(f"{ROOT}{path}").status_code for path in paths} == dict.fromkeys(paths, 404)


def test_wrong_methods_are_told(mine: APIClient, owner: Account, project: Project) -> None:
    query = answered(owner, project, make_connection(owner, project))
    wrong = [
        ("put", f"/queries/{query.pk}/"), ("patch", f"/queries/{query.pk}/"), ("get", f"/queries/{query.pk}/feedback/"),
        ("delete", "/queries/"), ("get", "/queries/run/"), ("get", "/query-exports/"), ("post", "/query-exports/"),
        ("put", f"/database-connections/{query.connection_id}/"),
    ]  # fmt: skip
    # "run" is no id either, so reading it finds nothing.
    assert [getattr(mine, method)(f"{ROOT}{path}").status_code for method, path in wrong] == [
        405, 405, 405, 405, 405, 404, 404, 405,
    ]  # fmt: skip
    assert QueryHistory.objects.get().status == "success"


@pytest.mark.parametrize("feedback", ["good", "", None, 1, ["correct"]])
def test_feedback_is_one_of_three_words_or_none(
    mine: APIClient, owner: Account, project: Project, feedback: Any
) -> None:
    query = answered(owner, project, None)
    answer = mine.post(f"{ROOT}/queries/{query.pk}/feedback/", {"feedback": feedback})
    assert answer.status_code == (200 if feedback == "" else 400)
    assert QueryHistory.objects.get().feedback == ""


def test_export_of_what_has_no_database_any_more_is_refused(mine: APIClient, owner: Account, project: Project) -> None:
    query = answered(owner, project, None)
    refused = mine.post(f"{ROOT}/queries/{query.pk}/exports/", {"format": "csv"})
    assert (refused.status_code, refused.json()["code"]) == (404, "connection_not_found")
    assert mine.post(f"{ROOT}/queries/{query.pk}/exports/", {"format": "pdf"}).json()["errors"].keys() == {"format"}
    assert not QueryExport.objects.exists()


def test_made_up_cursor_is_not_found(mine: APIClient, owner: Account, project: Project) -> None:
    answered(owner, project, make_connection(owner, project))
    cursors = ("x", "cD1ub25l")
    statuses = [mine.get(f"{ROOT}/{path}/?cursor={cursor}").status_code
                for path in ("queries", "database-connections") for cursor in cursors]  # fmt: skip
    assert set(statuses) == {404}
