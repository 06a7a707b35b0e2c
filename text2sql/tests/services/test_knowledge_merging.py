"""Merging duplicates."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Account
from config.common.problems import Forbidden
from projects.models import Project
from text2sql.models import EvaluationRun, EvaluationVerdict, SqlKnowledge
from text2sql.services.knowledge_merging import NotDuplicates, merge_pairs
from text2sql.services.knowledge_rows import KnowledgeNotFound
from text2sql.tests.pairs import answered, known, make_connection, make_task, reread

pytestmark = pytest.mark.django_db


@pytest.fixture
def twins(project: Project) -> tuple[SqlKnowledge, SqlKnowledge]:
    """Two pairs that ask the same, as two imports at the same moment would leave them."""
    first = known(project, tags=["a", "b"])
    second = reread(known(project, "Something else", "SELECT 2", tags=["b", "c"]))
    SqlKnowledge.objects.filter(pk=second.pk).update(
        question="how many customers live in Lyon", mask_hash=first.mask_hash, sql_hash=first.sql_hash
    )
    return first, second


def count(pair: SqlKnowledge, **counts: int) -> None:
    SqlKnowledge.objects.filter(pk=pair.pk).update(**counts)


def test_counts_are_added_and_tags_united(twins: tuple[SqlKnowledge, SqlKnowledge], owner: Account) -> None:
    first, second = twins
    count(first, usage_count=3, success_count=2, failure_count=1, wrong_count=1, avg_execution_time_ms=10)
    count(second, usage_count=4, success_count=6, confirmed_count=2, avg_execution_time_ms=30)
    merge_pairs(pair=first, actor=owner)
    kept = reread(first)
    assert (kept.usage_count, kept.success_count, kept.failure_count, kept.wrong_count, kept.confirmed_count) == (
        7,
        8,
        1,
        1,
        2,
    )
    assert (kept.avg_execution_time_ms, kept.success_rate) == (25, Decimal("88.89"))
    assert (kept.tags, kept.wordings) == (["a", "b", "c"], ["how many customers live in Lyon"])
    assert not SqlKnowledge.objects.filter(pk=second.pk).exists()


def test_questions_come_over_and_are_not_counted_twice(
    twins: tuple[SqlKnowledge, SqlKnowledge], owner: Account, project: Project
) -> None:
    first, second = twins
    queries = [answered(owner, project, None, kb_match=pair) for pair in (first, second, second)]
    assert [reread(pair).usage_count for pair in twins] == [1, 2]
    last_used = reread(second).last_used
    merge_pairs(pair=first, actor=owner, others=[second.pk])
    assert (reread(first).usage_count, reread(first).last_used) == (3, last_used)
    for query in queries:
        query.refresh_from_db()
        assert query.kb_match_id == first.pk


def test_verdicts_come_over_where_there_is_none(
    twins: tuple[SqlKnowledge, SqlKnowledge], owner: Account, project: Project
) -> None:
    first, second = twins
    connection = make_connection(owner, project)
    runs = [
        EvaluationRun.objects.create(project=project, connection=connection, task=make_task(owner, project))
        for _ in range(2)
    ]
    for run, pair in ((runs[0], first), (runs[0], second), (runs[1], second)):
        EvaluationVerdict.objects.create(run=run, knowledge=pair, outcome="passed")
    merge_pairs(pair=first, actor=owner)
    assert sorted(EvaluationVerdict.objects.values_list("run_id", "knowledge_id")) == [
        (run.pk, first.pk) for run in runs
    ]


def test_other_pairs_are_not_merged(project: Project, owner: Account, twins: tuple[SqlKnowledge, SqlKnowledge]) -> None:
    other = known(project, "Another", "SELECT 5")
    with pytest.raises(NotDuplicates):
        merge_pairs(pair=twins[0], actor=owner, others=[twins[1].pk, other.pk])
    assert SqlKnowledge.objects.count() == 3
    assert merge_pairs(pair=other, actor=owner).updated_at == reread(other).updated_at


def test_only_managers_merge(twins: tuple[SqlKnowledge, SqlKnowledge], member: Account, stranger: Account) -> None:
    with pytest.raises(Forbidden):
        merge_pairs(pair=twins[0], actor=member)
    with pytest.raises(KnowledgeNotFound):
        merge_pairs(pair=twins[0], actor=stranger)
    assert SqlKnowledge.objects.count() == 2


def test_last_use_is_the_later_one(twins: tuple[SqlKnowledge, SqlKnowledge], owner: Account) -> None:
    moment = timezone.now()
    SqlKnowledge.objects.filter(pk=twins[1].pk).update(last_used=moment)
    assert merge_pairs(pair=twins[0], actor=owner).last_used == moment
