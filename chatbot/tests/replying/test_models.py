"""Replies of a model that a heavy worker holds in memory."""

from pathlib import Path

import pytest
from django.conf import settings
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Account
from chatbot.models import Message
from chatbot.selectors.chatters import chatter_for
from chatbot.services import MODEL_KIND, create_conversation
from chatbot.tests.conftest import Ask, task_of
from chatbot.tests.engines.tiny_models import SPEECH, build_tokenizer, save_model
from monitoring.models import Interaction
from monitoring.tests.calls import drain_all
from projects.models import Project
from results.models import Result
from tasks.models import Engine
from tasks.registry import queue_profiles
from tasks.services import probe_engine, sweep
from tasks.services.workers import register_worker
from tasks.worker.keeper import LeaseKeeper
from tasks.worker.runner import run_task

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not settings.HAS_MODEL_PACKAGES, reason="`make models` installs torch and transformers"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that says `SPEECH`."""
    return save_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def model(db: None, folder: Path) -> Engine:
    """Its catalogue row."""
    return Engine.objects.create(domain="chat", name="own", adapter="transformers_local", model=str(folder))


@pytest.fixture
def asked(ask: Ask, model: Engine, owner: Account, project: Project) -> Message:
    """A reply that waits for a heavy worker."""
    return ask("Hello", conversation=create_conversation(user=owner, project=project, model="own"))


def _run(reply: Message) -> str:
    keeper = LeaseKeeper(profile="heavy", queues=["chat_models"], concurrency=1, exit_process=lambda code: None)
    register_worker(worker_id=keeper.worker_id, profile="heavy", queues=["chat_models"], concurrency=1)
    sweep()
    state = run_task(task_id=task_of(reply).pk, keeper=keeper)
    reply.refresh_from_db()
    return state


def test_reply_of_a_model_goes_to_the_heavy_workers_queue(asked: Message) -> None:
    task = task_of(asked)
    assert (task.task_type, task.queue_name) == (MODEL_KIND, "chat_models") == ("chatbot.reply_model", "chat_models")
    assert queue_profiles()["chat_models"] == "heavy"


def test_heavy_worker_writes_the_reply(
    asked: Message, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert _run(asked) == "completed"
    assert (asked.status, asked.content) == ("completed", SPEECH)
    assert asked.metadata == {"finish_reason": "stop", "model": "tiny"}
    said = build_tokenizer()(SPEECH)["input_ids"]
    assert asked.completion_tokens == len(said) + 1  # the end mark
    assert Result.objects.get(task=asked.task).engine_name == "own"


def test_people_see_the_models_name_and_not_its_place(asked: Message, model: Engine) -> None:
    assert asked.engine_version == chatter_for(model).version == "1 tiny"


def test_folder_that_is_gone_fails_the_reply_with_its_code(asked: Message, model: Engine) -> None:
    Engine.objects.filter(pk=model.pk).update(model="/nowhere")
    assert _run(asked) == "failed"
    assert (asked.status, asked.content, asked.error_code) == ("failed", "", "model_not_found")


def test_reply_of_another_engine_stays_on_light_workers(ask: Ask) -> None:
    task = task_of(ask())
    assert (task.task_type, task.queue_name) == ("chatbot.reply", "chat_queue")


def test_engine_without_a_model_waits_for_staff() -> None:
    row = Engine.objects.get(domain="chat", name="transformers_local")
    assert (row.is_enabled, row.is_default) == (False, False)


def test_probe_uses_the_folder_of_the_row(model: Engine, staff: Account) -> None:
    Engine.objects.filter(pk=model.pk).update(model="/nowhere")
    model.refresh_from_db()
    result = probe_engine(engine=model, actor=staff).last_probe_result or {}
    assert (result.get("ok"), result.get("code")) == (False, "model_not_found")


def test_model_names_the_conversation_in_the_same_task(
    asked: Message, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.CHAT_TITLES = True
    with django_capture_on_commit_callbacks(execute=True):
        assert _run(asked) == "completed"
    asked.conversation.refresh_from_db()
    assert (asked.content, asked.conversation.title) == (SPEECH, "The roundhouse keeps seven old engines…")
    drain_all()
    calls = Interaction.objects.order_by("timestamp")
    assert [(call.endpoint, call.status) for call in calls] == [("chat", "success"), ("chat.title", "success")]
