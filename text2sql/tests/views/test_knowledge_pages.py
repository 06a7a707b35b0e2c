"""Pages of the knowledge base and its evaluations."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account
from projects.models import Project
from text2sql.models import DatabaseConnection, EvaluationRun, SqlKnowledge
from text2sql.services.knowledge import approve_pair, propose_pair
from text2sql.tests.streams import whole
from text2sql.tests.views.test_connection_pages import signed_in
from text2sql.tests.working import Work

ROOT = "/sql/knowledge/"
Known = Callable[..., SqlKnowledge]


@pytest.fixture
def known(project: Project, owner: Account) -> Known:
    """`known("How many?", "SELECT 1")`: a proposed pair of the owner for every PostgreSQL."""

    def propose(question: str = "How many customers?", sql: str = "SELECT count(*) FROM customers") -> SqlKnowledge:
        return propose_pair(
            project=project, actor=owner, question=question, sql_query=sql, database_type="postgresql"
        ).pair

    return propose


def test_owner_decides_what_answers(browser_client: Client, known: Known) -> None:
    pair = known()
    states = []
    for deed in ("approve", "reject"):
        assert browser_client.post(f"{ROOT}{pair.pk}/{deed}/").status_code == 302
        states.append(SqlKnowledge.objects.get().status)
    assert states == ["approved", "rejected"]
    assert browser_client.post(f"{ROOT}{pair.pk}/burn/").status_code == 404
    assert browser_client.post(f"{ROOT}{pair.pk}/remove/").status_code == 302
    assert not SqlKnowledge.objects.exists()


def test_members_propose_and_do_not_decide(member: Account, known: Known, project: Project) -> None:
    client, pair = signed_in(member), known()
    form = {"question": "How many orders?", "sql_query": "SELECT count(*) FROM orders", "database_type": "postgresql"}
    assert client.post(f"{ROOT}new/", form).status_code == 302
    assert client.post(f"{ROOT}{pair.pk}/approve/").status_code == 403
    assert client.get(f"{ROOT}import/").status_code == 403
    assert sorted(SqlKnowledge.objects.values_list("question", "status")) == [
        ("How many customers?", "proposed"), ("How many orders?", "proposed"),
    ]  # fmt: skip


def test_strangers_get_nothing(stranger: Account, known: Known) -> None:
    client, pair = signed_in(stranger), known()
    assert client.get(f"{ROOT}{pair.pk}/").status_code == 404
    assert client.post(f"{ROOT}{pair.pk}/approve/").status_code == 404
    assert SqlKnowledge.objects.get().status == "proposed"


def test_list_is_filtered_sorted_and_exported(browser_client: Client, known: Known, owner: Account) -> None:
    first, second = known(), known("How many orders?", "SELECT count(*) FROM orders")
    approve_pair(pair=second, actor=owner)
    pages = {query: [pair.pk for pair in browser_client.get(f"{ROOT}?{query}").context["page_obj"]] for query in (
        "status=approved", "q=customers", "order=question", "order=nonsense",
    )}  # fmt: skip
    assert pages == {
        "status=approved": [second.pk], "q=customers": [first.pk], "order=question": [first.pk, second.pk],
        "order=nonsense": [second.pk, first.pk],
    }  # fmt: skip
    exported: Any = browser_client.get(f"{ROOT}export/?status=approved")
    # An event loop takes a plain iterator's pieces all at once, however many there are.
    assert exported.is_async
    lines = whole(exported).splitlines()
    assert (len(lines), b"How many orders?" in lines[0]) == (1, True)


def test_pair_is_changed_where_something_changed(browser_client: Client, known: Known) -> None:
    pair = known()
    form = {"question": pair.question, "sql_query": "SELECT count(*) AS n FROM customers", "tags": "people, ,count"}
    assert browser_client.post(f"{ROOT}{pair.pk}/", form).status_code == 302
    row = SqlKnowledge.objects.get()
    assert (row.sql_query, row.tags) == ("SELECT count(*) AS n FROM customers", ["people", "count"])


def test_query_that_writes_is_refused_beside_the_field(browser_client: Client, known: Known) -> None:
    pair = known()
    answer = browser_client.post(f"{ROOT}{pair.pk}/", {"question": pair.question, "sql_query": "DELETE FROM customers"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["sql_query"])
    assert SqlKnowledge.objects.get().sql_query == pair.sql_query


def test_file_is_looked_at_before_it_is_imported(browser_client: Client, project: Project) -> None:
    content = b'{"question": "How many?", "sql": "SELECT count(*) FROM orders"}\nnonsense\n'
    sums = []
    for dry_run in ("on", ""):
        file = SimpleUploadedFile("pairs.txt", content)
        page = browser_client.post(f"{ROOT}import/", {"file": file, "dry_run": dry_run, "database_type": "postgresql"})
        sums.append((page.context["report"]["sums"], SqlKnowledge.objects.count()))
    one = {"created": 1, "duplicate": 0, "refused": 1}
    assert sums == [(one, 0), (one, 1)]


def test_evaluation_runs_what_is_known_and_shows_what_broke(
    browser_client: Client, known: Known, owner: Account, read_shop: DatabaseConnection, work: Work
) -> None:
    for pair in (known(), known("Gone?", "SELECT gone FROM customers")):
        approve_pair(pair=pair, actor=owner)
    started = browser_client.post("/sql/evaluations/", {"connection": str(read_shop.pk)})
    run = EvaluationRun.objects.get()
    assert started["Location"] == f"/sql/evaluations/{run.pk}/"
    assert work(run.task) == "completed"
    page = browser_client.get(f"/sql/evaluations/{run.pk}/")
    told = sorted((verdict.knowledge.question, verdict.outcome) for verdict in page.context["page_obj"])
    assert told == [("Gone?", "broken"), ("How many customers?", "passed")]
    assert browser_client.get("/sql/evaluations/").context["page_obj"][0].broken == 1


def test_member_may_not_start_an_evaluation(member: Account, read_shop: DatabaseConnection) -> None:
    answer = signed_in(member).post("/sql/evaluations/", {"connection": str(read_shop.pk)})
    assert (answer.status_code, EvaluationRun.objects.exists()) == (403, False)
