"""Tools that an engine may start: once, in the owner's name, and refused with a reason."""

import json

import pytest

from accounts.models import Account
from chatbot.engines.base import ToolCall
from chatbot.models import Message
from chatbot.services.tools import available_tools, offered_tools, start_tool
from chatbot.tests.conftest import Ask
from tasks.models import Task
from tasks.registry import kind_named, register, unregister

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(ask: Ask) -> Message:
    return ask()


def say(text: str, call_id: str = "c1") -> ToolCall:
    return ToolCall(call_id, "say", json.dumps({"text": text}))


def spoken() -> list[str]:
    return list(Task.objects.filter(task_type="tts.speak").values_list("input_data__text", flat=True))


def test_tool_becomes_a_task_of_the_owner(reply: Message, owner: Account) -> None:
    started = start_tool(say("Hello"), message_id=reply.pk)
    task = Task.objects.get(pk=started.task_id)
    assert (started.status, task.user_id, task.project_id) == ("started", owner.pk, reply.conversation.project_id)
    assert task.metadata == {"message_id": str(reply.pk), "conversation_id": str(reply.conversation_id)}
    assert spoken() == ["Hello"]


def test_what_was_started_stands_with_the_message(reply: Message) -> None:
    started = start_tool(say("Hello"), message_id=reply.pk)
    reply.refresh_from_db()
    assert reply.metadata["tools"] == [
        {
            "call_id": "c1", "name": "say", "arguments": '{"text": "Hello"}', "task_id": started.task_id,
            "status": "started", "detail": "", "seq": 0,
        }
    ]  # fmt: skip


def test_same_call_starts_one_task(reply: Message) -> None:
    ids = {start_tool(say("Hello"), message_id=reply.pk).task_id for _ in range(3)}
    reply.refresh_from_db()
    assert (len(ids), spoken(), len(reply.metadata["tools"])) == (1, ["Hello"], 1)


def test_two_calls_start_two_tasks(reply: Message) -> None:
    ids = {start_tool(say("Hello", call_id), message_id=reply.pk).task_id for call_id in ("c1", "c2")}
    assert (len(ids), spoken()) == (2, ["Hello", "Hello"])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("brew", "{}"), ("say", "{"), ("say", "{}"), ("say", "[]"), ("say", "null"), ("say", ""),
        ("say", '{"text": ""}'), ("", "{}"), ("x" * 500, "{}"),
    ],
)  # fmt: skip
def test_call_that_makes_no_sense_is_refused(reply: Message, name: str, arguments: str) -> None:
    started = start_tool(ToolCall("c1", name, arguments), message_id=reply.pk)
    assert (started.status, started.task_id, spoken()) == ("refused", "", [])
    assert started.detail


@pytest.mark.parametrize(
    "call",
    [
        ToolCall("c\x00", "s\ud83d", "{\x00\ud83d}"),
        ToolCall("c1", "say", '{"text": "a\\u0000b"}'),
        ToolCall("c1", "say", '{"text": "a\\ud83d"}'),
    ],
)
def test_call_that_no_database_can_hold_breaks_nothing(reply: Message, call: ToolCall) -> None:
    start_tool(call, message_id=reply.pk)
    reply.refresh_from_db()
    assert len(reply.metadata["tools"]) == 1
    assert all(set(text) <= set("ab\ufffd") for text in spoken())


def test_tool_without_its_app_is_neither_offered_nor_started(reply: Message) -> None:
    kind = kind_named("tts.speak")
    unregister("tts.speak")
    try:
        names = [tool.name for tool in available_tools()], [tool.name for tool in offered_tools()]
        started = start_tool(say("Hello"), message_id=reply.pk)
    finally:
        register(kind)
    assert "say" not in names[0] + names[1]
    assert (started.status, spoken()) == ("refused", [])


def test_offered_tools_are_those_that_are_installed() -> None:
    assert [tool.name for tool in offered_tools()] == [tool.name for tool in available_tools()]
    assert "say" in {tool.name for tool in offered_tools()}
