"""Chat completions of engines on this machine, as far as no worker is needed."""

from typing import Any

import pytest

from chatbot.gateway.local import LocalAnswer
from chatbot.tests.gateway.conftest import Books
from chatbot.tests.gateway.program import Program
from chatbot.tests.upstream import Upstream, reply
from projects.models import Project
from tasks.models import Engine, Task

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"n": 2}, "unsupported_value", "n"),
        ({"temperature": "hot"}, "invalid_value", "temperature"),
        ({"max_tokens": 1.5}, "invalid_value", "max_tokens"),
        ({"max_completion_tokens": "many"}, "invalid_value", "max_tokens"),
        ({"stop": 5}, "invalid_value", "stop"),
        ({"stop": [5]}, "invalid_value", "stop.0"),
        ({"stop": {"a": 1}}, "invalid_value", "stop"),
    ],
)
@pytest.mark.parametrize("is_stream", [True, False])
def test_what_no_local_engine_can_is_refused(
    is_stream: bool, change: dict[str, Any], code: str, param: str, program: Program, books: Books
) -> None:
    assert program.chat(model="fake", stream=is_stream, **change).refusal == (400, code, param)
    call = books()[0]
    assert (call.status, call.engine_name, call.usage) == ("error", "fake", {"requests": 0, "tokens": 0})
    assert not Task.objects.exists()


def test_local_engine_of_an_alias_answers_when_the_remote_one_fails(
    program: Program, engine: Engine, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def whole(self: LocalAnswer) -> dict[str, Any]:
        await self._call.end(row=self._chatter.row)
        return {"id": "local"}

    monkeypatch.setattr(LocalAnswer, "whole", whole)  # the worker's part is tested with a real one
    Engine.objects.filter(pk=engine.pk).update(options={"alias": "both", "order": 1, "tries": 1})
    Engine.objects.filter(name="fake", domain="chat").update(options={"alias": "both", "order": 2})
    upstream.behave = reply(500, {})
    assert program.chat(model="both").json == {"id": "local"}
    assert len(upstream.requests) == 1


def test_task_says_what_was_asked(
    program: Program, project: Project, monkeypatch: pytest.MonkeyPatch, books: Books
) -> None:
    async def whole(self: LocalAnswer) -> dict[str, Any]:
        await self._call.end(row=self._chatter.row)
        return {}

    monkeypatch.setattr(LocalAnswer, "whole", whole)
    messages = [
        {"role": "developer", "content": "Be kind."},
        {"role": "user", "content": [{"type": "text", "text": "Hello"}, {"type": "text", "text": "there"}]},
    ]
    program.chat(messages=messages, model="fake", stop="x", max_tokens=5, temperature=0, top_p=1)
    task = Task.objects.get()
    assert task.input_data == {
        "engine": "fake", "temperature": 0, "max_tokens": 5, "stop": ["x"],
        "turns": [{"role": "system", "text": "Be kind."}, {"role": "user", "text": "Hello\nthere"}],
    }  # fmt: skip
    assert (task.project, task.api_key is not None, task.max_retries) == (project, True, 0)
    assert task.request_id == books()[0].request_id != ""
