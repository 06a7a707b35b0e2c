"""Fixtures of the gateway's tests: an upstream that behaves as told, a program with a key, and the books."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import Account
from accounts.services import create_api_key
from chatbot.gateway import access, embedding, routes
from chatbot.tests.gateway.program import Program
from chatbot.tests.upstream import USAGE, Upstream, reply, upstream_in_thread
from monitoring.models import Interaction
from monitoring.tests.calls import drain_all
from projects.models import Project
from tasks.models import Engine

ANSWER = {
    "id": "chatcmpl-9",
    "object": "chat.completion",
    "created": 1_700_000_000,
    "model": "mock-1-0613",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello world"}, "finish_reason": "stop"}],
    "usage": USAGE,
}

#: Moves the audit's stream and runs what follows the commit; returns the calls, the oldest first.
Books = Callable[[], list[Interaction]]


@pytest.fixture(autouse=True)
def _fresh_gateway() -> None:
    """What this process remembers of engines and projects must not reach the next test."""
    access.forget_workplaces()
    routes.routes.clear()
    routes.forget_breakers()
    embedding.embedders.clear()


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    """Answers `ANSWER` unless a test sets `behave`."""
    with upstream_in_thread(reply(200, ANSWER)) as server:
        yield server


@pytest.fixture
def engine(db: None, upstream: Upstream) -> Engine:
    """The catalogue row that leads to `upstream`; it is asked once, not twice."""
    return Engine.objects.create(
        domain="chat", name="upstream", adapter="openai_compatible", model="mock-1", base_url=upstream.base_url,
        credential="secret-of-house", options={"tries": 1},
    )  # fmt: skip


@pytest.fixture
def program(owner: Account, project: Project, engine: Engine) -> Program:
    """Calls with a key of `owner` that may chat."""
    return Program(create_api_key(user=owner, name="program", permissions=["chat:write"])[1])


@pytest.fixture
def books(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Books:
    """`books()`."""

    def drain() -> list[Interaction]:
        with django_capture_on_commit_callbacks(execute=True):
            drain_all()
        return list(Interaction.objects.order_by("timestamp"))

    return drain
