"""One question to several engines: side by side, all or none, and a vote."""

from collections.abc import Callable

import pytest

from accounts.models import Account
from chatbot.models import Conversation, Message, MessageVote
from chatbot.selectors.votes import Preference, engine_preferences
from chatbot.services import InvalidMessage
from chatbot.services.comparing import compare_engines, vote_for
from chatbot.tests.conftest import Ask, Run
from config.common.problems import DomainError
from tasks.models import Engine

pytestmark = pytest.mark.django_db

Compare = Callable[..., tuple[Message, list[Message]]]


@pytest.fixture
def other(db: None) -> Engine:
    """A second catalogue row of the fake engine."""
    return Engine.objects.create(domain="chat", name="other", adapter="fake")


@pytest.fixture
def compare(owner: Account, conversation: Conversation, other: Engine) -> Compare:
    def ask(*engines: str) -> tuple[Message, list[Message]]:
        return compare_engines(conversation=conversation, user=owner, content="Which?", engines=engines)

    return ask


def test_replies_are_versions_of_one_turn(compare: Compare) -> None:
    question, replies = compare("fake", "other")
    assert [(reply.engine_name, reply.version) for reply in replies] == [("fake", 1), ("other", 2)]
    assert {reply.parent_message_id for reply in replies} == {question.pk}


def test_each_engine_answers(compare: Compare, run: Run) -> None:
    _question, replies = compare("fake", "other")
    for reply in replies:
        run(reply)
    assert [(reply.status, reply.content) for reply in replies] == [("completed", "Which?")] * 2


@pytest.mark.parametrize("engines", [(), ("fake",), ("fake", "fake"), ("a", "b", "c", "d", "e")])
def test_number_of_engines_has_limits(engines: tuple[str, ...], compare: Compare) -> None:
    with pytest.raises(InvalidMessage) as refused:
        compare(*engines)
    assert refused.value.code == "wrong_number_of_engines"
    assert not Message.objects.exists()


def test_one_unknown_engine_begins_none(compare: Compare) -> None:
    with pytest.raises(DomainError):
        compare("fake", "nobody")
    assert not Message.objects.exists()


def test_vote_is_counted_for_the_engine(compare: Compare, owner: Account) -> None:
    _question, replies = compare("fake", "other")
    vote_for(reply=replies[1], user=owner)
    assert engine_preferences(owner) == [Preference("other", 1, 1), Preference("fake", 1, 0)]


def test_voting_again_changes_the_vote(compare: Compare, owner: Account) -> None:
    _question, replies = compare("fake", "other")
    vote_for(reply=replies[1], user=owner)
    vote_for(reply=replies[0], user=owner)
    assert MessageVote.objects.get().chosen_id == replies[0].pk
    assert engine_preferences() == [Preference("fake", 1, 1), Preference("other", 1, 0)]


def test_preferences_are_ones_own(compare: Compare, owner: Account, stranger: Account) -> None:
    vote_for(reply=compare("fake", "other")[1][0], user=owner)
    assert engine_preferences(stranger) == []


def test_a_single_answer_cannot_be_chosen(ask: Ask, owner: Account) -> None:
    with pytest.raises(InvalidMessage) as refused:
        vote_for(reply=ask(), user=owner)
    assert refused.value.code == "nothing_to_compare"


def test_a_question_cannot_be_chosen(compare: Compare, owner: Account) -> None:
    with pytest.raises(InvalidMessage):
        vote_for(reply=compare("fake", "other")[0], user=owner)
    assert not MessageVote.objects.exists()
