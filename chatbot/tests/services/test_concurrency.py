"""Tabs that write at once: every version is there, and the numbers have no gap."""

from collections.abc import Callable
from functools import partial

import pytest

from accounts.models import Account
from chatbot.models import Conversation, Message
from chatbot.services import ask_again, ask_question, edit_message, regenerate_reply
from chatbot.tests.trees import add_chain
from config.common.problems import DomainError
from tasks.tests.faults.test_races import together

pytestmark = pytest.mark.django_db(transaction=True)


def versions(message: Message) -> list[int]:
    return list(Message.objects.siblings_of(message).values_list("version", flat=True))


@pytest.fixture
def exchange(conversation: Conversation) -> list[Message]:
    return add_chain(conversation, ["Q", "A"])


def test_edits_at_once_are_all_there(exchange: list[Message], owner: Account) -> None:
    edits = [partial(edit_message, message=exchange[0], user=owner, content=f"edit {number}") for number in range(6)]
    together(*edits)
    assert versions(exchange[0]) == [1, 2, 3, 4, 5, 6, 7]
    texts = set(Message.objects.siblings_of(exchange[0]).values_list("content", flat=True))
    assert texts == {"Q", *(f"edit {number}" for number in range(6))}


def test_questions_at_once_follow_the_same_answer_or_wait(
    conversation: Conversation, exchange: list[Message], owner: Account
) -> None:
    asks = [
        partial(ask_question, conversation=conversation, user=owner, content=f"q{n}", parent_id=exchange[1].pk)
        for n in range(4)
    ]
    together(*asks)
    questions = Message.objects.filter(parent_message=exchange[1])
    assert sorted(questions.values_list("version", flat=True)) == [1, 2, 3, 4]
    assert Message.objects.filter(parent_message__in=questions, role="assistant").count() == 4


def test_questions_to_the_newest_branch_never_overwrite(conversation: Conversation, owner: Account) -> None:
    refused: list[str] = []

    def ask(content: str) -> None:
        try:
            ask_question(conversation=conversation, user=owner, content=content)
        except DomainError as error:
            refused.append(error.code)

    together(*(partial(ask, f"q{number}") for number in range(4)))
    assert refused == ["reply_running"] * 3
    conversation.refresh_from_db()
    assert (conversation.messages.count(), conversation.total_messages) == (2, 2)


def test_regenerations_and_edits_at_once_number_their_own_places(exchange: list[Message], owner: Account) -> None:
    answer = Message.objects.select_related("parent_message", "conversation").get(pk=exchange[1].pk)
    actions: list[Callable[[], object]] = [
        *(partial(regenerate_reply, reply=answer, user=owner, engine="fake") for _ in range(3)),
        *(partial(ask_again, message=exchange[0], user=owner, content=f"e{n}") for n in range(3)),
    ]
    together(*actions)
    assert (versions(exchange[0]), versions(answer)) == ([1, 2, 3, 4], [1, 2, 3, 4])
    total = Conversation.objects.values_list("total_messages", flat=True).get(pk=answer.conversation_id)
    assert total == Message.objects.count() == 2 + 3 + 3 * 2
