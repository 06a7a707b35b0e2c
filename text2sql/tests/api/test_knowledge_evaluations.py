"""REST: `/api/v1/sql-evaluations/`."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project
from text2sql.models import EvaluationRun, EvaluationVerdict
from text2sql.tests.pairs import known, make_connection, make_task

pytestmark = [pytest.mark.django_db, pytest.mark.urls("text2sql.tests.api.urls")]
LIST = "/api/v1/sql-evaluations/"


@pytest.fixture
def run(project: Project, owner: Account) -> EvaluationRun:
    """One with a pair that runs and one that broke."""
    made = EvaluationRun.objects.create(
        project=project, connection=make_connection(owner, project), task=make_task(owner, project), total=2, broken=1
    )
    for number, (outcome, changed) in enumerate((("passed", False), ("broken", True))):
        pair = known(project, f"question {number} of them", f"SELECT {number}")
        EvaluationVerdict.objects.create(run=made, knowledge=pair, outcome=outcome, changed=changed, error_code="e")
    return made


def get(account: Account, path: str) -> Any:
    client = APIClient()
    client.force_authenticate(account)
    return client.get(f"{LIST}{path}")


def test_member_reads_runs_of_the_project(run: EvaluationRun, member: Account) -> None:
    assert [row["id"] for row in get(member, "").json()["results"]] == [str(run.pk)]
    assert get(member, f"?connection_id={run.project_id}").json()["results"] == []
    told = get(member, f"{run.pk}/").json()
    assert (told["total"], told["broken"], told["task_id"], told["finished_at"]) == (2, 1, str(run.task_id), None)


VERDICTS = {"": [1, 0], "?outcome=broken": [1], "?outcome=passed": [0], "?changed=true": [1], "?outcome=refused": []}


def test_verdicts_are_filtered(run: EvaluationRun, member: Account) -> None:
    found = {
        query: [int(row["sql_query"][-1]) for row in get(member, f"{run.pk}/verdicts/{query}").json()["results"]]
        for query in VERDICTS
    }
    assert found == VERDICTS
    assert get(member, f"{run.pk}/verdicts/?outcome=odd").status_code == 400
    assert get(member, f"{run.pk}/verdicts/?page_size=1").json()["next"] is not None


def test_stranger_finds_none(run: EvaluationRun, stranger: Account) -> None:
    assert get(stranger, "").json()["results"] == []
    codes = {path: get(stranger, f"{run.pk}/{path}").json()["code"] for path in ("", "verdicts/")}
    assert codes == dict.fromkeys(("", "verdicts/"), "evaluation_not_found")
