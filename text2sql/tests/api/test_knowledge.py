"""REST: `/api/v1/sql-knowledge/`."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from text2sql.models import SqlKnowledge
from text2sql.tests.pairs import PARIS, known, make_connection, propose, reread
from text2sql.tests.streams import whole

pytestmark = [pytest.mark.django_db, pytest.mark.urls("text2sql.tests.api.urls")]
LIST = "/api/v1/sql-knowledge/"
BODY = {"question": PARIS[0], "sql_query": PARIS[1], "tags": ["city"]}


def client_of(account: Account) -> APIClient:
    client = APIClient()
    client.force_authenticate(account)
    return client


def test_member_proposes_once(project: Project, member: Account) -> None:
    body = BODY | {"project_id": str(project.pk)}
    first, second = (client_of(member).post(LIST, body, format="json") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"] == str(SqlKnowledge.objects.get().pk)
    told = first.json()
    assert (told["status"], told["is_correct"], told["tags"], told["project_id"]) == (
        "proposed",
        False,
        ["city"],
        str(project.pk),
    )
    assert told["question_mask"] == "how many customers live in <value:customers.city>"
    assert not {"embedding", "search", "mask_hash"} & set(told)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"sql_query": "DELETE FROM customers"}, "sql_query", "not_a_query"),
        ({"question": " "}, "question", None),
        ({"sql_query": "SELECT FROM"}, "sql_query", "unreadable"),
        ({"database_type": "x"}, "database_type", None),
        ({"tags": ["t" * 51]}, "tags.0", None),
        ({"connection_id": "x"}, "connection_id", None),
    ],
)
def test_bad_bodies_are_refused_by_field(
    changes: dict[str, Any], field: str, code: str | None, project: Project, owner: Account
) -> None:
    answer = client_of(owner).post(LIST, BODY | changes, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])
    assert code in (None, answer.json()["code"])
    assert not SqlKnowledge.objects.exists()


def test_manager_decides_and_changes(project: Project, owner: Account, member: Account) -> None:
    path, client = f"{LIST}{propose(project, member).pk}/", client_of(owner)
    assert client.post(f"{path}approve/").json()["status"] == "approved"
    assert client.post(f"{path}reject/").json()["status"] == "rejected"
    assert client.patch(path, {"tags": ["x"]}, format="json").json()["tags"] == ["x"]
    assert client.get(path).json()["approved_by_id"] is None
    assert client.post(f"{path}merge/", {}, format="json").json()["wordings"] == []
    assert (client.delete(path).status_code, client.get(path).json()["code"]) == (204, "knowledge_not_found")


def test_merging_others_than_duplicates_is_a_conflict(project: Project, owner: Account) -> None:
    first, second = known(project), known(project, "Other", "SELECT 2")
    answer = client_of(owner).post(f"{LIST}{first.pk}/merge/", {"ids": [str(second.pk)]}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_duplicates")


FILTERS: dict[str, list[str]] = {
    "": ["c", "b", "a"],
    "?status=approved": ["b", "a"],
    "?status=proposed": ["c"],
    "?tag=x": ["b", "a"],
    "?database_type=mysql": ["c"],
    "?search=khach": ["a"],
    "?ordering=-usage_count": ["b", "c", "a"],
    "?ordering=success": ["c", "b", "a"],
    "?ordering=-success": ["a", "c", "b"],
    "?tag=x&search=b": ["b"],
}


def test_list_is_filtered_and_ordered(project: Project, owner: Account) -> None:
    known(project, "a khách", "SELECT 1", tags=["x"])
    known(project, "b", "SELECT 2", tags=["x", "y"])
    propose(project, owner, "c", "SELECT 3", database_type="mysql")
    SqlKnowledge.objects.filter(question="b").update(usage_count=5)
    SqlKnowledge.objects.filter(question="a khách").update(success_rate=50)
    found = {
        query: [row["question"][0] for row in client_of(owner).get(f"{LIST}{query}").json()["results"]]
        for query in FILTERS
    }
    assert found == FILTERS
    assert client_of(owner).get(f"{LIST}?status=perhaps").status_code == 400


@pytest.mark.parametrize("order", ["", "-usage_count", "success", "-success"])
def test_pages_hold_every_row_once(order: str, project: Project, owner: Account) -> None:
    for number in range(5):
        known(project, f"question {number} of them", f"SELECT {number}")
    SqlKnowledge.objects.filter(question__contains="3").update(usage_count=5, success_rate="33.33")
    address: str | None = f"{LIST}?page_size=2&ordering={order}"
    seen: list[str] = []
    while address:
        page = client_of(owner).get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    assert sorted(seen) == sorted(str(pk) for pk in SqlKnowledge.objects.values_list("pk", flat=True))


def upload(client: APIClient, content: bytes, **fields: Any) -> Any:
    return client.post(
        f"{LIST}import/", {"file": SimpleUploadedFile("pairs.txt", content), **fields}, format="multipart"
    )


def lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in whole(answer).splitlines()]


def test_import_is_a_trial_unless_it_is_said(project: Project, owner: Account) -> None:
    content = json.dumps({"question": PARIS[0], "sql": PARIS[1]}).encode() + b"\nnonsense\n"
    tried = upload(client_of(owner), content, project_id=str(project.pk))
    assert lines(tried) == [
        {"line": 1, "result": "created"},
        {"line": 2, "result": "refused", "code": "not_json", "message": "The line is not JSON."},
        {"dry_run": True, "created": 1, "duplicate": 0, "refused": 1},
    ]
    assert not SqlKnowledge.objects.exists()
    done = upload(client_of(owner), content, dry_run="false", tags=["a", "b"])
    first, *_others, sums = lines(done)
    pair = SqlKnowledge.objects.get()
    assert (sums, pair.tags) == ({"dry_run": False, "created": 1, "duplicate": 0, "refused": 1}, ["a", "b"])
    assert first["knowledge_id"] == str(pair.pk)


def test_export_is_what_the_filters_leave(project: Project, owner: Account) -> None:
    known(project)
    propose(project, owner, "Other", "SELECT 2")
    answer = client_of(owner).get(f"{LIST}export/?status=approved")
    assert answer["Content-Disposition"] == 'attachment; filename="knowledge.jsonl"'
    assert [line["question"] for line in lines(answer)] == [PARIS[0]]


def test_pairs_of_a_connection(project: Project, owner: Account, stranger: Account) -> None:
    connection = make_connection(owner, project, type="mysql")
    made = client_of(owner).post(LIST, BODY | {"connection_id": str(connection.pk)}, format="json").json()
    assert (made["connection_id"], made["database_type"]) == (str(connection.pk), "mysql")
    assert reread(made["id"]).connection == connection
    hidden = BODY | {"connection_id": str(make_connection(stranger).pk)}
    answer = client_of(owner).post(LIST, hidden, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "connection_not_found")
