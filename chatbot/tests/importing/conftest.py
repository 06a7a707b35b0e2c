"""Fixtures of the import tests: files of their own, and a worker in this process that imports."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from django.conf import settings as project_settings
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Account
from chatbot.importing.base import ImportedConversation, ImportedItem
from chatbot.importing.reading import Export
from chatbot.importing.values import Clock
from chatbot.models import Conversation, ImportRun, Message
from chatbot.services import start_import
from projects.models import Project
from tasks.services import sweep
from tasks.services.workers import register_worker
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_task

#: Reads bytes as an export and returns its items.
Read = Callable[..., list[ImportedItem]]
#: Runs an import's task in this process; returns the state that the task reached.
RunImport = Callable[[ImportRun], str]


class Bring(Protocol):
    """Uploads bytes as `owner` and lets them be imported, in earnest unless told otherwise."""

    def __call__(self, content: bytes, *, name: str = ..., **fields: Any) -> ImportRun: ...


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Path:
    """Where this test's files lie."""
    storage = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "media"}}
    settings.STORAGES = project_settings.STORAGES | {"default": storage}
    return tmp_path / "media"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """`read(content)`: what the readers make of a file."""

    def items(content: bytes, *, name: str = "export.json", clock: Clock | None = None) -> list[ImportedItem]:
        path = tmp_path / "file"
        path.write_bytes(content)
        return list(Export(path, name=name, max_unpacked_bytes=10_000_000).items(clock or Clock()))

    return items


@pytest.fixture
def run_import_task(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> RunImport:
    """Dispatch and run the task of an import here."""
    keeper = LeaseKeeper(profile="light", queues=["chat_queue"], concurrency=1, exit_process=lambda code: None)
    register_worker(worker_id=keeper.worker_id, profile="light", queues=["chat_queue"], concurrency=1)

    def execute(run: ImportRun) -> str:
        sweep()
        assert run.task_id is not None
        with django_capture_on_commit_callbacks(execute=True):
            state = run_task(task_id=run.task_id, keeper=keeper)
        run.refresh_from_db()
        return state

    return execute


@pytest.fixture
def bring(owner: Account, project: Project, run_import_task: RunImport) -> Bring:
    """`bring(as_json([chatgpt()]))`."""

    def take(content: bytes, *, name: str = "export.json", **fields: Any) -> ImportRun:
        given: dict[str, Any] = {"user": owner, "project": project, "dry_run": False} | fields
        run = start_import(pieces=pieces(content), filename=name, **given)
        assert run_import_task(run) == "completed"
        return run

    return take


def pieces(content: bytes) -> Iterator[bytes]:
    """As an upload comes."""
    stream = io.BytesIO(content)
    return iter(lambda: stream.read(65_536), b"")


def only(items: list[ImportedItem]) -> ImportedConversation:
    """The one conversation in a file."""
    [found] = items
    assert isinstance(found, ImportedConversation)
    return found


def tree(item: ImportedConversation) -> list[tuple[str, str | None]]:
    """(message, parent) in the order of the item."""
    return [(message.origin_id, message.parent_origin_id) for message in item.messages]


def texts(conversation: Conversation) -> list[str]:
    """What the messages say, oldest first."""
    return list(conversation.messages.order_by("created_at", "id").values_list("content", flat=True))


def report(run: ImportRun) -> list[tuple[str, str, list[Any]]]:
    """(title, result, notes) of each line."""
    return [(item.title, item.result, item.notes) for item in run.items.order_by("position")]


def nothing_written() -> bool:
    """No conversation and no message."""
    return not (Conversation.objects.exists() or Message.objects.exists())
