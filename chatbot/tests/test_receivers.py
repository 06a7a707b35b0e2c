"""Tasks that fail or are cancelled end what waited for them, whoever ended them."""

import pytest
from django.db.models.functions import Now

from chatbot.models import Passage
from chatbot.tests.conftest import Ask, Run, Upload, task_of
from tasks.models import Task
from tasks.services import cancel_task, sweep

pytestmark = pytest.mark.django_db


def test_cancelled_task_stops_its_reply(ask: Ask) -> None:
    reply = ask()
    cancel_task(task_id=task_of(reply).pk, actor=None, reason="staff")
    reply.refresh_from_db()
    assert (reply.status, reply.content, reply.heartbeat_at) == ("stopped", "", None)


def test_handler_that_crashes_fails_its_reply(ask: Ask, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.replying.local.find_sources", lambda **_given: 1 / 0)
    reply = ask()
    assert run(reply) == "failed"
    assert (reply.status, reply.error_code) == ("failed", "internal_error")


def test_deadline_fails_its_reply(ask: Ask) -> None:
    reply = ask()
    Task.objects.filter(pk=task_of(reply).pk).update(deadline=Now())
    sweep()
    reply.refresh_from_db()
    assert (reply.status, reply.error_code) == ("failed", task_of(reply).error_code)


def test_handler_that_crashes_fails_its_file(upload: Upload, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.services.reading.read_file", lambda *_given, **_named: 1 / 0)
    file = upload()
    assert run(file) == "failed"
    assert (file.status, file.error_code, Passage.objects.count()) == ("failed", "internal_error", 0)


def test_file_that_is_ready_stays_ready(upload: Upload, run: Run) -> None:
    file = upload()
    run(file)
    assert file.task is not None
    Task.objects.filter(pk=file.task.pk).update(status="completed")
    file.refresh_from_db()
    assert file.status == "ready"


def test_failed_reading_leaves_other_files_alone(upload: Upload) -> None:
    first, second = upload(), upload(b"Another one.", "b.txt")
    assert first.task is not None
    cancel_task(task_id=first.task.pk, actor=None)
    for file in (first, second):
        file.refresh_from_db()
    assert [file.status for file in (first, second)] == ["failed", "waiting"]
