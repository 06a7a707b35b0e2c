"""Conversations: made, changed, copied, deleted."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from chatbot.models import Conversation, Memory, Message, UploadedFile
from chatbot.selectors.sources import conversation_files
from chatbot.services import (
    InvalidConversation,
    create_conversation,
    delete_conversation,
    delete_expired_conversations,
    fork_conversation,
    update_conversation,
)
from chatbot.services.conversations import title_from
from chatbot.tests.conftest import Ask
from chatbot.tests.services.test_messages import add_file
from chatbot.tests.trees import add_chain, add_version
from config.common.problems import Forbidden
from projects.models import Project
from tasks.services.errors import UnknownEngine

pytestmark = pytest.mark.django_db


def test_new_conversation_has_its_settings(owner: Account, project: Project) -> None:
    made = create_conversation(user=owner, project=project, title="Trip", temperature=0.5, tags=[" a ", "b", "a", ""])
    assert (made.title, made.title_is_manual, made.temperature, made.tags) == ("Trip", True, 0.5, ["a", "b"])
    assert (made.total_messages, made.expires_at, made.is_archived) == (0, None, False)


def test_stranger_makes_none_in_the_project(stranger: Account, project: Project) -> None:
    with pytest.raises(Forbidden):
        create_conversation(user=stranger, project=project)
    assert not Conversation.objects.exists()


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"temperature": 2.1}, "temperature"),
        ({"temperature": float("nan")}, "temperature"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"system_prompt": "x" * 50_001}, "system_prompt"),
        ({"tags": ["x"] * 21}, "tags"),
        ({"user_id": "x"}, "user_id"),
        ({"total_tokens": 5}, "total_tokens"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    conversation: Conversation, settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidConversation) as caught:
        update_conversation(conversation=conversation, changes=settings)
    assert caught.value.errors is not None
    assert list(caught.value.errors) == [field]
    assert Conversation.objects.filter(pk=conversation.pk, temperature=None, tags=[], system_prompt="").exists()


def test_unknown_engine_is_refused(conversation: Conversation) -> None:
    with pytest.raises(UnknownEngine):
        update_conversation(conversation=conversation, changes={"model": "nobody"})
    conversation.refresh_from_db()
    assert conversation.model == "fake"


def test_two_tabs_do_not_undo_each_other(conversation: Conversation) -> None:
    first, second = (Conversation.objects.get(pk=conversation.pk) for _ in range(2))
    update_conversation(conversation=first, changes={"is_pinned": True})
    changed = update_conversation(conversation=second, changes={"folder": "Trips"})
    assert (changed.is_pinned, changed.folder, changed.title_is_manual) == (True, "Trips", False)


@pytest.mark.parametrize(
    ("text", "title"),
    [("Why?", "Why?"), ("a\n\n b", "a b"), ("word " * 30, "word " * 11 + "word…"), ("x" * 70, "x" * 60 + "…")],
)
def test_title_is_the_begin_of_the_question(text: str, title: str) -> None:
    assert title_from(text) == title


def test_fork_copies_the_branch_and_leaves_the_old_one(conversation: Conversation, owner: Account) -> None:
    chain = add_chain(conversation, ["Q0", "A1", "Q2", "A3", "Q4"])
    add_version(chain[1], 2, "A1b")
    fork = fork_conversation(message=chain[3], user=owner)
    rows = list(fork.messages.order_by("created_at", "id"))
    assert [row.content for row in rows] == ["Q0", "A1", "Q2", "A3"]
    assert [row.parent_message_id for row in rows] == [None, *(row.pk for row in rows[:-1])]
    assert (fork.forked_from_id, fork.total_messages, conversation.messages.count()) == (conversation.pk, 4, 6)


def test_fork_keeps_settings_and_sources(conversation: Conversation, owner: Account) -> None:
    update_conversation(conversation=conversation, changes={"title": "Trip", "system_prompt": "Be kind", "tags": ["a"]})
    answer = Message.objects.create(
        conversation=conversation, role="assistant", content="A", sources=[{"number": 1}], status="stopped"
    )
    fork = fork_conversation(message=answer, user=owner)
    assert (fork.title, fork.system_prompt, fork.tags, fork.model) == ("Trip", "Be kind", ["a"], "fake")
    copied = fork.messages.get()
    assert (copied.sources, copied.status, copied.version) == ([{"number": 1}], "stopped", 1)


def test_fork_of_a_reply_that_is_written_has_what_is_there(ask: Ask, owner: Account) -> None:
    reply = ask()
    Message.objects.filter(pk=reply.pk).update(content="Half")
    fork = fork_conversation(message=reply, user=owner)
    statuses = list(fork.messages.order_by("id").values_list("content", "status"))
    assert statuses == [("Hello there", "completed"), ("Half", "interrupted")]


def test_fork_of_a_long_conversation_costs_few_statements(conversation: Conversation, owner: Account) -> None:
    chain = add_chain(conversation, ["x"] * 900)
    with CaptureQueriesContext(connection) as queries:
        fork_conversation(message=chain[-1], user=owner)
    assert len(queries) < 15


@pytest.fixture
def forked(conversation: Conversation, owner: Account) -> tuple[UploadedFile, Conversation]:
    """A file of a conversation, and a fork of it that names the file."""
    file = add_file(owner, conversation=conversation, status="ready")
    entry = {"id": str(file.pk), "name": "a.txt"}
    message = Message.objects.create(conversation=conversation, role="user", content="Q", files=[entry])
    return file, fork_conversation(message=message, user=owner)


def test_fork_answers_from_the_same_files(forked: tuple[UploadedFile, Conversation]) -> None:
    file, fork = forked
    assert conversation_files(fork) == [file.pk]


def test_file_stays_while_a_fork_names_it(
    forked: tuple[UploadedFile, Conversation], conversation: Conversation
) -> None:
    file, fork = forked
    delete_conversation(conversation=conversation)
    file.refresh_from_db()
    assert (file.conversation_id, conversation_files(fork)) == (fork.pk, [file.pk])
    delete_conversation(conversation=fork)
    assert not UploadedFile.objects.exists()


def test_fork_of_somebody_elses_file_finds_nothing(conversation: Conversation, stranger: Account) -> None:
    file = add_file(stranger, status="ready")
    Message.objects.create(conversation=conversation, role="user", content="Q", files=[{"id": str(file.pk)}])
    assert conversation_files(conversation) == []


def test_deleted_conversation_takes_everything_but_memories(conversation: Conversation, owner: Account) -> None:
    add_chain(conversation, ["Q", "A"])
    add_file(owner, conversation=conversation)
    memory = Memory.objects.create(user=owner, conversation=conversation, question="Q", answer="A")
    delete_conversation(conversation=conversation)
    memory.refresh_from_db()
    assert (Message.objects.count(), UploadedFile.objects.count(), memory.conversation_id) == (0, 0, None)


def test_temporary_chats_are_deleted_when_their_time_is_over(
    owner: Account, project: Project, conversation: Conversation
) -> None:
    temporary = [create_conversation(user=owner, project=project, is_temporary=True) for _ in range(2)]
    Conversation.objects.filter(pk=temporary[0].pk).update(expires_at=Now() - timedelta(seconds=1))
    assert (delete_expired_conversations(), delete_expired_conversations()) == (1, 0)
    assert set(Conversation.objects.all()) == {temporary[1], conversation}


def test_expired_chat_is_not_visible_before_it_is_deleted(owner: Account, conversation: Conversation) -> None:
    add_chain(conversation, ["Q"])
    Conversation.objects.filter(pk=conversation.pk).update(expires_at=Now())
    assert not Conversation.objects.visible_to(owner).exists()
    assert not Message.objects.visible_to(owner).exists()
