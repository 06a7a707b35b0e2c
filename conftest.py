"""Fixtures every app's tests share: three named people, staff, and a project."""

import gc
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections
from django.db.models import Model
from django.test import Client, TransactionTestCase
from django.utils import translation
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts.models import Account
from config.common.redis import redis_client
from config.tests.emptying import remember_migrated
from config.tests.written import Written, record
from projects.models import MemberRole, Project
from projects.services import add_member, create_project


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """A short, steady name for a case of bytes or long text: what holds a time or a random part has no steady one.

    pytest-xdist refuses a run whose processes name their cases differently.
    """
    return argname if isinstance(val, bytes) or (isinstance(val, str) and len(val) > 60) else None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Asked by pytest-xdist, which is imported only where it runs."""
    from config.tests.scheduling import FilesLongestFirst

    return FilesLongestFirst(config, log)


# What is loaded until all tests are collected stays: the collector would go through it again and again.
gc.disable()


def pytest_collection_finish() -> None:
    """From now on there is garbage; what is loaded by now is left alone."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    gc.enable()


def _close_async_connection() -> None:
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The thread behind `sync_to_async` keeps a connection, which would stop the test database from being dropped."""
    with django_db_blocker.unblock():
        restore = remember_migrated(vars(TransactionTestCase)["_fixture_teardown"])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", restore)
        yield
    _close_async_connection()


@pytest.fixture(autouse=True)
def _faults_end_with_the_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """A server that was killed leaves a dead connection in that thread, which others use."""
    yield
    if request.node.get_closest_marker("fault"):
        _close_async_connection()


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> None:
    """Each test starts with an empty Redis of its own test process."""
    redis_client().flushall()


@pytest.fixture(autouse=True)
def _language_ends_with_the_test() -> Iterator[None]:
    """A synchronous request leaves its language behind in this thread, where the next test would speak it."""
    yield
    translation.deactivate()


def make_account(name: str, **fields: object) -> Account:
    """An account whose password is `name` + "-password"."""
    return Account.objects.create_user(name, f"{name}@example.org", f"{name}-password", **fields)


def _people_and_project() -> Iterator[tuple[str, Model]]:
    yield "owner", (owner := make_account("owner"))
    yield "member", (member := make_account("member"))
    yield "stranger", make_account("stranger")
    yield "staff", Account.objects.create_superuser("staff", "staff@example.org", "staff-password")
    made = create_project(user=owner, project_name="Station")
    add_member(project=made, user=member, role=MemberRole.MEMBER, actor=owner)
    yield "project", made


@pytest.fixture(scope="session")
def written(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> dict[str, Written]:
    """What the services write for the people and their project."""
    with django_db_blocker.unblock():
        return record(_people_and_project())


@pytest.fixture
def owner(db: None, written: dict[str, Written]) -> Account:
    """Owns `project`."""
    return written["owner"].again(Account)


@pytest.fixture
def member(db: None, written: dict[str, Written]) -> Account:
    """A plain member of `project`."""
    return written["member"].again(Account)


@pytest.fixture
def stranger(db: None, written: dict[str, Written]) -> Account:
    """Has nothing to do with `project`."""
    return written["stranger"].again(Account)


@pytest.fixture
def staff(db: None, written: dict[str, Written]) -> Account:
    """An administrator."""
    return written["staff"].again(Account)


@pytest.fixture
def project(owner: Account, member: Account, written: dict[str, Written]) -> Project:
    """A project of `owner` with `member` in it."""
    people = {written["owner"].instance: owner, written["member"].instance: member}
    return written["project"].again(Project, people)


@pytest.fixture
def api() -> APIClient:
    """Unauthenticated REST client; use force_authenticate or an Authorization header."""
    return APIClient()


@pytest.fixture
def browser_client(client: Client, owner: Account) -> Client:
    """Django client signed in as `owner`."""
    client.force_login(owner)
    return client
