"""Lists over REST: filters, pages, their cost, and what their rows show."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import Account
from conftest import make_account
from projects.models import MemberRole, Project
from projects.services import add_member, create_project
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.tests.pairs import answered, make_connection
from tts.tests.conftest import As

ROOT = "/api/v1"


@pytest.fixture
def mine(as_person: As, owner: Account, project: Project) -> APIClient:
    return as_person(owner)


def listed(client: APIClient, path: str, field: str) -> list[Any]:
    return [row[field] for row in client.get(f"{ROOT}/{path}").json()["results"]]


def test_questions_are_filtered_by_what_is_known_of_them(mine: APIClient, owner: Account, project: Project) -> None:
    shop, other = make_connection(owner, project), make_connection(owner, None)
    elsewhere = create_project(user=owner, project_name="Elsewhere")
    answered(owner, project, shop, question="One in Huế", feedback="correct")
    answered(owner, project, other, question="two", status="timeout", source="knowledge")
    answered(owner, elsewhere, shop, question="THREE", status="error", source="person", feedback="wrong")
    filters = {
        "": ["THREE", "two", "One in Huế"], "status=timeout": ["two"], "status=timeout&status=error": ["THREE", "two"],
        "source=engine": ["One in Huế"], "source=knowledge&source=person": ["THREE", "two"],
        "feedback=wrong": ["THREE"], f"connection_id={shop.pk}": ["THREE", "One in Huế"],
        f"connection_id={uuid4()}": [], f"project_id={elsewhere.pk}": ["THREE"], "search=three": ["THREE"],
        "search=huế": ["One in Huế"], "search=%25": [], "search=_": [], "search=two&status=error": [],
    }  # fmt: skip
    assert {query: listed(mine, f"queries/?{query}", "question") for query in filters} == filters


def test_questions_are_filtered_by_time(mine: APIClient, owner: Account, project: Project) -> None:
    now: datetime = timezone.now()
    for days in (1, 10):
        row = answered(owner, project, None, question=f"{days} days ago")
        QueryHistory.objects.filter(pk=row.pk).update(created_at=now - timedelta(days=days))
    week = (now - timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert listed(mine, f"queries/?created_after={week}", "question") == ["1 days ago"]
    assert listed(mine, f"queries/?created_before={week}", "question") == ["10 days ago"]


@pytest.mark.parametrize(
    "query",
    ["status=good", "source=me", "feedback=none", "connection_id=shop", "project_id=1", "created_after=yesterday"],
)
def test_filter_that_means_nothing_is_refused_by_name(mine: APIClient, query: str) -> None:
    answer = mine.get(f"{ROOT}/queries/?{query}")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, [query.split("=")[0]])


def test_connections_are_filtered_together(mine: APIClient, owner: Account, project: Project) -> None:
    for name, kind, shared in (("Sales", "mysql", project), ("Old sales", "oracle", None), ("Stock", "mysql", None)):
        make_connection(owner, shared, name=name, type=kind)
    filters = {
        "type=mysql": ["Stock", "Sales"], "type=mysql&type=oracle": ["Stock", "Old sales", "Sales"],
        "search=SALES": ["Old sales", "Sales"], "search=sales&type=mysql": ["Sales"],
        f"project_id={project.pk}": ["Sales"], "search=db.example": [],
    }  # fmt: skip
    assert {query: listed(mine, f"database-connections/?{query}", "name") for query in filters} == filters
    assert mine.get(f"{ROOT}/database-connections/?type=sqlite").status_code == 400


def test_pages_follow_each_other_and_miss_nothing(mine: APIClient, owner: Account, project: Project) -> None:
    for number in range(5):
        answered(owner, project, None, question=str(number))
    seen, url, sizes = [], f"{ROOT}/queries/?page_size=2&status=success", []
    while url:
        page = mine.get(url).json()
        seen += [row["question"] for row in page["results"]]
        sizes.append(len(page["results"]))
        if len(sizes) == 1:
            answered(owner, project, None, question="asked meanwhile")
        url = page["next"]
    assert (seen, sizes) == (["4", "3", "2", "1", "0"], [2, 2, 1])


@pytest.mark.parametrize(("size", "rows"), [("0", 3), ("-1", 3), ("many", 3), ("2", 2), ("100000", 3)])
def test_size_of_a_page_is_bounded(mine: APIClient, owner: Account, project: Project, size: str, rows: int) -> None:
    for _number in range(3):
        answered(owner, project, None)
    assert len(mine.get(f"{ROOT}/queries/?page_size={size}").json()["results"]) == rows


def queries_of(client: APIClient, path: str) -> int:
    with CaptureQueriesContext(database) as seen:
        assert client.get(f"{ROOT}/{path}").status_code == 200
    return len(seen)


def test_lists_cost_the_same_however_long(as_person: As, owner: Account, member: Account, project: Project) -> None:
    client = as_person(member)
    answered(member, project, make_connection(owner, project))
    client.get(f"{ROOT}/queries/")
    short = [queries_of(client, path) for path in ("queries/", "database-connections/")]
    for number in range(4):
        shared = create_project(user=owner, project_name=f"Station {number}")
        add_member(project=shared, user=member, role=MemberRole.VIEWER, actor=owner)
        answered(member, project, make_connection(owner, shared))
    assert [queries_of(client, path) for path in ("queries/", "database-connections/")] == short


def test_list_tells_each_project_s_own_abilities(as_person: As, owner: Account, project: Project) -> None:
    reader = make_account("reader")
    shared = create_project(user=owner, project_name="Read only")
    add_member(project=shared, user=reader, role=MemberRole.VIEWER, actor=owner)
    add_member(project=project, user=reader, role=MemberRole.MEMBER, actor=owner)
    for name, where in (("asks", project), ("looks", shared)):
        make_connection(owner, where, name=name)
    make_connection(reader, None, name="own")
    rows = as_person(reader).get(f"{ROOT}/database-connections/").json()["results"]
    assert {row["name"]: (row["abilities"]["ask"], row["abilities"]["update"], row["host"]) for row in rows} == {
        "asks": (True, False, None), "looks": (False, False, None), "own": (True, True, "localhost"),
    }  # fmt: skip


def test_list_of_questions_holds_no_rows_and_the_detail_does(mine: APIClient, owner: Account, project: Project) -> None:
    query = answered(owner, project, None, result_preview=[["geheim"]], answer={"columns": []})
    row = mine.get(f"{ROOT}/queries/").json()["results"][0]
    assert ("result_preview" in row, "answer" in row, row["has_rows"]) == (False, False, False)
    detail = mine.get(f"{ROOT}/queries/{query.pk}/").json()
    assert (detail["result_preview"], detail["answer"]) == ([["geheim"]], {"columns": []})
    assert {name: link.rsplit("/api/", 1)[1] for name, link in detail["links"].items()} == {
        "self": f"v1/queries/{query.pk}/", "rows": f"v1/queries/{query.pk}/rows/", "task": f"v1/tasks/{query.task_id}/",
    }  # fmt: skip


def test_removed_connections_are_in_no_list(mine: APIClient, owner: Account, project: Project) -> None:
    gone = make_connection(owner, project, is_active=False)
    assert listed(mine, "database-connections/", "id") == []
    answered(owner, project, gone, question="asked before")
    assert listed(mine, "queries/", "connection_id") == [str(gone.pk)]
    assert DatabaseConnection.objects.count() == 1
