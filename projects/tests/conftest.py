"""Fixtures of the project tests: every role, and clients signed in as each person."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import Account, ApiKey
from config.common.problems import DomainError
from config.common.redis import redis_client
from conftest import make_account
from projects.models import MemberRole, Project, ProjectActivity, ProjectMember
from projects.services import add_member, create_project_key

As = Callable[[Account], APIClient]
Browser = Callable[[Account], Client]


@pytest.fixture
def manager(project: Project, owner: Account) -> Account:
    """Manages `project`."""
    person = make_account("manager")
    add_member(project=project, user=person, role=MemberRole.MANAGER, actor=owner)
    return person


@pytest.fixture
def viewer(project: Project, owner: Account) -> Account:
    """May only look at `project`."""
    person = make_account("viewer")
    add_member(project=project, user=person, role=MemberRole.VIEWER, actor=owner)
    return person


@pytest.fixture
def as_person() -> As:
    """REST client acting as a person with a session."""

    def client_of(person: Account) -> APIClient:
        client = APIClient()
        client.force_authenticate(person)
        return client

    return client_of


@pytest.fixture
def bound(project: Project, owner: Account) -> APIClient:
    """REST client with a key of the owner that is bound to `project`."""
    made = create_project_key(project=project, actor=owner, name="program")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {made.key_text}")
    return client


@pytest.fixture
def url(project: Project) -> str:
    """Address of `project` over REST."""
    return f"/api/v1/projects/{project.pk}/"


def refusal(call: Callable[..., Any], **arguments: Any) -> DomainError:
    """The error by which `call` refuses."""
    with pytest.raises(DomainError) as caught:
        call(**arguments)
    return caught.value


@pytest.fixture
def browser() -> Browser:
    """Browser signed in as a person."""

    def client_of(person: Account) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return client_of


@pytest.fixture
def page(project: Project) -> str:
    """Address of the project's page."""
    return f"/projects/{project.pk}/"


@pytest.fixture
def former(project: Project, owner: Account) -> Account:
    """Was a member of `project` until today."""
    person = make_account("former")
    add_member(project=project, user=person, role=MemberRole.MEMBER, actor=owner)
    ProjectMember.objects.filter(project=project, user=person).update(status="removed")
    return person


@pytest.fixture
def without_redis(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Nothing listens where Redis should be."""
    settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock?db=0"
    redis_client.cache_clear()
    yield
    redis_client.cache_clear()


def stored() -> dict[str, list[Any]]:
    """Everything that services of projects write, to compare before and after a refusal."""
    return {
        "projects": list(Project.objects.order_by("pk").values()),
        "members": list(ProjectMember.objects.order_by("pk").values()),
        "keys": list(ApiKey.objects.order_by("pk").values("pk", "status", "permissions", "name")),
        "log": list(ProjectActivity.objects.order_by("pk").values_list("pk", flat=True)),
    }


def break_table(table: str) -> None:
    """PostgreSQL refuses every new row of `table` until the test's transaction is rolled back."""
    # Deferred foreign keys would otherwise wait in this transaction and forbid the change of the table.
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER TABLE "{table}" ADD CONSTRAINT broken_by_test CHECK (false) NOT VALID')
