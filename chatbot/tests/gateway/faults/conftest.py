"""A real web process on this test's database and Redis, and a program that calls it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from openai import OpenAI

from accounts.models import Account
from accounts.services import create_api_key
from chatbot.tests.gateway.program import question
from monitoring.models import Interaction
from monitoring.tests.calls import drain_all
from projects.models import Project
from tasks.models import Engine
from tasks.tests import forks
from tasks.tests.conftest import child_environment, eventually, kill_group, quick, start_worker
from tasks.tests.forks import Forked

__all__ = ["quick", "start_worker"]


@dataclass
class Web:
    """A uvicorn process; `url` ends in /v1."""

    process: Forked
    url: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        """For calls without the SDK."""
        return {"Authorization": f"Bearer {self.token}"}


@pytest.fixture
def web(transactional_db: None, owner: Account, project: Project, engine: Engine) -> Iterator[Web]:
    """Running, with a key of `owner` that may chat; `engine` leads to the upstream of this test."""
    process, port = forks.start_web(child_environment(DJANGO_SETTINGS_MODULE="config.settings.test"))
    token = create_api_key(user=owner, name="program", permissions=["chat:write"])[1]
    web = Web(process, f"http://127.0.0.1:{port}/v1", token)
    try:
        eventually(lambda: forks.answers(port), within_seconds=60, sweeping=False)
        yield web
    finally:
        kill_group(process)


@contextmanager
def reading(web: Web) -> Iterator[None]:
    """A caller that has read the first piece of a stream, and reads no more while the context is open."""
    url = f"{web.url}/chat/completions"
    with httpx.stream("POST", url, json=question(stream=True), headers=web.headers, timeout=30) as response:
        # Held: an iterator that nobody holds closes the connection.
        pieces = response.iter_raw()
        next(pieces)
        yield


@pytest.fixture
def sdk(web: Web) -> OpenAI:
    """The official SDK, with nothing changed but the base URL and the key."""
    return OpenAI(base_url=web.url, api_key=web.token, max_retries=0, timeout=60)


def recorded(count: int = 1) -> list[Interaction]:
    """So many calls that have ended, the oldest first; waits for them."""

    def all_there() -> bool:
        drain_all()
        return Interaction.objects.exclude(status="started").count() >= count

    eventually(all_there, sweeping=False)
    return list(Interaction.objects.order_by("timestamp"))
