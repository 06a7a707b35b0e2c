"""Known questions on a real database: used again, failing, and judged against it."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account
from projects.models import Project
from tasks.models import Task
from tasks.services import retry_task
from text2sql.connectors.base import Target
from text2sql.models import DatabaseConnection, EvaluationRun, EvaluationVerdict, SqlKnowledge
from text2sql.services.access import session_pool
from text2sql.services.asking import Caller, evaluate_connection
from text2sql.services.connections import create_connection
from text2sql.services.knowledge import approve_pair, propose_pair
from text2sql.tests.connectors.relay import Relay, relay, to_port
from text2sql.tests.pairs import make_connection, reread
from text2sql.tests.working import Ask, Work

COUNT = ("How many customers live in Huế?", "SELECT COUNT(*) AS n FROM customers WHERE city = 'Huế'")


@pytest.fixture
def known(project: Project, owner: Account, read_shop: DatabaseConnection) -> Any:
    """`known(question, sql)`: an approved pair of the shop."""

    def make(question: str = COUNT[0], sql: str = COUNT[1]) -> SqlKnowledge:
        pair = propose_pair(
            project=project, actor=owner, question=question, sql_query=sql, connection_id=read_shop.pk
        ).pair
        return approve_pair(pair=pair, actor=owner)

    return make


def test_known_question_answers_with_the_values_of_the_one_asked(ask: Ask, known: Any) -> None:
    pair = known()
    query = ask("how many customers live in Đà Nẵng", engine=None)
    assert (query.source, query.engine_name, query.confidence, query.kb_match_id) == (
        "knowledge", "knowledge", 0.97, pair.pk,
    )  # fmt: skip
    assert (query.sql_query, query.result_preview) == (COUNT[1].replace("Huế", "Đà Nẵng"), [[15]])
    assert query.answer["steps"] == ["The knowledge base knows this question."]
    fresh = reread(pair)
    assert (fresh.usage_count, fresh.success_count, fresh.failure_count, fresh.success_rate) == (1, 1, 0, Decimal(100))


def test_known_question_is_known_in_a_thread_too_unless_it_leans_on_the_one_before(ask: Ask, known: Any) -> None:
    pair, leaning = known(), known("And by ```SELECT 7 AS n```?", "SELECT count(*) FROM orders")
    first = ask("```SELECT 1 AS n```")
    whole = ask(COUNT[0], follows=str(first.pk))
    assert (whole.source, whole.kb_match_id, whole.result_preview) == ("knowledge", pair.pk, [[15]])
    query = ask(leaning.question, follows=str(whole.pk))
    assert (query.source, query.kb_match_id, query.result_preview) == ("engine", None, [[7]])


def test_known_query_that_fails_is_counted_and_makes_way(ask: Ask, known: Any) -> None:
    pair = known("How many people are there? ```SELECT 7 AS n```", "SELECT count(*) FROM customers")
    SqlKnowledge.objects.filter(pk=pair.pk).update(sql_query="SELECT count(*) / 0 AS n FROM customers")
    query = ask("How many people are there? ```SELECT 7 AS n```")
    assert (query.status, query.source, query.kb_match_id, query.result_preview) == ("success", "engine", None, [[7]])
    assert query.answer["steps"][0].startswith("A known question matched, but its query failed: ")
    fresh = reread(pair)
    assert (fresh.usage_count, fresh.success_count, fresh.failure_count, fresh.success_rate) == (0, 0, 1, Decimal(0))


def test_known_query_that_fails_before_a_failing_engine_is_counted_too(ask: Ask, known: Any) -> None:
    pair = known("People? ```SELECT 1/0 AS n```", "SELECT count(*) FROM customers")
    SqlKnowledge.objects.filter(pk=pair.pk).update(sql_query="SELECT count(*) / 0 AS n FROM customers")
    query = ask("People? ```SELECT 1/0 AS n```")
    assert (query.status, query.error_code, reread(pair).failure_count) == ("error", "query_failed", 1)


@pytest.fixture
def far_shop(read_shop: DatabaseConnection, shop_pg: Target) -> Iterator[Relay]:
    """The shop behind a way that can be cut."""
    with relay(to_port(shop_pg.port)) as way:
        DatabaseConnection.objects.update(port=way.port)
        read_shop.port = way.port
        session_pool().forget(read_shop.pk)
        yield way


def test_database_that_is_away_says_nothing_about_the_pair(
    ask: Ask, known: Any, far_shop: Relay, read_shop: DatabaseConnection
) -> None:
    pair = known()
    far_shop.close()
    session_pool().forget(read_shop.pk)
    query = ask(COUNT[0] + " ```SELECT 1 AS n```")
    asked_as_known = ask(COUNT[0])
    assert {query.error_code, asked_as_known.error_code} <= {"connection_refused", ""}
    assert (reread(pair).failure_count, reread(pair).success_count) == (0, 0)


def evaluated(caller: Caller, connection: DatabaseConnection, work: Work) -> EvaluationRun:
    run = evaluate_connection(caller=caller, connection=connection)
    work(run.task)
    return EvaluationRun.objects.select_related("task").get(pk=run.pk)


def test_evaluation_tells_against_which_schema_it_ran(
    caller: Caller, read_shop: DatabaseConnection, known: Any, work: Work
) -> None:
    known()
    known("Refused?", "SELECT count(*) FROM customers")
    SqlKnowledge.objects.filter(question="Refused?").update(sql_query="DELETE FROM customers")
    known("Broken?", "SELECT count(*) FROM orders")
    SqlKnowledge.objects.filter(question="Broken?").update(sql_query="SELECT gone FROM orders")
    run = evaluated(caller, read_shop, work)
    assert (run.schema_hash, run.total, run.passed) == (read_shop.schemas.get().schema_hash, 3, 1)
    assert run.broken + run.refused == 2
    assert run.task.output_data == {"evaluation_id": str(run.pk), "total": 3, "passed": 1, "broken": run.broken}
    codes = dict(EvaluationVerdict.objects.values_list("knowledge__question", "error_code"))
    assert codes == {COUNT[0]: "", "Refused?": "not_a_query", "Broken?": "unknown_column"}


def test_database_that_went_away_breaks_no_pair(
    caller: Caller, read_shop: DatabaseConnection, known: Any, work: Work, far_shop: Relay
) -> None:
    known()
    far_shop.close()
    session_pool().forget(read_shop.pk)
    run = evaluated(caller, read_shop, work)
    assert (run.task.status, run.task.error_code, run.finished_at) == ("retrying", "connection_refused", None)
    assert not EvaluationVerdict.objects.exists()


def test_evaluation_of_a_connection_that_was_withdrawn_judges_nothing(
    people: dict[str, Account], project: Project, read_shop: DatabaseConnection, known: Any, work: Work
) -> None:
    known()
    run = evaluate_connection(caller=Caller(people["manager"], project), connection=read_shop)
    DatabaseConnection.objects.update(project=None)
    assert work(run.task) == "failed"
    assert (Task.objects.get(pk=run.task_id).error_code, EvaluationVerdict.objects.count()) == (
        "connection_not_found", 0,
    )  # fmt: skip
    DatabaseConnection.objects.update(project=project)
    retry_task(task_id=run.task_id, actor=people["manager"])
    assert work(run.task) == "completed"
    assert EvaluationVerdict.objects.get().outcome == "passed"


def test_pairs_of_the_example_may_be_kept_by_everybody(owner: Account, stranger: Account, project: Project) -> None:
    demo = make_connection(stranger, is_demo=True)
    kept = propose_pair(
        project=project, actor=owner, question="How many orders?", sql_query="SELECT count(*) FROM orders",
        connection_id=demo.pk,
    )  # fmt: skip
    assert (kept.created, kept.pair.connection) == (True, demo)


def test_second_tab_brings_no_password_back(owner: Account, project: Project) -> None:
    from text2sql.errors import ConnectionNotFound
    from text2sql.services.connections import remove_connection, update_connection

    made = create_connection(user=owner, name="Sales", type="mysql", host="db.example.org", password="old")
    remove_connection(connection=made, actor=owner)
    with pytest.raises(ConnectionNotFound):
        update_connection(connection=made, actor=owner, password="new", name="Back")
    row = DatabaseConnection.objects.get()
    assert (row.name, row.password_encrypted, row.is_active) == ("Sales", "", False)
