"""Replies: begun again, continued, stopped."""

import pytest

from accounts.models import Account, UsageReservation
from chatbot.models import Conversation, Message
from chatbot.services import (
    InvalidMessage,
    ReplyNotRunning,
    begin_reply,
    continue_reply,
    prepare_reply,
    regenerate_reply,
    stop_reply,
)
from chatbot.tests.conftest import Ask, Run
from chatbot.tests.streaming import frames_of
from chatbot.tests.trees import add_chain
from projects.models import Project
from tasks.models import Task

pytestmark = pytest.mark.django_db


def test_regenerated_reply_is_a_version_beside_the_old_one(answered: Message, owner: Account, run: Run) -> None:
    again = regenerate_reply(reply=answered, user=owner)
    run(again)
    answered.refresh_from_db()
    assert [(row.version, row.status) for row in (answered, again)] == [(1, "completed"), (2, "completed")]
    assert answered.parent_message_id == again.parent_message_id


def test_continued_reply_begins_with_the_text_before_it(ask: Ask, run: Run, owner: Account) -> None:
    reply = ask("[words 3] [fail]")
    run(reply)
    longer = continue_reply(reply=reply, user=owner)
    assert (longer.content, longer.last_seq, longer.metadata) == (reply.content, 0, {"continues": str(reply.pk)})


@pytest.mark.parametrize("status", ["stopped", "interrupted", "failed"])
def test_reply_that_did_not_come_to_its_end_can_be_continued(
    conversation: Conversation, owner: Account, status: str
) -> None:
    reply = add_chain(conversation, ["Q", "Half an"])[1]
    Message.objects.filter(pk=reply.pk).update(status=status)
    reply.refresh_from_db()
    assert continue_reply(reply=reply, user=owner).content == "Half an"


def test_reply_that_was_cut_by_its_limit_can_be_continued(ask: Ask, run: Run, owner: Account) -> None:
    reply = ask("[words 9]")
    Conversation.objects.filter(pk=reply.conversation_id).update(max_tokens=4)
    run(reply)
    assert (reply.status, reply.metadata["finish_reason"]) == ("completed", "length")
    assert continue_reply(reply=reply, user=owner).content == "word1 word2 word3 word4"


def test_complete_reply_is_not_continued(answered: Message, owner: Account) -> None:
    with pytest.raises(InvalidMessage) as caught:
        continue_reply(reply=answered, user=owner)
    assert (caught.value.code, Message.objects.count()) == ("nothing_to_continue", 2)


def test_only_questions_are_answered(answered: Message, owner: Account) -> None:
    with pytest.raises(InvalidMessage) as caught:
        begin_reply(question=answered, user=owner)
    assert (caught.value.code, Message.objects.count()) == ("not_a_question", 2)


def test_question_cannot_be_regenerated(answered: Message, owner: Account) -> None:
    question = answered.parent_message
    assert question is not None
    with pytest.raises(InvalidMessage):
        regenerate_reply(reply=question, user=owner)
    assert Message.objects.count() == 2


def test_reply_that_waits_is_stopped_with_its_task(ask: Ask, owner: Account) -> None:
    reply = stop_reply(reply=ask(), user=owner)
    assert (reply.status, reply.content, reply.error_code, reply.heartbeat_at) == ("stopped", "", "", None)
    assert Task.objects.values_list("status", flat=True).get() == "cancelled"
    assert not UsageReservation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_stop_of_a_waiting_reply_is_told_to_its_readers(ask: Ask, owner: Account) -> None:
    reply = stop_reply(reply=ask(), user=owner)
    (frame,) = frames_of(reply.pk)
    assert (frame["type"], frame["seq"], frame["status"]) == ("state", reply.last_seq, "stopped")


def test_stop_twice_says_that_it_has_ended(ask: Ask, owner: Account) -> None:
    reply = stop_reply(reply=ask(), user=owner)
    with pytest.raises(ReplyNotRunning):
        stop_reply(reply=reply, user=owner)
    assert Task.objects.filter(status="cancelled").count() == 1


def test_stopped_continuation_keeps_the_text_it_began_with(ask: Ask, run: Run, owner: Account) -> None:
    first = ask("[words 3] [fail]")
    run(first)
    longer = stop_reply(reply=continue_reply(reply=first, user=owner), user=owner)
    assert (longer.status, longer.content, longer.completion_tokens) == ("stopped", first.content, 0)


def test_task_of_a_reply_is_not_submitted_by_itself(ask: Ask, answered: Message, project: Project) -> None:
    for message in (answered, ask(parent_id=answered.pk)):
        with pytest.raises(InvalidMessage):
            prepare_reply({"message_id": str(message.pk)}, project)
    assert Task.objects.count() == 2
