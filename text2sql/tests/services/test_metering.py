"""What questions cost: one request each, given back where there was no answer, and nothing beyond the limit."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.selectors import quota_usage
from accounts.services import set_quota
from projects.models import Project
from tasks.models import Task
from text2sql.models import DatabaseConnection, QueryExport, QueryHistory
from text2sql.services.asking import Caller, ask_question, cancel_query, run_statement
from text2sql.tests.pairs import answered, make_connection
from text2sql.tests.working import Ask, Work
from tts.tests.conftest import As

FAKE = {"question": "How many?", "engine": "fake"}


@pytest.fixture
def limited(owner: Account, project: Project) -> DatabaseConnection:
    """A connection of the owner, who may ask one question a day."""
    set_quota(quota_type="requests", period="daily", limit=1, actor=None, account=owner)
    return make_connection(owner, project)


def used(owner: Account) -> list[int]:
    return [int(row.used) for row in quota_usage(owner) if row.quota_type == "requests" and row.period == "daily"]


@pytest.fixture
def mine(as_person: As, owner: Account, limited: DatabaseConnection) -> APIClient:
    return as_person(owner)


def test_question_beyond_the_limit_is_refused_on_every_face(
    mine: APIClient, browser_client: Client, owner: Account, limited: DatabaseConnection
) -> None:
    assert mine.post("/api/v1/queries/", FAKE).status_code == 202
    refused = [mine.post("/api/v1/queries/", FAKE), mine.post("/api/v1/queries/run/", {"sql": "SELECT 1"})]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(429, "quota_exceeded")] * 2
    page = browser_client.post("/sql/", FAKE)
    assert (page.status_code, page.context["question"], bool(page.context["problem"])) == (429, "How many?", True)
    assert (QueryHistory.objects.count(), Task.objects.count(), used(owner)) == (1, 1, [1])


def test_looking_after_connections_costs_nothing(
    mine: APIClient, owner: Account, project: Project, limited: DatabaseConnection
) -> None:
    query = answered(owner, project, limited)
    paths = [f"database-connections/{limited.pk}/test/", f"database-connections/{limited.pk}/introspect/"]
    statuses = [mine.post(f"/api/v1/{path}").status_code for path in paths]
    statuses.append(mine.post(f"/api/v1/queries/{query.pk}/exports/", {"format": "csv"}).status_code)
    assert (statuses, used(owner), QueryExport.objects.count()) == ([202, 202, 202], [0], 1)


def test_repeated_request_is_counted_once(mine: APIClient, owner: Account) -> None:
    answers = [mine.post("/api/v1/queries/", FAKE, headers={"Idempotency-Key": "k"}) for _time in range(3)]
    assert ([answer.status_code for answer in answers], used(owner)) == ([202, 202, 202], [1])


def test_cancelled_question_gives_its_request_back(owner: Account, project: Project, limited: Any) -> None:
    caller = Caller(user=owner, project=project)
    for _round in range(3):
        query = ask_question(caller=caller, input_data=FAKE)
        assert used(owner) == [1]
        cancel_query(query=query, actor=owner)
        assert used(owner) == [0]


def test_question_that_failed_gives_its_request_back_and_an_answer_keeps_it(run_sql: Ask, owner: Account) -> None:
    set_quota(quota_type="requests", period="daily", limit=9, actor=None, account=owner)
    used_after = []
    for sql in ("SELECT 1 AS n", "SELECT nothing FROM customers", "DELETE FROM customers", "SELECT 2 AS n"):
        run_sql(sql)
        used_after.append(used(owner)[0])
    assert used_after == [1, 1, 1, 2]


def test_question_back_is_an_answer(ask: Ask, owner: Account) -> None:
    set_quota(quota_type="requests", period="daily", limit=9, actor=None, account=owner)
    assert ask("[ask a|b] ```SELECT 1 AS n```").status == "unclear"
    assert used(owner) == [1]


def test_member_s_question_is_the_member_s_to_pay(
    owner: Account, member: Account, project: Project, limited: DatabaseConnection, work: Work
) -> None:
    set_quota(quota_type="requests", period="daily", limit=5, actor=None, account=member)
    run_statement(caller=Caller(user=member, project=project), input_data={"sql": "SELECT 1"})
    assert (used(owner), used(member)) == ([0], [1])
