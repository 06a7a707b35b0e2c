"""create_project: what it writes, what it refuses, and who wins when two do it at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account, ApiKey
from accounts.services.keys import create_api_key
from conftest import make_account
from projects.models import Project, ProjectActivity, ProjectKey, ProjectMember
from projects.services import ProjectNameTaken, create_project, create_project_key, create_project_with_key
from projects.services.keys import PROJECT_KEY_SCOPES
from projects.tests.conftest import refusal


def test_owner_gets_membership_bound_key_and_activity(owner: Account) -> None:
    made = create_project_with_key(user=owner, project_name="  Yard  ", metadata={"client": "A"})
    project = Project.objects.get(pk=made.project.pk)
    assert (project.project_name, project.status, project.priority) == ("Yard", "active", 1)
    assert (project.metadata, project.settings, project.allowed_intents) == ({"client": "A"}, {}, [])
    member = ProjectMember.objects.get(project=project)
    assert (member.user, member.role, member.status, member.assigned_by) == (owner, "owner", "active", owner)
    assert ProjectKey.objects.get(project=project).api_key == project.api_key


def test_own_key_acts_as_the_owner_with_every_project_scope(owner: Account) -> None:
    made = create_project_with_key(user=owner, project_name="Yard")
    key = made.project.api_key
    assert (key.user, key.name, key.permissions) == (owner, "Yard", sorted(PROJECT_KEY_SCOPES))
    assert made.key_text.startswith("rh_")
    assert made.key_text.startswith(key.prefix)


def test_creation_is_logged_with_its_actor(owner: Account) -> None:
    project = create_project(user=owner, project_name="Yard")
    entry = ProjectActivity.objects.get(project=project)
    assert (entry.user, entry.activity_type, entry.activity_description) == (owner, "project.created", "Yard")
    assert entry.metadata == {"key_id": str(project.api_key_id)}


def test_owner_cannot_use_a_name_twice(owner: Account) -> None:
    create_project(user=owner, project_name="Yard")
    error = refusal(create_project, user=owner, project_name=" Yard ")
    assert (error.code, error.status_code, list(error.errors)) == ("project_name_taken", 409, ["project_name"])
    assert (Project.objects.count(), ApiKey.objects.count(), ProjectActivity.objects.count()) == (1, 1, 1)


def test_two_people_may_use_the_same_name(owner: Account, stranger: Account) -> None:
    create_project(user=owner, project_name="Yard")
    create_project(user=stranger, project_name="Yard")
    assert Project.objects.filter(project_name="Yard").count() == 2


@pytest.mark.django_db(transaction=True)
def test_name_taken_by_two_threads_at_once_makes_exactly_one_project() -> None:
    user = make_account("racer")
    barrier = Barrier(4)

    def attempt(_number: int) -> str:
        barrier.wait(timeout=10)
        try:
            create_project(user=user, project_name="Race")
        except ProjectNameTaken as taken:
            return taken.code
        finally:
            connection.close()
        return "made"

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(attempt, range(4)))
    assert outcomes == ["made", *["project_name_taken"] * 3]
    assert (Project.objects.count(), ApiKey.objects.count(), ProjectMember.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("project_name", ""),
        ("project_name", "   "),
        ("project_name", "x" * 256),
        ("project_description", "x" * 20_001),
        ("priority", 101),
        ("priority", -101),
        ("deadline", timezone.now() - timedelta(seconds=1)),
        ("deadline", (timezone.now() + timedelta(days=1)).replace(tzinfo=None)),
        ("metadata", {"ratio": float("nan")}),
        ("metadata", {"text": "x" * 70_000}),
        ("metadata", ["no object"]),
        ("settings", {"when": timezone.now()}),
        ("allowed_intents", "greeting"),
        ("allowed_intents", ["ok", ""]),
        ("allowed_intents", ["x" * 101]),
        ("allowed_intents", [str(number) for number in range(51)]),
        ("allowed_intents", [1]),
        ("task_scope", "x" * 20_001),
    ],
)
def test_owner_gets_a_field_error_and_nothing_is_written(owner: Account, field: str, value: Any) -> None:
    error = refusal(create_project, user=owner, **({"project_name": "Yard"} | {field: value}))
    assert (error.status_code, list(error.errors)) == (400, [field])
    assert (Project.objects.count(), ApiKey.objects.count()) == (0, 0)


def test_all_field_errors_come_at_once(owner: Account) -> None:
    error = refusal(create_project, user=owner, project_name="", priority=900, metadata=[])
    assert sorted(error.errors) == ["metadata", "priority", "project_name"]


def test_nulls_become_defaults(owner: Account) -> None:
    project = create_project(
        user=owner, project_name="Yard", project_description=None, priority=None, metadata=None, allowed_intents=None
    )
    assert (project.project_description, project.priority, project.metadata) == ("", 1, {})
    assert project.allowed_intents == []


def test_intents_lose_blanks_and_doubles_but_keep_their_order(owner: Account) -> None:
    project = create_project(user=owner, project_name="Yard", allowed_intents=[" b ", "a", "b"])
    assert project.allowed_intents == ["b", "a"]


def test_new_project_key_can_do_no_more_than_the_key_that_asked(owner: Account) -> None:
    asking, _text = create_api_key(user=owner, name="narrow", permissions=["projects:write", "tasks:read"])
    made = create_project_with_key(user=owner, by_key=asking, project_name="Yard")
    assert made.project.api_key.permissions == ["projects:read", "projects:write", "tasks:read"]


def test_bound_key_cannot_create_projects(owner: Account, project: Project) -> None:
    bound = create_project_key(project=project, actor=owner, name="bound").key
    error = refusal(create_project_with_key, user=owner, by_key=bound, project_name="Second")
    assert (error.code, error.status_code) == ("project_bound_key", 403)
    assert Project.objects.get() == project
