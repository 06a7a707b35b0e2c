"""A live worker, and fresh answers for every test."""

from collections.abc import Iterator

import pytest
from asgiref.sync import SyncToAsync
from django.db import connections

from monitoring.metrics import QUEUES
from monitoring.views import ready_findings
from tasks.models import Worker


@pytest.fixture(autouse=True, scope="session")
def _no_async_connection_left(django_db_setup: None) -> Iterator[None]:
    """The thread behind `sync_to_async` keeps a connection, which would stop the test database from being dropped."""
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture(autouse=True)
def _forget_remembered() -> None:
    ready_findings.forget()
    QUEUES.forget()


@pytest.fixture
def light_worker(db: None) -> Worker:
    """A light worker that has just reported."""
    return Worker.objects.create(hostname="here", pid=1, profile="light", queues=["default"])
