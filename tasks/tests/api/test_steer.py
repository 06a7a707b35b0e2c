"""POST /api/v1/tasks/{id}/cancel|pause|resume|retry/"""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from projects.models import Project, ProjectMember
from tasks.models import Task
from tasks.services import submit_task
from tasks.tests.api.conftest import As
from tasks.tests.conftest import Submit, status_of

pytestmark = pytest.mark.django_db


def steer(client: APIClient, task: Task, verb: str, reason: str = "") -> tuple[int, dict[str, Any]]:
    """Status code and body."""
    response = client.post(f"/api/v1/tasks/{task.pk}/{verb}/", {"reason": reason})
    return response.status_code, response.json()


def test_owner_cancels_with_a_reason(signed_in: As, submit: Submit, owner: Account) -> None:
    task = submit()
    status, body = steer(signed_in(owner), task, "cancel", "wrong text")
    assert (status, body["status"]) == (200, "cancelled")
    assert task.history.filter(reason="wrong text", actor="owner").count() == 1


def test_owner_pauses_resumes_cancels_and_retries(signed_in: As, submit: Submit, owner: Account) -> None:
    task, client = submit(), signed_in(owner)
    ends = [steer(client, task, verb)[1]["status"] for verb in ("pause", "resume", "cancel", "retry")]
    assert ends == ["paused", "pending", "cancelled", "pending"]


@pytest.mark.parametrize("verb", ["cancel", "pause", "resume", "retry"])
def test_stranger_finds_no_task(signed_in: As, submit: Submit, stranger: Account, verb: str) -> None:
    task = submit()
    assert steer(signed_in(stranger), task, verb)[0] == 404
    assert status_of(task) == "pending"


def test_member_may_not_cancel_somebody_elses_task(signed_in: As, submit: Submit, member: Account) -> None:
    task = submit()
    status, body = steer(signed_in(member), task, "cancel")
    assert (status, body["code"], status_of(task)) == (403, "forbidden", "pending")


def test_member_cancels_an_own_task(signed_in: As, member: Account, project: Project) -> None:
    task = submit_task(user=member, project=project, task_type="test.echo", input_data={})
    assert steer(signed_in(member), task, "cancel")[0] == 200


def test_viewer_may_not_cancel_a_task_started_as_member(signed_in: As, member: Account, project: Project) -> None:
    task = submit_task(user=member, project=project, task_type="test.echo", input_data={})
    ProjectMember.objects.filter(user=member).update(role="viewer")
    assert steer(signed_in(member), task, "cancel")[0] == 403
    assert status_of(task) == "pending"


@pytest.mark.parametrize("verb", ["resume", "retry"])
def test_action_that_the_state_forbids_is_a_conflict(signed_in: As, submit: Submit, owner: Account, verb: str) -> None:
    task = submit()
    status, body = steer(signed_in(owner), task, verb)
    assert (status, body["code"], status_of(task)) == (409, "illegal_transition", "pending")


def test_overlong_reason_is_refused(signed_in: As, submit: Submit, owner: Account) -> None:
    task = submit()
    status, body = steer(signed_in(owner), task, "cancel", "x" * 501)
    assert (status, list(body["errors"]), status_of(task)) == (400, ["reason"], "pending")
