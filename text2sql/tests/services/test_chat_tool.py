"""The chat's /sql: a question without a database, asked in the name of whose conversation it is."""

import json
from typing import Any

import pytest

from accounts.models import Account
from chatbot.engines.base import ToolCall
from chatbot.models import Message
from chatbot.services import ask_question, create_conversation
from chatbot.services.tools import offered_tools, start_tool
from projects.models import Project
from projects.services import create_project
from text2sql.models import QueryHistory
from text2sql.tests.pairs import make_connection
from text2sql.tests.working import Work


@pytest.fixture
def reply(owner: Account, project: Project) -> Message:
    """A reply that is being written in the owner's conversation."""
    conversation = create_conversation(user=owner, project=project, model="fake")
    return ask_question(conversation=conversation, user=owner, content="Hello")[1]


def sql_call(**arguments: Any) -> ToolCall:
    return ToolCall("c1", "sql", json.dumps(arguments))


def test_tool_is_offered() -> None:
    [tool] = [tool for tool in offered_tools() if tool.name == "sql"]
    assert tool.parameters["required"] == ["question"]


def test_chat_asks_the_latest_database_of_the_conversation_s_project(
    reply: Message, owner: Account, project: Project
) -> None:
    connection = make_connection(owner, project)
    starts = [start_tool(sql_call(question=" How\nmany? "), message_id=reply.pk) for _time in range(2)]
    query = QueryHistory.objects.get()
    assert (query.question, query.connection, query.user, query.project) == ("How many?", connection, owner, project)
    assert {started.task_id for started in starts} == {str(query.task_id)}
    assert {started.status for started in starts} == {"started"}


def test_chat_asks_the_example_where_there_is_nothing_else(reply: Message, stranger: Account) -> None:
    demo = make_connection(stranger, is_demo=True)
    make_connection(stranger, create_project(user=stranger, project_name="Theirs"))
    assert start_tool(sql_call(question="How many?"), message_id=reply.pk).status == "started"
    assert QueryHistory.objects.get().connection == demo


def test_chat_is_told_why_nothing_can_be_asked(reply: Message, owner: Account, project: Project) -> None:
    told = {"no database": start_tool(sql_call(question="How many?"), message_id=reply.pk)}
    make_connection(owner, project)
    told["no words"] = start_tool(sql_call(question="  "), message_id=reply.pk)
    told["too long"] = start_tool(sql_call(question="x" * 2_001), message_id=reply.pk)
    told["no question"] = start_tool(sql_call(sql="SELECT 1"), message_id=reply.pk)
    assert {name: (started.status, started.task_id) for name, started in told.items()} == dict.fromkeys(
        told, ("refused", "")
    )
    assert [told[name].detail for name in ("no database", "no words", "too long")] == [
        "There is no such connection, or you may not use it.", "Ask a question.",
        "The text has 2001 characters; the limit is 2000.",
    ]  # fmt: skip
    assert not QueryHistory.objects.exists()


def test_question_of_the_chat_is_answered_by_a_light_worker(
    reply: Message, read_shop: Any, work: Work, media: Any
) -> None:
    start_tool(sql_call(question="How many customers are there?"), message_id=reply.pk)
    query = QueryHistory.objects.get()
    assert (query.task.task_type, query.task.queue_name) == ("text2sql.ask", "text2sql_queue")
    assert work(query.task) == "completed"
    query.refresh_from_db()
    assert (query.status, query.result_preview) == ("success", [[60]])
