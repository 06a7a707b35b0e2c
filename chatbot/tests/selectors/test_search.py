"""Search of conversations: accents, prefixes, and whose they are."""

import pytest

from accounts.models import Account
from chatbot.models import Conversation
from chatbot.selectors.conversations import MAX_SEARCH_CHARACTERS, conversations_for, messages_for, search_conversations
from chatbot.services import create_conversation
from chatbot.tests.trees import add_chain
from projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(conversation: Conversation) -> Conversation:
    """About Đà Nẵng, in an answer."""
    add_chain(conversation, ["Where is it warm?", "Ở Đà Nẵng, bên sông Hàn."])
    Conversation.objects.filter(pk=conversation.pk).update(title="Nghỉ hè")
    return conversation


def found(person: Account, words: str) -> list[Conversation]:
    return list(search_conversations(conversations_for(person).listed(), words))


@pytest.mark.parametrize(
    "words", ["Đà Nẵng", "da nang", "nang da", "DA NA", "song h", "warm", "nghi he", "nghỉ h", "where is it"]
)
def test_title_and_messages_are_searched(talk: Conversation, owner: Account, words: str) -> None:
    assert found(owner, words) == [talk]


@pytest.mark.parametrize("words", ["", " ", "hue", "warm hue", "nghi warm", "ang", "x" * (MAX_SEARCH_CHARACTERS + 1)])
def test_what_is_not_said_is_not_found(talk: Conversation, owner: Account, words: str) -> None:
    assert found(owner, words) == []


def test_conversation_is_found_once_however_often_it_says_so(talk: Conversation, owner: Account) -> None:
    add_chain(talk, ["Đà Nẵng"] * 5, below=talk.messages.get(role="assistant"))
    assert found(owner, "da nang") == [talk]


@pytest.mark.parametrize("person", ["stranger", "member", "staff"])
def test_nobody_else_finds_it(talk: Conversation, request: pytest.FixtureRequest, person: str) -> None:
    other: Account = request.getfixturevalue(person)
    assert found(other, "da nang") == []
    assert not conversations_for(other).exists()
    assert not messages_for(other).exists()


def test_temporary_chats_are_neither_listed_nor_found(owner: Account, project: Project) -> None:
    temporary = create_conversation(user=owner, project=project, is_temporary=True)
    add_chain(temporary, ["Đà Nẵng"])
    assert found(owner, "da nang") == []
    assert list(conversations_for(owner)) == [temporary]
    assert messages_for(owner).count() == 1
