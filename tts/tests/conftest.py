"""Fixtures of the voice tests: files of their own, clients of every kind, and a worker in this process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings as project_settings
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import create_api_key, keys
from config.common.redis import redis_client
from conftest import make_account
from projects.models import MemberRole, Project
from projects.services import add_member, create_project_key
from tasks import live
from tasks.models import Task
from tasks.services import sweep
from tasks.services.workers import register_worker
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_task
from tts.models import AudioFile, AudioRequest
from tts.services import request_speech

As = Callable[..., APIClient]
Run = Callable[[AudioRequest], str]


class Speak(Protocol):
    """Submits a text as `owner`, to the fake engine unless told otherwise."""

    def __call__(self, text: str = ..., **input_data: Any) -> AudioRequest: ...


@pytest.fixture(autouse=True)
def _fresh_process() -> None:
    """Keys that this process remembers must not reach the next test."""
    keys.forget_cached()


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """Where this test's files lie; real workers share the folder of the test process instead."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = project_settings.STORAGES | {"default": storage}
    return tmp_path


@pytest.fixture
def speak(owner: Account, project: Project, media: Path) -> Speak:
    """`speak("Hello", voice="tenor")`."""

    def submit(text: str = "Hello there", **input_data: Any) -> AudioRequest:
        data = {"text": text, "engine": "fake"} | input_data
        if "engines" in input_data:
            del data["engine"]
        return request_speech(user=owner, project=project, input_data=data)

    return submit


@pytest.fixture
def run(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Run:
    """Dispatch and run one request's task in this process, commit hooks included; returns the state it reached."""
    keeper = LeaseKeeper(profile="light", queues=["tts_queue"], concurrency=1, exit_process=lambda code: None)
    register_worker(worker_id=keeper.worker_id, profile="light", queues=["tts_queue"], concurrency=1)

    def execute(request: AudioRequest) -> str:
        sweep()
        with django_capture_on_commit_callbacks(execute=True):
            return run_task(task_id=request.task_id, keeper=keeper)

    return execute


@pytest.fixture
def spoken(speak: Speak, run: Run) -> AudioRequest:
    """A completed request: "Hello there" as wav by the fake engine."""
    request = speak()
    assert run(request) == "completed"
    return AudioRequest.objects.select_related("task").get(pk=request.pk)


@pytest.fixture
def as_person() -> As:
    """REST client with a person's session."""

    def client_of(person: Account) -> APIClient:
        client = APIClient()
        client.force_authenticate(person)
        return client

    return client_of


@pytest.fixture
def with_key() -> As:
    """REST client with a new key of a person: `with_key(owner, "tts:read")`."""

    def client_of(person: Account, *scopes: str) -> APIClient:
        _key, token = create_api_key(user=person, name="program", permissions=list(scopes))
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
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
def people(owner: Account, member: Account, stranger: Account, staff: Account, project: Project) -> dict[str, Account]:
    """One person per role in `project`, and those who have none."""
    everybody = {"owner": owner, "member": member, "stranger": stranger, "staff": staff}
    for role in (MemberRole.MANAGER, MemberRole.VIEWER):
        everybody[role] = make_account(role.value)
        add_member(project=project, user=everybody[role], role=role, actor=owner)
    return everybody


@pytest.fixture
def lose_redis(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Call it and no Redis answers from then on: the address leads to a socket that nobody listens on."""
    # Publishing stays quiet for a second after a loss; without this the next test would miss its frames.
    monkeypatch.setattr(live, "_muted_until", 0.0)

    def lose() -> None:
        settings.REDIS_URL = f"unix://{tmp_path}/nobody.sock"
        redis_client.cache_clear()

    yield lose
    redis_client.cache_clear()


def nothing_written() -> bool:
    """No task, no request, no file."""
    return not (Task.objects.exists() or AudioRequest.objects.exists() or AudioFile.objects.exists())
