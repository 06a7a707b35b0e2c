"""Who sees which evaluations."""

import pytest

from accounts.models import Account
from accounts.services import create_api_key
from projects.models import Project, ProjectKey
from projects.services import create_project
from text2sql.models import EvaluationRun, EvaluationVerdict
from text2sql.selectors.evaluations import evaluations_for, verdicts_of
from text2sql.tests.pairs import known, make_connection, make_task

pytestmark = pytest.mark.django_db


def make_run(project: Project) -> EvaluationRun:
    return EvaluationRun.objects.create(
        project=project,
        connection=make_connection(project.user, project),
        task=make_task(project.user, project),
    )


def test_members_and_staff_see_those_of_the_project(
    project: Project, owner: Account, member: Account, stranger: Account, staff: Account
) -> None:
    run = make_run(project)
    seen = {person.username: list(evaluations_for(person, None)) for person in (owner, member, stranger, staff)}
    assert seen == {"owner": [run], "member": [run], "stranger": [], "staff": [run]}


def test_bound_key_sees_its_project_s_alone(project: Project, owner: Account) -> None:
    run, other = make_run(project), make_run(create_project(user=owner, project_name="Other"))
    free, bound = (create_api_key(user=owner, name=name, permissions=["*"])[0] for name in ("free", "bound"))
    ProjectKey.objects.create(project=project, api_key=bound)
    assert set(evaluations_for(owner, free)) == {run, other}
    assert list(evaluations_for(owner, bound)) == [run]


def test_verdicts_come_with_their_pairs(project: Project, django_assert_num_queries: object) -> None:
    run = make_run(project)
    for number in range(3):
        pair = known(project, f"question {number} of them", f"SELECT {number}")
        EvaluationVerdict.objects.create(run=run, knowledge=pair, outcome="passed")
    assert callable(django_assert_num_queries)
    with django_assert_num_queries(1):
        queries = [verdict.knowledge.sql_query for verdict in verdicts_of(run).order_by("pk")]
    assert queries == ["SELECT 0", "SELECT 1", "SELECT 2"]
