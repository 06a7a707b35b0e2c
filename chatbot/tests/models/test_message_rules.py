"""What the database refuses: overwritten texts, two versions of one number, hearts that beat after the end."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from chatbot.models import Conversation, Message
from chatbot.tests.trees import add_chain, add_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def question(conversation: Conversation) -> Message:
    return Message.objects.create(conversation=conversation, role="user", content="Why?")


def refused(message: Message, **changes: Any) -> str:
    """Try an UPDATE and return the name of the rule that refused it."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Message.objects.filter(pk=message.pk).update(**changes)
    assert Message.objects.filter(pk=message.pk, content=message.content, version=message.version).exists()
    return str(caught.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


@pytest.mark.parametrize("changes", [{"content": "Who?"}, {"role": "assistant"}, {"version": 2}, {"content": ""}])
def test_message_that_has_ended_is_not_overwritten(question: Message, changes: dict[str, Any]) -> None:
    assert refused(question, **changes) == "messages_keep_text"


def test_message_does_not_move(question: Message) -> None:
    other = Conversation.objects.create(user=question.conversation.user, project=question.conversation.project)
    assert refused(question, conversation=other) == "messages_keep_text"
    assert refused(question, parent_message=question) == "messages_keep_text"


def test_text_of_a_streaming_reply_grows_until_its_end(conversation: Conversation) -> None:
    row = Message.objects.create(conversation=conversation, role="assistant", status="streaming", heartbeat_at=Now())
    Message.objects.filter(pk=row.pk).update(content="a")
    Message.objects.filter(pk=row.pk).update(content="ab", status="completed", heartbeat_at=None)
    row.refresh_from_db()
    assert refused(row, content="abc") == "messages_keep_text"


def test_what_is_no_text_may_change(question: Message) -> None:
    assert Message.objects.filter(pk=question.pk).update(metadata={"a": 1}, error_code="x") == 1


@pytest.mark.parametrize("is_root", [True, False])
def test_two_versions_have_two_numbers(question: Message, is_root: bool) -> None:
    row = question if is_root else add_chain(question.conversation, ["answer"], below=question)[0]
    add_version(row, 2)
    with pytest.raises(IntegrityError, match="messages_unique_version"), transaction.atomic():
        add_version(row, 2)
    assert Message.objects.siblings_of(row).count() == 2


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"status": "streaming"}, "messages_heart_beats_while_streaming"),
        ({"status": "completed", "heartbeat_at": Now()}, "messages_heart_beats_while_streaming"),
        ({"status": "streaming", "heartbeat_at": Now(), "finished_at": Now()}, "messages_heart_beats_while_streaming"),
        ({"status": "asleep"}, "messages_valid_status"),
        ({"role": "tool"}, "messages_valid_role"),
    ],
)
def test_states_that_make_no_sense_are_refused(conversation: Conversation, fields: dict[str, Any], rule: str) -> None:
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        Message.objects.create(**{"conversation": conversation, "role": "assistant"} | fields)
    assert not Message.objects.exists()


def test_conversation_refuses_a_temperature_out_of_range(conversation: Conversation) -> None:
    with pytest.raises(IntegrityError, match="conversations_valid_temperature"), transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(temperature=2.1)


def test_rows_are_named_without_what_they_say(question: Message) -> None:
    assert (str(question), str(question.conversation)) == (str(question.pk), str(question.conversation.pk))
