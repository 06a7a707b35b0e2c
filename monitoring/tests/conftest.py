"""A live worker, and fresh answers for every test."""

import pytest

from monitoring.metrics import QUEUES, REQUESTS
from monitoring.views import ready_findings
from tasks.models import Worker


@pytest.fixture(autouse=True)
def _forget_remembered() -> None:
    ready_findings.forget()
    QUEUES.forget()
    # Else each scrape shows, and each test reads, the routes of all tests before it: half a second.
    REQUESTS.clear()


@pytest.fixture
def light_worker(db: None) -> Worker:
    """A light worker that has just reported."""
    return Worker.objects.create(hostname="here", pid=1, profile="light", queues=["default"])
