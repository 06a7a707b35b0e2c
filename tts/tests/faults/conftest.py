"""A real web server and real workers on this test's database and Redis."""

from collections.abc import Iterator

import pytest
from openai import OpenAI

from accounts.models import Account
from accounts.services import create_api_key
from projects.models import Project
from tasks.tests import forks
from tasks.tests.conftest import WorkerFactory, child_environment, eventually, kill_group, quick, start_worker

__all__ = ["quick", "start_worker"]


@pytest.fixture
def web(transactional_db: None) -> Iterator[str]:
    """Address of a running web process on the loopback interface."""
    process, port = forks.start_web(child_environment())
    eventually(lambda: forks.answers(port), sweeping=False)
    yield f"http://127.0.0.1:{port}"
    kill_group(process)


@pytest.fixture
def token(owner: Account, project: Project) -> str:
    """A key of the owner."""
    return create_api_key(user=owner, name="program", permissions=["tts:read", "tts:write"])[1]


@pytest.fixture
def sdk(web: str, token: str, start_worker: WorkerFactory) -> OpenAI:
    """The official SDK pointed at a web process with a worker behind it."""
    start_worker("--profile", "light")
    return OpenAI(base_url=f"{web}/v1", api_key=token, max_retries=0, timeout=60)
