"""The whole life of known questions: imported, asked, rated, merged, judged after the schema changed, exported."""

import json

import pytest

from accounts.models import Account
from projects.models import Project
from text2sql.catalog import Catalog, Table
from text2sql.engines.base import QueryFailed
from text2sql.models import EvaluationRun, QuerySource, SqlKnowledge
from text2sql.selectors.knowledge import find_matches
from text2sql.services.evaluation import run_evaluation
from text2sql.services.knowledge_feedback import record_feedback, record_run
from text2sql.services.knowledge_imports import export_pairs, import_pairs, summarise
from text2sql.services.knowledge_merging import merge_pairs
from text2sql.tests.knowledge.shop import SHOP
from text2sql.tests.pairs import answered, known, make_connection, make_task, reread
from text2sql.tests.services.test_evaluation import Watch

pytestmark = pytest.mark.django_db

FILE = b"""
{"question": "How many customers live in Paris?", "sql": "SELECT count(*) FROM customers WHERE city = 'Paris'"}
{"question": "How many orders are open?", "sql": "SELECT count(*) FROM orders WHERE status = 'Open'"}
{"question": "Which customers are there?", "sql": "SELECT name FROM customers"}
"""


def run_against(catalog: Catalog, run: EvaluationRun) -> EvaluationRun:
    """Fails for queries whose tables the catalog lacks."""
    names = {table.name for table in catalog.tables}

    def runner(sql: str) -> tuple[int, float]:
        for name in ("customers", "orders"):
            if name in sql and name not in names:
                raise QueryFailed(f'relation "{name}" does not exist', "unknown_table")
        return 1, 2.0

    return run_evaluation(run=run, runner=runner, progress=Watch())


def test_imported_question_answers_learns_and_is_judged(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project)
    reports = import_pairs(project=project, actor=owner, pieces=[FILE])
    assert summarise(reports) == {"created": 3, "duplicate": 0, "refused": 0}

    exact = find_matches(
        project_id=project.pk, connection=connection, catalog=SHOP, question="how many customers live in lyon"
    ).exact
    assert exact is not None
    assert exact.sql == "SELECT COUNT(*) FROM customers WHERE city = 'Lyon'"
    query = answered(
        owner, project, connection, kb_match_id=exact.knowledge_id, source=QuerySource.KNOWLEDGE, sql_query=exact.sql
    )
    record_run(knowledge_id=exact.knowledge_id, succeeded=True, execution_time_ms=8)
    record_feedback(query=query, feedback="correct", actor=owner)
    pair = reread(exact.knowledge_id)
    assert (pair.usage_count, pair.success_count, pair.confirmed_count, pair.avg_execution_time_ms) == (1, 1, 1, 8)

    without_orders = Catalog("postgresql", "shop", "public", tuple(t for t in SHOP.tables if t.name != "orders"))
    runs = [
        EvaluationRun.objects.create(project=project, connection=connection, task=make_task(owner, project))
        for _run in range(3)
    ]
    for run, catalog in zip(runs, (SHOP, without_orders, SHOP), strict=True):
        run_against(catalog, run)
    assert [(run.passed, run.broken, run.newly_broken, run.mended) for run in runs] == [
        (3, 0, 0, 0),
        (2, 1, 1, 0),
        (3, 0, 0, 1),
    ]


def test_schema_that_lost_a_table_lets_its_pairs_rest(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project)
    list(import_pairs(project=project, actor=owner, pieces=[FILE]))
    tables: tuple[Table, ...] = tuple(table for table in SHOP.tables if table.name == "customers")
    smaller = Catalog("postgresql", "shop", "public", tables)
    found = {
        name: find_matches(
            project_id=project.pk, connection=connection, catalog=catalog, question="How many orders are open?"
        )
        for name, catalog in (("whole", SHOP), ("smaller", smaller))
    }
    assert found["whole"].exact is not None
    assert found["smaller"].exact is None
    assert all("orders" not in match.sql for match in found["smaller"].near)


def test_merged_pairs_go_out_as_one_and_come_in_as_one(project: Project, owner: Account) -> None:
    first = known(project)
    second = reread(known(project, "Something else", "SELECT 2"))
    SqlKnowledge.objects.filter(pk=second.pk).update(
        question="how many customers live in Lyon", mask_hash=first.mask_hash, sql_hash=first.sql_hash
    )
    merge_pairs(pair=first, actor=owner)
    content = b"".join(export_pairs(SqlKnowledge.objects.all()))
    assert [json.loads(line)["wordings"] for line in content.splitlines()] == [["how many customers live in Lyon"]]
    SqlKnowledge.objects.all().delete()
    list(import_pairs(project=project, actor=owner, pieces=[content]))
    assert SqlKnowledge.objects.get().wordings == ["how many customers live in Lyon"]


def test_mongodb_s_pairs_live_the_same_life(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project, type="mongodb")
    pipeline = json.dumps({"collection": "customers", "pipeline": [{"$match": {"city": "Paris"}}, {"$limit": 3}]})
    line = json.dumps({"question": "3 customers of Paris", "sql": pipeline}).encode()
    reports = import_pairs(project=project, actor=owner, pieces=[line], connection_id=connection.pk)
    assert summarise(reports) == {"created": 1, "duplicate": 0, "refused": 0}
    exact = find_matches(
        project_id=project.pk, connection=connection, catalog=SHOP, question="Five customers of Lyon?"
    ).exact
    assert exact is not None
    assert json.loads(exact.sql) == {
        "collection": "customers",
        "pipeline": [{"$match": {"city": "Lyon"}}, {"$limit": 5}],
    }
