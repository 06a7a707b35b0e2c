"""People's messages: appended in their place, never overwritten."""

from uuid import UUID

import pytest

from accounts.models import Account
from chatbot.models import Conversation, Message, UploadedFile
from chatbot.services import (
    ConversationNotFound,
    FileNotFound,
    InvalidMessage,
    MessageNotFound,
    ReplyRunning,
    add_user_message,
    delete_conversation,
    edit_message,
)
from chatbot.services.messages import MAX_CHARACTERS, MAX_FILES
from chatbot.tests.conftest import Ask
from chatbot.tests.trees import add_chain
from config.common.ids import uuid7

pytestmark = pytest.mark.django_db


def add_file(owner: Account, name: str = "a.txt", **fields: object) -> UploadedFile:
    return UploadedFile.objects.create(
        user=owner, original_filename=name, stored_filename=name, file_path=f"chat/{name}", file_type="text",
        file_size=3, mime_type="text/plain", checksum=name, **fields,
    )  # fmt: skip


def test_first_message_begins_the_tree_and_names_the_conversation(conversation: Conversation, owner: Account) -> None:
    message = add_user_message(conversation=conversation, user=owner, content="  Why is\nthe sky blue?  ")
    assert (message.parent_message_id, message.version, message.is_edited) == (None, 1, False)
    assert (message.role, message.status, message.content) == ("user", "completed", "  Why is\nthe sky blue?  ")
    conversation.refresh_from_db()
    assert (conversation.title, conversation.title_is_manual) == ("Why is the sky blue?", False)


def test_next_message_follows_the_newest_branch(conversation: Conversation, owner: Account) -> None:
    rows = add_chain(conversation, ["Q1", "A1"])
    assert add_user_message(conversation=conversation, user=owner, content="Q2").parent_message_id == rows[1].pk


def test_message_goes_where_it_was_sent(conversation: Conversation, owner: Account) -> None:
    rows = add_chain(conversation, ["Q1", "A1", "Q2", "A2"])
    message = add_user_message(conversation=conversation, user=owner, content="Q2b", parent_id=rows[1].pk)
    assert (message.parent_message_id, message.version) == (rows[1].pk, 2)


def test_title_that_a_person_wrote_stays(conversation: Conversation, owner: Account) -> None:
    Conversation.objects.filter(pk=conversation.pk).update(title="Mine", title_is_manual=True)
    add_user_message(conversation=conversation, user=owner, content="Why?")
    conversation.refresh_from_db()
    assert conversation.title == "Mine"


def test_edit_is_a_version_beside_the_old_one(conversation: Conversation, owner: Account) -> None:
    first = add_user_message(conversation=conversation, user=owner, content="Why?")
    second = edit_message(message=first, user=owner, content="Who?")
    third = edit_message(message=second, user=owner, content="When?")
    assert [(row.version, row.is_edited) for row in (first, second, third)] == [(1, False), (2, True), (3, True)]
    texts = Message.objects.siblings_of(first).values_list("content", flat=True)
    assert list(texts) == ["Why?", "Who?", "When?"]


def test_edit_below_an_answer_stays_below_it(conversation: Conversation, owner: Account) -> None:
    rows = add_chain(conversation, ["Q1", "A1", "Q2"])
    assert edit_message(message=rows[2], user=owner, content="Q2b").parent_message_id == rows[1].pk


def test_edit_keeps_files_and_memories(conversation: Conversation, owner: Account) -> None:
    file, memory_id = add_file(owner), uuid7()
    first = add_user_message(
        conversation=conversation, user=owner, content="Why?", file_ids=[file.pk], memory_ids=[memory_id]
    )
    second = edit_message(message=first, user=owner, content="Who?")
    assert (second.files, second.metadata) == (first.files, {"memories": [str(memory_id)]})


def test_edit_leaves_out_files_that_were_deleted(conversation: Conversation, owner: Account) -> None:
    kept, gone = add_file(owner), add_file(owner, "b.txt")
    first = add_user_message(conversation=conversation, user=owner, content="Why?", file_ids=[gone.pk, kept.pk])
    gone.delete()
    second = edit_message(message=first, user=owner, content="Who?")
    assert [entry["name"] for entry in second.files] == ["a.txt"]


def test_answers_cannot_be_edited(conversation: Conversation, owner: Account) -> None:
    answer = add_chain(conversation, ["Q", "A"])[1]
    with pytest.raises(InvalidMessage) as caught:
        edit_message(message=answer, user=owner, content="B")
    assert caught.value.code == "not_your_message"
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "empty_message"), (" \n\x00", "empty_message"), ("x" * (MAX_CHARACTERS + 1), "message_too_long")],
)
def test_text_that_cannot_be_sent_is_refused(
    conversation: Conversation, owner: Account, content: str, code: str
) -> None:
    with pytest.raises(InvalidMessage) as caught:
        add_user_message(conversation=conversation, user=owner, content=content)
    assert (caught.value.code, Message.objects.count()) == (code, 0)


def test_file_alone_is_a_message(conversation: Conversation, owner: Account) -> None:
    file = add_file(owner)
    message = add_user_message(conversation=conversation, user=owner, content="", file_ids=[file.pk, file.pk])
    assert message.files == [{"id": str(file.pk), "name": "a.txt", "type": "text/plain", "size": 3}]
    file.refresh_from_db()
    assert file.conversation_id == conversation.pk


def test_file_of_another_conversation_stays_there(conversation: Conversation, owner: Account) -> None:
    other = Conversation.objects.create(user=owner, project=conversation.project)
    file = add_file(owner, conversation=other)
    add_user_message(conversation=conversation, user=owner, content="Why?", file_ids=[file.pk])
    file.refresh_from_db()
    assert file.conversation_id == other.pk


def test_strangers_file_is_not_found(conversation: Conversation, owner: Account, stranger: Account) -> None:
    file = add_file(stranger)
    with pytest.raises(FileNotFound):
        add_user_message(conversation=conversation, user=owner, content="Why?", file_ids=[file.pk])
    file.refresh_from_db()
    assert (file.conversation_id, Message.objects.count()) == (None, 0)


def test_too_many_files_are_refused(conversation: Conversation, owner: Account) -> None:
    ids: list[UUID] = [uuid7() for _ in range(MAX_FILES + 1)]
    with pytest.raises(InvalidMessage):
        add_user_message(conversation=conversation, user=owner, content="Why?", file_ids=ids)
    assert not Message.objects.exists()


def test_parent_of_another_conversation_is_not_found(conversation: Conversation, owner: Account) -> None:
    other = Conversation.objects.create(user=owner, project=conversation.project)
    foreign = add_chain(other, ["Q"])[0]
    with pytest.raises(MessageNotFound):
        add_user_message(conversation=conversation, user=owner, content="Why?", parent_id=foreign.pk)
    assert not conversation.messages.exists()


def test_nothing_follows_a_reply_that_is_still_written(ask: Ask, conversation: Conversation, owner: Account) -> None:
    reply = ask()
    with pytest.raises(ReplyRunning):
        add_user_message(conversation=conversation, user=owner, content="And?")
    with pytest.raises(ReplyRunning):
        add_user_message(conversation=conversation, user=owner, content="And?", parent_id=reply.pk)
    assert conversation.messages.count() == 2


def test_edit_while_the_reply_is_written_is_another_branch(ask: Ask, owner: Account) -> None:
    question = ask().parent_message
    assert question is not None
    assert edit_message(message=question, user=owner, content="Wait").version == 2


def test_question_without_an_answer_may_be_followed(conversation: Conversation, owner: Account) -> None:
    question = add_chain(conversation, ["Q1"])[0]
    assert add_user_message(conversation=conversation, user=owner, content="Q2").parent_message_id == question.pk


def test_conversation_that_was_deleted_meanwhile_is_not_found(conversation: Conversation, owner: Account) -> None:
    same = Conversation.objects.get(pk=conversation.pk)
    delete_conversation(conversation=same)
    with pytest.raises(ConversationNotFound):
        add_user_message(conversation=conversation, user=owner, content="Why?")
    assert not Message.objects.exists()
