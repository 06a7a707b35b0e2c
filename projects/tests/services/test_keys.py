"""Keys of a project: made, replaced, revoked, and never stronger than who makes them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, ApiKey
from accounts.services.keys import create_api_key
from projects.models import Project, ProjectActivity, ProjectKey
from projects.services import (
    archive_project,
    create_project,
    create_project_key,
    revoke_project_key,
    rotate_project_key,
)
from projects.tests.conftest import refusal


def test_manager_makes_a_key_that_acts_as_the_manager(project: Project, manager: Account) -> None:
    made = create_project_key(project=project, actor=manager, name="nightly", permissions=["tasks:write"])
    assert (made.key.user, made.key.permissions) == (manager, ["tasks:write"])
    assert ProjectKey.objects.get(api_key=made.key).project == project
    entry = ProjectActivity.objects.filter(project=project).latest("log_id")
    assert (entry.activity_type, entry.metadata) == ("key.created", {"key_id": str(made.key.pk)})
    assert made.key_text not in str(entry.metadata) + entry.activity_description


@pytest.mark.parametrize("scope", ["*", "account:read", "nonsense"])
def test_key_cannot_reach_beyond_its_project(project: Project, owner: Account, scope: str) -> None:
    error = refusal(create_project_key, project=project, actor=owner, name="wide", permissions=[scope])
    assert (list(error.errors), ProjectKey.objects.count()) == (["permissions"], 1)


def test_program_cannot_make_a_stronger_key_than_its_own(project: Project, owner: Account) -> None:
    asking, _text = create_api_key(user=owner, name="asking", permissions=["projects:write"])
    error = refusal(
        create_project_key, project=project, actor=owner, name="up", permissions=["tasks:write"], by_key=asking
    )
    assert (list(error.errors), ProjectKey.objects.count()) == (["permissions"], 1)
    made = create_project_key(project=project, actor=owner, name="same", by_key=asking)
    assert made.key.permissions == ["projects:read", "projects:write"]


def test_key_with_a_past_expiry_or_no_name_is_refused(project: Project, owner: Account) -> None:
    past = timezone.now() - timedelta(seconds=1)
    error = refusal(create_project_key, project=project, actor=owner, name=" ", expires_at=past)
    assert (sorted(error.errors), ApiKey.objects.count()) == (["expires_at", "name"], 1)


def test_replacing_the_own_key_ends_the_old_one(project: Project, owner: Account) -> None:
    old = project.api_key
    made = rotate_project_key(project=project, actor=owner)
    project.refresh_from_db()
    old.refresh_from_db()
    assert (project.api_key, old.status) == (made.key, "revoked")
    entry = ProjectActivity.objects.filter(project=project).latest("log_id")
    assert entry.metadata == {"key_id": str(made.key.pk), "old_key_id": str(old.pk)}


def test_revoking_ends_a_key_and_twice_is_logged_once(project: Project, owner: Account) -> None:
    key = create_project_key(project=project, actor=owner, name="old").key
    for _time in range(2):
        assert revoke_project_key(project=project, key_id=key.pk, actor=owner).status == "revoked"
    assert ProjectActivity.objects.filter(project=project, activity_type="key.revoked").count() == 1


def test_key_of_another_project_is_not_found(project: Project, owner: Account) -> None:
    foreign = create_project(user=owner, project_name="Other").api_key
    assert refusal(revoke_project_key, project=project, key_id=foreign.pk, actor=owner).code == "key_not_found"
    foreign.refresh_from_db()
    assert foreign.status == "active"


@pytest.mark.parametrize(("who", "status"), [("member", 403), ("viewer", 403), ("stranger", 404)])
def test_others_may_not_touch_keys(project: Project, who: str, status: int, request: pytest.FixtureRequest) -> None:
    person = request.getfixturevalue(who)
    refused = [
        refusal(create_project_key, project=project, actor=person, name="mine"),
        refusal(rotate_project_key, project=project, actor=person),
        refusal(revoke_project_key, project=project, key_id=project.api_key_id, actor=person),
    ]
    assert [error.status_code for error in refused] == [status] * 3
    assert ApiKey.objects.get().status == "active"


def test_keys_of_an_archived_project_can_still_be_revoked(project: Project, owner: Account) -> None:
    archive_project(project=project, actor=owner)
    assert revoke_project_key(project=project, key_id=project.api_key_id, actor=owner).status == "revoked"
