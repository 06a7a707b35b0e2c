"""A conversation as a file, for people and for programs."""

import json

import pytest

from chatbot.models import Conversation, Message
from chatbot.services.exporting import export_json, export_markdown
from chatbot.tests.trees import add_chain, add_version

pytestmark = pytest.mark.django_db


@pytest.fixture
def chain(conversation: Conversation) -> list[Message]:
    Conversation.objects.filter(pk=conversation.pk).update(title="Chuyến đi", system_prompt="Be\nkind")
    conversation.refresh_from_db()
    return add_chain(conversation, ["Where?", "Đà Nẵng", "When?"])


def test_markdown_is_the_branch_that_people_see(chain: list[Message], conversation: Conversation) -> None:
    add_version(chain[2], 2, "How?", files=[{"name": "a.pdf"}])
    text = export_markdown(conversation)
    assert text.startswith("# Chuyến đi\n\n")
    assert "> Be\n> kind" in text
    assert text.endswith("## You\n\nHow?\n\nFiles: a.pdf\n")
    assert "When?" not in text
    assert "When?" in export_markdown(conversation, chain[2].pk)


def test_markdown_says_how_an_answer_ended_and_what_it_read(conversation: Conversation) -> None:
    (question,) = add_chain(conversation, ["Q"])
    Message.objects.create(
        conversation=conversation, parent_message=question, role="assistant", content="A", status="stopped",
        engine_name="fake", sources=[{"number": 1, "title": "lease.pdf", "page": 2}],
    )  # fmt: skip
    assert export_markdown(conversation).endswith("## fake (stopped)\n\nA\n\nSources:\n1. lease.pdf, page 2\n")


def test_json_holds_every_branch(chain: list[Message], conversation: Conversation) -> None:
    other = add_version(chain[2], 2, "How?")
    data = json.loads(export_json(conversation))
    assert (data["format"], data["title"], len(data["messages"])) == ("roundhouse.conversation", "Chuyến đi", 4)
    places = {row["id"]: (row["parent_message_id"], row["version"], row["content"]) for row in data["messages"]}
    assert places[str(other.pk)] == (str(chain[1].pk), 2, "How?")
    assert places[str(chain[0].pk)] == (None, 1, "Where?")


def test_empty_conversation_is_a_file_too(conversation: Conversation) -> None:
    assert export_markdown(conversation).startswith("# ")
    assert json.loads(export_json(conversation))["messages"] == []
