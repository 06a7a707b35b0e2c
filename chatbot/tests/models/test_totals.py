"""`total_messages`, `total_tokens` and `last_message_at`, which the database keeps."""

from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from chatbot.models import Conversation, Message
from chatbot.tests.trees import add_chain

pytestmark = pytest.mark.django_db


def totals(conversation: Conversation) -> tuple[int, int]:
    row: tuple[int, int] = Conversation.objects.values_list("total_messages", "total_tokens").get(pk=conversation.pk)
    return row


def last_message_at(conversation: Conversation) -> datetime | None:
    return Conversation.objects.values_list("last_message_at", flat=True).get(pk=conversation.pk)


def test_one_message_counts(conversation: Conversation) -> None:
    row = Message.objects.create(conversation=conversation, role="assistant", prompt_tokens=3, completion_tokens=4)
    row.refresh_from_db()
    assert (totals(conversation), last_message_at(conversation)) == ((1, 7), row.created_at)


def test_many_at_once_count_in_one_statement(conversation: Conversation) -> None:
    add_chain(conversation, ["x"] * 100)
    assert totals(conversation) == (100, 0)


def test_each_conversation_gets_its_own(conversation: Conversation) -> None:
    other = Conversation.objects.create(user=conversation.user, project=conversation.project)
    places = [(conversation, "user"), (other, "user"), (other, "assistant")]
    Message.objects.bulk_create(Message(conversation=target, role=role) for target, role in places)
    assert (totals(conversation), totals(other)) == ((1, 0), (2, 0))


def test_tokens_of_an_update_are_the_difference(conversation: Conversation) -> None:
    row = Message.objects.create(conversation=conversation, role="assistant", prompt_tokens=3, completion_tokens=4)
    Message.objects.filter(pk=row.pk).update(completion_tokens=10)
    assert totals(conversation) == (1, 13)


def test_update_without_tokens_leaves_the_conversation_alone(conversation: Conversation) -> None:
    row = Message.objects.create(conversation=conversation, role="user")
    before = Conversation.objects.values_list("updated_at", flat=True).get(pk=conversation.pk)
    Message.objects.filter(pk=row.pk).update(error_code="x")
    assert Conversation.objects.values_list("updated_at", flat=True).get(pk=conversation.pk) == before


def test_deleted_messages_are_taken_off(conversation: Conversation) -> None:
    rows = add_chain(conversation, ["a", "b", "c"])
    Message.objects.filter(pk=rows[2].pk).delete()
    assert totals(conversation) == (2, 0)
    Message.objects.filter(conversation=conversation).delete()
    assert totals(conversation) == (0, 0)


def test_rolled_back_message_counts_nothing(conversation: Conversation) -> None:
    rows = [Message(conversation=conversation, role=role) for role in ("user", "nobody")]
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.bulk_create(rows, batch_size=1)
    assert totals(conversation) == (0, 0)


def test_raw_sql_is_counted_too(conversation: Conversation) -> None:
    add_chain(conversation, ["a", "b"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messages SET prompt_tokens = 5")
        assert totals(conversation) == (2, 10)
        cursor.execute("DELETE FROM messages WHERE role = 'assistant'")
    assert totals(conversation) == (1, 5)


def test_deleting_the_conversation_deletes_a_deep_tree(conversation: Conversation) -> None:
    add_chain(conversation, ["x"] * 3_000)
    conversation.delete()
    assert not Message.objects.exists()
