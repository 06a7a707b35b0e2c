"""Question and reply in one transaction: when no reply can begin, nothing was asked."""

from typing import Any

import pytest

from accounts.models import Account, UsageReservation
from accounts.services import QuotaExceeded, set_quota
from chatbot.models import Conversation, Message
from chatbot.services import ask_again, ask_question, regenerate_reply
from chatbot.tests.conftest import Ask, task_of
from chatbot.tests.trees import add_chain
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import archive_project
from tasks.models import Engine, Task
from tasks.services.errors import UnknownEngine

pytestmark = pytest.mark.django_db


@pytest.fixture
def exchange(conversation: Conversation) -> list[Message]:
    return add_chain(conversation, ["Q", "A"])


def nothing_was_written(conversation: Conversation) -> bool:
    """Beside the exchange that was there before."""
    conversation.refresh_from_db()
    rows = Task.objects.count(), UsageReservation.objects.count(), conversation.messages.count()
    return rows == (0, 0, conversation.total_messages) and conversation.total_messages in (0, 2)


def test_question_and_reply_are_there_at_once(conversation: Conversation, owner: Account) -> None:
    question, reply = ask_question(conversation=conversation, user=owner, content="Why?")
    assert (reply.parent_message_id, reply.status, reply.engine_name) == (question.pk, "streaming", "fake")
    task = task_of(reply)
    assert (task.task_type, task.input_data["message_id"]) == ("chatbot.reply", str(reply.pk))
    assert UsageReservation.objects.get().amounts == {"requests": 1, "tokens": task.input_data["reserved_tokens"]}


@pytest.mark.parametrize("engine", ["fake", "upstream"])
def test_refused_quota_writes_neither_question_nor_reply(
    conversation: Conversation, owner: Account, remote_engine: Engine, engine: str
) -> None:
    set_quota(account=owner, quota_type="tokens", period="daily", limit=10, actor=None)
    with pytest.raises(QuotaExceeded) as caught:
        ask_question(conversation=conversation, user=owner, content="Why?", engine=engine)
    assert caught.value.status_code == 429
    assert nothing_was_written(conversation)
    assert conversation.title == ""


@pytest.mark.parametrize("engine", ["fake", "upstream"])
def test_refused_edit_leaves_the_question_as_it_was(
    exchange: list[Message], conversation: Conversation, owner: Account, remote_engine: Engine, engine: str
) -> None:
    set_quota(account=owner, quota_type="requests", period="daily", limit=0, actor=None)
    with pytest.raises(QuotaExceeded):
        ask_again(message=exchange[0], user=owner, content="Who?", engine=engine)
    assert nothing_was_written(conversation)


def test_unknown_engine_is_refused(conversation: Conversation, owner: Account) -> None:
    with pytest.raises(UnknownEngine):
        ask_question(conversation=conversation, user=owner, content="Why?", engine="nobody")
    assert nothing_was_written(conversation)


def test_archived_project_takes_no_questions(conversation: Conversation, owner: Account, project: Project) -> None:
    archive_project(project=project, actor=owner)
    with pytest.raises(Forbidden):
        ask_question(conversation=Conversation.objects.get(pk=conversation.pk), user=owner, content="Why?")
    assert nothing_was_written(conversation)


def test_other_engine_answers_beside_the_first(ask: Ask, owner: Account) -> None:
    Engine.objects.create(domain="chat", name="fake-2", adapter="fake", model="second")
    reply = ask()
    other = regenerate_reply(reply=reply, user=owner, engine="fake-2")
    places: list[Any] = [(row.engine_name, row.version, row.parent_message_id) for row in (reply, other)]
    assert places == [("fake", 1, reply.parent_message_id), ("fake-2", 2, reply.parent_message_id)]
