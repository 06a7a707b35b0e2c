"""GET /api/v1/interactions/{id}/."""

import pytest
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.ids import uuid7
from monitoring.models import Interaction
from monitoring.services import empty_contents
from monitoring.tests.api.conftest import As, WithKey
from monitoring.tests.calls import ago, id_at, record
from projects.models import Project

pytestmark = pytest.mark.django_db


def url(interaction_id: object) -> str:
    """Address of one call."""
    return f"/api/v1/interactions/{interaction_id}/"


@pytest.fixture
def call(member: Account, project: Project) -> Interaction:
    """A call of `member` in `project`."""
    return record(member, project_id=project.pk, system_message="Be brief.", ip_address="10.0.0.1")


@pytest.mark.parametrize("who", ["member", "owner", "staff"])
def test_who_may_see_a_call_reads_what_was_said(
    call: Interaction, who: str, as_person: As, request: pytest.FixtureRequest
) -> None:
    answer = as_person(request.getfixturevalue(who)).get(url(call.pk))
    assert answer.status_code == 200
    assert (answer.data["prompt"], answer.data["system_message"], answer.data["response"]) == (
        "Which train?", "Be brief.", "The next one.",
    )  # fmt: skip
    assert {"ip_address", "user_agent"} & set(answer.data) == set()


def test_stranger_is_told_that_there_is_none(call: Interaction, stranger: Account, as_person: As) -> None:
    answer = as_person(stranger).get(url(call.pk))
    assert (answer.status_code, answer.data["code"]) == (404, "interaction_not_found")


@pytest.mark.parametrize("wrong", [uuid7(), "00000000-0000-0000-0000-000000000007", "not-a-uuid"])
def test_unknown_call_is_not_found(call: Interaction, owner: Account, as_person: As, wrong: object) -> None:
    assert as_person(owner).get(url(wrong)).status_code == 404


def test_anonymous_is_refused(call: Interaction, api: APIClient) -> None:
    assert api.get(url(call.pk)).status_code == 401


@pytest.mark.parametrize(("scope", "status"), [("interactions:read", 200), ("results:write", 403)])
def test_key_needs_the_scope(call: Interaction, member: Account, with_key: WithKey, scope: str, status: int) -> None:
    assert with_key(member, scope).get(url(call.pk)).status_code == status


def test_emptied_call_says_when(owner: Account, as_person: As) -> None:
    old = record(owner, id=id_at(ago(days=100)))
    empty_contents()
    answer = as_person(owner).get(url(old.pk))
    assert (answer.data["prompt"], answer.data["content_deleted_at"] is not None) == ("", True)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_call_cannot_be_changed(call: Interaction, staff: Account, as_person: As, method: str) -> None:
    assert getattr(as_person(staff), method)(url(call.pk), {"prompt": "x"}).status_code == 405
    call.refresh_from_db()
    assert call.prompt == "Which train?"
