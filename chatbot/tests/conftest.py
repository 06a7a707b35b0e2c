"""Fixtures of the chat's tests: conversations of `owner`, and a worker in this process that answers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings as project_settings
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from rest_framework.test import APIClient

from accounts.models import Account
from accounts.services import create_api_key, keys
from chatbot import watching
from chatbot.models import Conversation, Message, UploadedFile
from chatbot.selectors.blocks import forget_blocks
from chatbot.services import ask_question, create_conversation, upload_file
from projects.models import Project
from tasks.models import Engine, Task
from tasks.services import sweep
from tasks.services.workers import register_worker
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_task

As = Callable[..., APIClient]
AsBrowser = Callable[[Account], Client]
#: Runs the task of a reply or a file in this process, commit hooks included; returns the state the task reached.
Run = Callable[[Message | UploadedFile], str]


TEXT = b"The lease ends on 30 June 2027.\n"
Upload = Callable[..., UploadedFile]


class Ask(Protocol):
    """Asks in `conversation` as `owner`; returns the reply, which the fake engine will write."""

    def __call__(self, content: str = ..., **fields: Any) -> Message: ...


#: Modules whose preparation takes long and stays in the process: torch, a model's weights, the guide's vectors.
_SLOW_TO_PREPARE = {
    "models": {"test_local_models", "test_transformers_local", "test_network", "test_prompting", "test_models"},
    "meanings": {"test_librarian_reply", "test_minilm", "test_classifier", "test_guide", "test_labels"},
}


# Before pytest-xdist writes the groups into the names.
@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process of the run prepares them, where each would."""
    for item in items:
        for group, modules in _SLOW_TO_PREPARE.items():
            if "chatbot" in item.path.parts and item.path.stem in modules:
                item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def _fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process knows of keys and people must not reach the next test; its first verdict may take long."""
    keys.forget_cached()
    forget_blocks()
    watching.forget_levels()
    monkeypatch.setattr(watching, "WAIT_SECONDS", 60.0)


@pytest.fixture
def media(settings: Settings, tmp_path: Path) -> Path:
    """Where this test's files lie."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = project_settings.STORAGES | {"default": storage}
    return tmp_path


@pytest.fixture
def upload(owner: Account, project: Project, media: Path) -> Upload:
    """`upload(b"...")` as `owner`; without arguments a small text."""

    def take(content: bytes = TEXT, filename: str = "lease.txt", **fields: Any) -> UploadedFile:
        given: dict[str, Any] = {"user": owner, "project": project, "pieces": [content], "filename": filename}
        return upload_file(**given | fields)

    return take


@pytest.fixture
def conversation(owner: Account, project: Project) -> Conversation:
    """An empty conversation of `owner` with the fake engine."""
    return create_conversation(user=owner, project=project, model="fake")


@pytest.fixture
def ask(owner: Account, conversation: Conversation) -> Ask:
    """`ask("Hello")`."""

    def begin(content: str = "Hello there", **fields: Any) -> Message:
        target = fields.pop("conversation", conversation)
        return ask_question(conversation=target, user=owner, content=content, **fields)[1]

    return begin


@pytest.fixture
def run(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Run:
    """Dispatch and run one reply's task here."""
    keeper = LeaseKeeper(profile="light", queues=["chat_queue"], concurrency=1, exit_process=lambda code: None)
    register_worker(worker_id=keeper.worker_id, profile="light", queues=["chat_queue"], concurrency=1)

    def execute(reply: Message | UploadedFile) -> str:
        assert reply.task_id is not None
        sweep()
        with django_capture_on_commit_callbacks(execute=True):
            state = run_task(task_id=reply.task_id, keeper=keeper)
        reply.refresh_from_db()
        return state

    return execute


def task_of(reply: Message) -> Task:
    """The task that writes it."""
    assert reply.task_id is not None
    return Task.objects.get(pk=reply.task_id)


@pytest.fixture
def answered(ask: Ask, run: Run) -> Message:
    """A completed reply to "Hello there"."""
    reply = ask()
    run(reply)
    return reply


@pytest.fixture
def as_(api: APIClient) -> As:
    """`as_(owner)`: a REST client of that person."""

    def sign_in(account: Account) -> APIClient:
        client = APIClient()
        client.force_authenticate(account)
        return client

    return sign_in


@pytest.fixture
def as_browser() -> AsBrowser:
    """`as_browser(owner)`: a browser in which that person is signed in."""

    def sign_in(person: Account) -> Client:
        client = Client()
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def with_key() -> As:
    """`with_key(owner, ["chat:read"])`: a REST client with a key of that person."""

    def make(account: Account, permissions: list[str]) -> APIClient:
        _key, token = create_api_key(user=account, name="test", permissions=permissions)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        return client

    return make


@pytest.fixture
def remote_engine(db: None) -> Engine:
    """A catalogue row of a remote engine; tests set its address."""
    return Engine.objects.create(
        domain="chat", name="upstream", adapter="openai_compatible", model="mock", base_url="http://127.0.0.1:9/v1"
    )
