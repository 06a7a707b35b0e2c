"""Completions of models that a heavy worker holds in memory, as far as no worker is needed."""

from typing import Any

import pytest
from django.conf import settings

from chatbot.gateway.local import LocalAnswer
from chatbot.tests.gateway.program import Program
from tasks.models import Engine, Task
from tasks.registry import kind_named

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not settings.HAS_MODEL_PACKAGES, reason="`make models` installs torch and transformers"),
]


@pytest.mark.parametrize(
    ("engine", "kind", "queue_name"),
    [("own", "chatbot.complete_model", "chat_models"), ("fake", "chatbot.complete", "chat_queue")],
)
def test_engine_decides_which_workers_answer(
    program: Program, monkeypatch: pytest.MonkeyPatch, engine: str, kind: str, queue_name: str
) -> None:
    async def whole(self: LocalAnswer) -> dict[str, Any]:
        await self._call.end(row=self._chatter.row)
        return {}

    monkeypatch.setattr(LocalAnswer, "whole", whole)  # the worker's part is tested with a real one
    Engine.objects.create(domain="chat", name="own", adapter="transformers_local", model="/models/own")
    program.chat(model=engine)
    task = Task.objects.get()
    assert (task.task_type, task.queue_name, task.max_retries) == (kind, queue_name, 0)
    assert kind_named(kind).handler is kind_named("chatbot.complete").handler
