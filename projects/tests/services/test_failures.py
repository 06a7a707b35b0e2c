"""PostgreSQL or Redis fails in the middle: all of a change is written, or nothing."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.models import Account, ApiKey
from accounts.services.keys import authenticate_key
from projects.models import Project, ProjectKey
from projects.services import (
    ProjectNameTaken,
    add_member,
    archive_project,
    change_member_role,
    create_project,
    create_project_key,
    create_project_with_key,
    remove_member,
    revoke_project_key,
    rotate_project_key,
    transfer_ownership,
    update_project,
)
from projects.tests.conftest import As, break_table, refusal, stored

Write = Callable[[Project, Account, Account, Account], object]

#: Every write, as (project, owner, member, stranger) -> anything.
WRITES: dict[str, Write] = {
    "create": lambda project, owner, member, stranger: create_project(user=stranger, project_name="New"),
    "update": lambda project, owner, member, stranger: update_project(project=project, actor=owner, priority=9),
    "archive": lambda project, owner, member, stranger: archive_project(project=project, actor=owner),
    "add": lambda project, owner, member, stranger: add_member(
        project=project, user=stranger, role="viewer", actor=owner
    ),
    "change_role": lambda project, owner, member, stranger: change_member_role(
        project=project, user=member, role="viewer", actor=owner
    ),
    "remove": lambda project, owner, member, stranger: remove_member(project=project, user=member, actor=owner),
    "transfer": lambda project, owner, member, stranger: transfer_ownership(
        project=project, user=member, actor=owner
    ),
    "create_key": lambda project, owner, member, stranger: create_project_key(
        project=project, actor=owner, name="further"
    ),
    "rotate_key": lambda project, owner, member, stranger: rotate_project_key(project=project, actor=owner),
    "revoke_key": lambda project, owner, member, stranger: revoke_project_key(
        project=project, key_id=project.api_key_id, actor=owner
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITES)
def test_change_that_cannot_be_logged_is_not_made(
    project: Project, owner: Account, member: Account, stranger: Account, name: str
) -> None:
    break_table("project_activity_log")
    before = stored()
    with pytest.raises(IntegrityError, match="broken_by_test"):
        WRITES[name](project, owner, member, stranger)
    assert stored() == before


@pytest.mark.parametrize("name", WRITES)
def test_each_change_writes_at_least_one_line_of_the_log(
    project: Project, owner: Account, member: Account, stranger: Account, name: str
) -> None:
    before = stored()["log"]
    WRITES[name](project, owner, member, stranger)
    assert len(stored()["log"]) == len(before) + 1


@pytest.mark.parametrize("table", ["project_members", "project_keys", "projects", "api_keys"])
def test_new_project_is_whole_or_not_there(stranger: Account, table: str) -> None:
    break_table(table)
    with pytest.raises(IntegrityError, match="broken_by_test"):
        create_project(user=stranger, project_name="Yard")
    assert stored() == {"projects": [], "members": [], "keys": [], "log": []}


@pytest.mark.parametrize("verb", [create_project_key, rotate_project_key])
def test_key_that_cannot_be_bound_is_not_made(project: Project, owner: Account, verb: Callable[..., Any]) -> None:
    break_table("project_keys")
    before = stored()
    with pytest.raises(IntegrityError, match="broken_by_test"):
        verb(project=project, actor=owner, **({"name": "free"} if verb is create_project_key else {}))
    assert stored() == before


def test_only_the_constraint_of_names_is_told_as_a_name_taken(project: Project, owner: Account) -> None:
    assert isinstance(refusal(create_project, user=owner, project_name="Station"), ProjectNameTaken)
    break_table("projects")
    with pytest.raises(IntegrityError) as caught:
        create_project(user=owner, project_name="Another")
    assert not isinstance(caught.value, ProjectNameTaken)


@pytest.mark.usefixtures("without_redis")
def test_key_is_revoked_while_redis_is_down(
    owner: Account, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    made = create_project_with_key(user=owner, project_name="Yard")
    assert authenticate_key(made.key_text).key == made.project.api_key
    with django_capture_on_commit_callbacks(execute=True):
        revoke_project_key(project=made.project, key_id=made.project.api_key_id, actor=owner)
    assert refusal(authenticate_key, token=made.key_text).code == "key_revoked"


@pytest.mark.usefixtures("without_redis")
def test_removed_member_loses_its_keys_while_redis_is_down(
    project: Project, owner: Account, manager: Account, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    made = create_project_key(project=project, actor=manager, name="late")
    with django_capture_on_commit_callbacks(execute=True):
        remove_member(project=project, user=manager, actor=owner)
    assert refusal(authenticate_key, token=made.key_text).code == "key_revoked"


@pytest.mark.usefixtures("without_redis")
def test_people_read_while_redis_is_down_and_write_nothing(
    project: Project, url: str, owner: Account, as_person: As
) -> None:
    client, before = as_person(owner), stored()
    reads = [url, "/api/v1/projects/", f"{url}members/", f"{url}activity/", f"{url}keys/"]
    assert [client.get(address).status_code for address in reads] == [200] * 5
    answers = [
        client.patch(url, {"priority": 9}), client.delete(url), client.post(f"{url}keys/rotate/"),
        client.post("/api/v1/projects/", {"project_name": "New"}),
    ]  # fmt: skip
    assert {(answer.status_code, answer.data["code"]) for answer in answers} == {(503, "unavailable")}
    assert (stored(), ProjectKey.objects.count(), ApiKey.objects.count()) == (before, 1, 1)
