"""Rows and files of answers over REST, and repeating a request that was lost."""

import gzip
import json
from typing import Any

import pytest
from django.core.files.storage import default_storage
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from text2sql.models import DatabaseConnection, QueryExport, QueryHistory
from text2sql.tests.pairs import make_connection
from text2sql.tests.working import Ask, Work
from tts.tests.conftest import As

ROOT = "/api/v1/queries/"


@pytest.fixture
def mine(as_person: As, owner: Account, project: Project) -> APIClient:
    return as_person(owner)


def test_page_of_rows_is_bounded_whatever_is_asked(mine: APIClient, run_sql: Ask) -> None:
    query = run_sql("SELECT id FROM customers ORDER BY id")
    asked = {
        "": (0, 60), "offset=59": (59, 1), "offset=60": (60, 0), "offset=-5": (0, 60), "offset=many&limit=2": (0, 2),
        "limit=0": (0, 1), "limit=-1": (0, 1), "limit=99999": (0, 60), "limit=1.5": (0, 60), "offset=3&limit=3": (3, 3),
        "limit=" + "9" * 30: (0, 60), "limit=" + "9" * 5_000: (0, 60),
    }  # fmt: skip
    found = {}
    for parameters in asked:
        page = mine.get(f"{ROOT}{query.pk}/rows/?{parameters}").json()
        found[parameters] = (page["offset"], len(page["rows"]))
        assert page["total"] == 60
    assert found == asked
    far = mine.get(f"{ROOT}{query.pk}/rows/?offset={'9' * 30}")
    assert (far.status_code, far.json()["rows"]) == (200, [])


def test_values_come_as_json_can_hold_them(mine: APIClient, run_sql: Ask) -> None:
    query = run_sql(
        "SELECT 9007199254740993::bigint AS large, 1.10::numeric AS exact, 'NaN'::float8 AS nan, true AS ok, "
        "'\\x00ff'::bytea AS raw, DATE '2026-12-01' AS day, ARRAY[1,2] AS list, NULL AS nothing, 'Huế' AS city, "
        "'{\"a\": [1]}'::jsonb AS doc"
    )
    page = mine.get(f"{ROOT}{query.pk}/rows/").json()
    assert page["rows"] == [[
        "9007199254740993", "1.10", "nan", True, "0x00ff", "2026-12-01", "[1, 2]", None, "Huế", '{"a": [1]}',
    ]]  # fmt: skip
    assert [column["kind"] for column in page["columns"]][:6] == [
        "integer", "number", "number", "boolean", "binary", "date",
    ]  # fmt: skip
    assert query.result_preview == page["rows"]


def test_rows_that_were_cleaned_are_told_and_the_first_ones_stay(mine: APIClient, run_sql: Ask) -> None:
    query = run_sql("SELECT id FROM customers ORDER BY id")
    default_storage.delete(query.result_file)
    gone = [mine.get(f"{ROOT}{query.pk}/{path}/") for path in ("rows", "stream")]
    assert [(answer.status_code, answer.json()["code"]) for answer in gone] == [(404, "result_gone")] * 2
    assert len(mine.get(f"{ROOT}{query.pk}/").json()["result_preview"]) == 10


def test_equal_results_share_a_file(mine: APIClient, run_sql: Ask) -> None:
    first, second = run_sql("SELECT 1 AS n"), run_sql("SELECT 1  AS  n")
    assert first.result_file == second.result_file != ""
    with default_storage.open(first.result_file) as stored:
        lines = gzip.decompress(stored.read()).splitlines()
    assert [json.loads(line) for line in lines] == [[{"name": "n", "data_type": "integer", "kind": "integer"}], [1]]


def test_answer_lost_on_the_way_is_asked_for_again(
    mine: APIClient, owner: Account, project: Project, django_capture_on_commit_callbacks: Any
) -> None:
    shop = make_connection(owner, project)
    bodies = {"": {"question": "How many?", "engine": "fake"}, "run/": {"sql": "SELECT 1"}}
    for path, body in bodies.items():
        sent = body | {"connection_id": str(shop.pk)}
        answers = [mine.post(f"{ROOT}{path}", sent, headers={"Idempotency-Key": f"k{path}"}) for _try in range(3)]
        assert len({answer.json()["id"] for answer in answers}) == 1
    assert (QueryHistory.objects.count(), Task.objects.count()) == (2, 2)
    other = mine.post(f"{ROOT}run/", {"sql": "SELECT 1"}, headers={"Idempotency-Key": "k"})
    assert (other.status_code, QueryHistory.objects.count()) == (422, 2)


def test_repeated_export_is_one_file(mine: APIClient, run_sql: Ask, work: Work) -> None:
    query = run_sql("SELECT 1 AS n")
    path, headers = f"{ROOT}{query.pk}/exports/", {"Idempotency-Key": "e1"}
    made = [mine.post(path, {"format": "json"}, headers=headers).json() for _try in range(2)]
    assert made[0]["id"] == made[1]["id"]
    assert mine.post(path, {"format": "csv"}, headers=headers).status_code == 422
    work(Task.objects.get(pk=made[0]["task_id"]))
    ready = mine.get(f"/api/v1/query-exports/{made[0]['id']}/").json()
    file = mine.get(ready["url"])
    assert json.loads(b"".join(file.streaming_content)) == [{"n": 1}]  # type: ignore[attr-defined]  # streamed
    assert (file["Content-Type"], ready["file_size"], QueryExport.objects.count()) == (
        "application/json",
        len('[\n{"n": 1}\n]\n'),
        1,
    )


def test_export_needs_the_database_as_it_is_shared_now(
    as_person: As, member: Account, project: Project, shop: DatabaseConnection, run_sql: Ask, owner: Account
) -> None:
    query = run_sql("SELECT 1 AS n")
    QueryHistory.objects.update(user=member)
    client, path = as_person(member), f"{ROOT}{query.pk}/exports/"
    DatabaseConnection.objects.update(project=None)
    refused = client.post(path, {"format": "csv"})
    assert (refused.status_code, refused.json()["code"]) == (404, "connection_not_found")
    assert not QueryExport.objects.exists()
    DatabaseConnection.objects.update(project=project)
    assert client.post(path, {"format": "csv"}).status_code == 202


def test_stream_is_compressed_and_may_be_asked_for_by_any_client(mine: APIClient, run_sql: Ask) -> None:
    query = run_sql("SELECT id FROM customers ORDER BY id")
    for accept in ("*/*", "application/x-ndjson", "text/html", "image/png"):
        answer = mine.get(f"{ROOT}{query.pk}/stream/", headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/x-ndjson")
        assert len(gzip.decompress(b"".join(answer.streaming_content)).splitlines()) == 61  # type: ignore[attr-defined]
