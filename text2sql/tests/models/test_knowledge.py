"""What the database itself holds of the knowledge base."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account
from projects.models import Project
from text2sql.models import EvaluationRun, EvaluationVerdict, QueryHistory, SqlKnowledge
from text2sql.tests.pairs import answered, known, make_connection, make_task, propose, reread

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "wrong",
    [{"status": "perhaps"}, {"database_type": "sqlite"}, {"project_id": None}, {"question": None}],
)
def test_rows_that_cannot_be_are_refused(wrong: dict[str, Any], project: Project) -> None:
    pair = known(project)
    with pytest.raises(IntegrityError), transaction.atomic():
        SqlKnowledge.objects.filter(pk=pair.pk).update(**wrong)
    assert reread(pair).status == "approved"


def test_correct_says_what_the_state_says(project: Project, owner: Account) -> None:
    pair = propose(project, owner)
    seen = {}
    for status in ("proposed", "approved", "rejected"):
        SqlKnowledge.objects.filter(pk=pair.pk).update(status=status)
        seen[status] = reread(pair).is_correct
    assert seen == {"proposed": False, "approved": True, "rejected": False}


def test_each_answer_counts_one_use(project: Project, owner: Account) -> None:
    pair, other = known(project), known(project, "Other", "SELECT 2")
    query = answered(owner, project, None, kb_match=pair)
    late = answered(owner, project, None)
    QueryHistory.objects.filter(pk=late.pk).update(kb_match=pair)
    QueryHistory.objects.filter(pk=late.pk).update(kb_match=pair, rows_returned=5)
    QueryHistory.objects.filter(pk=query.pk).update(kb_match=other)
    assert [reread(one).usage_count for one in (pair, other)] == [2, 1]
    assert reread(pair).last_used is not None


def test_answers_outlive_the_pair(project: Project, owner: Account) -> None:
    pair = known(project)
    query = answered(owner, project, None, kb_match=pair)
    pair.delete()
    query.refresh_from_db()
    assert query.kb_match is None


def test_pairs_outlive_their_connection(project: Project, owner: Account) -> None:
    connection = make_connection(owner, project)
    pair = known(project, connection_id=connection.pk)
    connection.delete()
    assert reread(pair).connection is None


def test_a_pair_has_one_verdict_in_a_run(project: Project, owner: Account) -> None:
    pair = known(project)
    run = EvaluationRun.objects.create(
        project=project, connection=make_connection(owner, project), task=make_task(owner, project)
    )
    EvaluationVerdict.objects.create(run=run, knowledge=pair, outcome="passed")
    for wrong in ("passed", "perhaps"):
        with pytest.raises(IntegrityError), transaction.atomic():
            EvaluationVerdict.objects.create(run=run, knowledge=pair, outcome=wrong)
    assert run.verdicts.count() == 1


def test_names_for_people(project: Project) -> None:
    pair = SqlKnowledge(question="q" * 100)
    assert (str(pair), str(EvaluationVerdict(outcome="broken"))) == ("q" * 80, "broken")
