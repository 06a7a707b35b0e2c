"""REST: `/compare/`, `/vote/` and `/chat/preferences/`."""

import pytest

from accounts.models import Account
from chatbot.models import Conversation, Message, MessageVote
from chatbot.tests.conftest import As
from tasks.models import Engine

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _second_engine(db: None) -> None:
    Engine.objects.create(domain="chat", name="other", adapter="fake")


def address(conversation: Conversation) -> str:
    return f"/api/v1/conversations/{conversation.pk}/compare/"


BODY = {"content": "Which?", "models": ["fake", "other"]}


def test_owner_compares(as_: As, owner: Account, conversation: Conversation) -> None:
    answer = as_(owner).post(address(conversation), BODY, format="json")
    assert answer.status_code == 201
    assert [reply["engine_name"] for reply in answer.json()["replies"]] == ["fake", "other"]
    assert answer.json()["message"]["content"] == "Which?"


def test_stranger_finds_no_conversation(as_: As, stranger: Account, conversation: Conversation) -> None:
    answer = as_(stranger).post(address(conversation), BODY, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
    assert not Message.objects.exists()


def test_one_engine_is_refused_by_field(as_: As, owner: Account, conversation: Conversation) -> None:
    answer = as_(owner).post(address(conversation), BODY | {"models": ["fake"]}, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (400, ["models"])
    assert not Message.objects.exists()


def test_vote_and_preferences(as_: As, owner: Account, conversation: Conversation) -> None:
    made = as_(owner).post(address(conversation), BODY, format="json").json()
    assert as_(owner).post(f"/api/v1/messages/{made['replies'][1]['id']}/vote/").status_code == 204
    preferences = as_(owner).get("/api/v1/chat/preferences/").json()
    assert preferences[0] == {"engine_name": "other", "contests": 1, "wins": 1}


def test_stranger_cannot_vote(as_: As, owner: Account, stranger: Account, conversation: Conversation) -> None:
    made = as_(owner).post(address(conversation), BODY, format="json").json()
    assert as_(stranger).post(f"/api/v1/messages/{made['replies'][1]['id']}/vote/").status_code == 404
    assert not MessageVote.objects.exists()


def test_reading_key_cannot_compare(with_key: As, owner: Account, conversation: Conversation) -> None:
    answer = with_key(owner, ["chat:read"]).post(address(conversation), BODY, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert not Message.objects.exists()
