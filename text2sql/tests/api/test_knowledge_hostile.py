"""What programs send by mistake or malice: told, and nothing is kept."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from text2sql.models import SqlKnowledge
from text2sql.tests.api.test_knowledge import client_of
from text2sql.tests.pairs import PARIS, known
from text2sql.tests.streams import whole

pytestmark = [pytest.mark.django_db, pytest.mark.urls("text2sql.tests.api.urls")]
LIST = "/api/v1/sql-knowledge/"
UNKNOWN = "01900000-0000-7000-8000-000000000000"

#: Bodies of a proposal that are refused, with the fields that are named.
BODIES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "nothing": ({}, ["question", "sql_query"]),
    "null": ({"question": None, "sql_query": None}, ["question", "sql_query"]),
    "numbers": ({"question": ["x"], "sql_query": {}}, ["question", "sql_query"]),
    "blank": ({"question": "\n\t ", "sql_query": "  "}, ["question", "sql_query"]),
    "long question": ({"question": "q" * 2_001, "sql_query": "SELECT 1"}, ["question"]),
    "long query": ({"question": "Q", "sql_query": f"SELECT '{'s' * 100_000}'"}, ["sql_query"]),
    "two statements": ({"question": "Q", "sql_query": "SELECT 1; SELECT 2"}, ["sql_query"]),
    "a comment": ({"question": "Q", "sql_query": "-- nothing"}, ["sql_query"]),
    "a write": ({"question": "Q", "sql_query": "UPDATE customers SET name = 'x'"}, ["sql_query"]),
    "a write behind": ({"question": "Q", "sql_query": "SELECT 1; DROP TABLE customers"}, ["sql_query"]),
    "deep": ({"question": "Q", "sql_query": "SELECT " + "(" * 2_000 + "1" + ")" * 2_000}, ["sql_query"]),
    "many tags": ({"question": PARIS[0], "sql_query": PARIS[1], "tags": [f"t{n}" for n in range(21)]}, ["tags"]),
    "tags of another kind": ({"question": "Q", "sql_query": "SELECT 1", "tags": "a"}, ["tags"]),
    "no project": ({"question": "Q", "sql_query": "SELECT 1", "project_id": "mine"}, ["project_id"]),
}


@pytest.fixture
def client(owner: Account, project: Project) -> APIClient:
    """Of the owner of `project`."""
    return client_of(owner)


def test_bodies_are_refused_by_field(client: APIClient) -> None:
    told = {}
    for name, (body, _fields) in BODIES.items():
        answer = client.post(LIST, body, format="json")
        told[name] = (answer.status_code, sorted(answer.json()["errors"]))
    assert told == {name: (400, fields) for name, (_body, fields) in BODIES.items()}
    assert not SqlKnowledge.objects.exists()


RAW = [b"{", b"[]", b'"text"', b'{"question": NaN}', b'{"question": "\\u0000", "sql_query": "x"}']


@pytest.mark.parametrize("raw", RAW)
def test_what_is_no_object_of_json_is_refused(raw: bytes, client: APIClient) -> None:
    answer = client.post(LIST, raw, content_type="application/json")
    assert answer.status_code == 400
    assert not SqlKnowledge.objects.exists()


#: Addresses that nobody wrote -> status.
ADDRESSES = {
    "x/": 404,
    "1/": 404,
    f"{UNKNOWN}/": 404,
    f"{UNKNOWN[:-1]}g/": 404,
    "?project_id=x": 400,
    "?connection_id=1": 400,
    "?status=APPROVED": 400,
    "?database_type=sqlite": 400,
    "?cursor=made-up": 404,
    "?page_size=0": 200,
    "?page_size=x": 200,
    "?ordering=embedding": 200,
    "?ordering=created_by__password_hash": 200,
    "?search=%00": 400,
    "?search=%27%29%3B--": 200,
    "?search=%F0%9F%98%80": 200,
    "?tag=%00": 400,
    "?tag=": 200,
}


def test_addresses_that_nobody_wrote_are_answered_plainly(client: APIClient, project: Project) -> None:
    known(project)
    assert {path: client.get(f"{LIST}{path}").status_code for path in ADDRESSES} == ADDRESSES


def test_order_by_other_columns_is_ignored(client: APIClient, project: Project) -> None:
    pairs = [known(project, f"question {number} of them", f"SELECT {number}") for number in range(3)]
    rows = client.get(f"{LIST}?ordering=created_by__password_hash").json()["results"]
    assert [row["id"] for row in rows] == [str(pair.pk) for pair in reversed(pairs)]


def test_wrong_methods_are_refused(client: APIClient, project: Project) -> None:
    pair = known(project)
    calls = {
        "put": client.put(f"{LIST}{pair.pk}/", {}),
        "delete list": client.delete(LIST),
        "get approve": client.get(f"{LIST}{pair.pk}/approve/"),
        "get import": client.get(f"{LIST}import/"),
        "post export": client.post(f"{LIST}export/"),
        "put runs": client.put("/api/v1/sql-evaluations/", {}),
    }
    assert {name: answer.status_code for name, answer in calls.items()} == dict.fromkeys(calls, 405)
    assert SqlKnowledge.objects.count() == 1


@pytest.mark.parametrize("ids", [[], ["x"], "x", [UNKNOWN] * 101])
def test_merges_of_no_list_are_refused(ids: Any, client: APIClient, project: Project) -> None:
    answer = client.post(f"{LIST}{known(project).pk}/merge/", {"ids": ids}, format="json")
    assert (answer.status_code, {name.split(".")[0] for name in answer.json()["errors"]}) == (400, {"ids"})


def test_merges_with_pairs_of_others_are_refused(client: APIClient, project: Project) -> None:
    answer = client.post(f"{LIST}{known(project).pk}/merge/", {"ids": [UNKNOWN]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_duplicates")


#: Files that hold nothing good -> lines that are refused.
FILES: dict[str, tuple[bytes, list[str]]] = {
    "empty": (b"", []),
    "blank lines": (b"\n \r\n\t\n", []),
    "binary": (bytes(range(1, 10)) + b"\xff\xfe", ["not_utf8"]),
    "a picture": (b"\x89PNG\r\n\x1a\n" + b"\x80" * 50, ["not_utf8", "not_json", "not_utf8"]),
    "utf-16": ('{"question": "Q", "sql": "S"}'.encode("utf-16"), ["not_utf8"]),
    "an array": (b'[{"question": "Q", "sql": "SELECT 1"}]', ["not_an_object"]),
    "a web page": (b"<html>\n</html>", ["not_json", "not_json"]),
    "deep": (b"[" * 100_000, ["not_json"]),
    "nothing of ours": (b'{"a": 1}\n{}\nnull\n5', ["no_question", "no_question", "not_an_object", "not_an_object"]),
    "writes": (b'{"question": "Q", "sql": "DROP TABLE customers"}', ["not_a_query"]),
    "huge numbers": (b'{"question": ' + b"1" * 5_000 + b"}", ["not_json"]),
}


def test_files_that_hold_nothing_good_are_told_line_by_line(client: APIClient) -> None:
    told = {}
    for name, (content, _codes) in FILES.items():
        body = {"file": SimpleUploadedFile("pairs.txt", content), "dry_run": "false"}
        answer = client.post(f"{LIST}import/", body, format="multipart")
        *lines, _sums = [json.loads(line) for line in whole(answer).splitlines()]
        told[name] = [line["code"] for line in lines]
    assert told == {name: codes for name, (_content, codes) in FILES.items()}
    assert not SqlKnowledge.objects.exists()


def test_import_without_a_file_is_refused(client: APIClient) -> None:
    answers = [
        client.post(f"{LIST}import/", {}, format="multipart"),
        client.post(f"{LIST}import/", {"file": "text"}, format="multipart"),
        client.post(f"{LIST}import/", {"question": "Q"}, format="json"),
    ]
    assert [answer.status_code for answer in answers] == [400, 400, 415]


def test_lists_cost_the_same_queries_however_long(
    client: APIClient, project: Project, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        known(project, f"question {number} of them", f"SELECT {number}")
    with django_assert_num_queries(1):
        client.get(LIST)
