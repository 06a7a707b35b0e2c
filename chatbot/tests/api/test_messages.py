"""REST: asking, reading a branch, stop, continue, regenerate, edit and fork."""

from typing import Any
from uuid import uuid4

import pytest

from accounts.models import Account
from accounts.services import set_quota
from chatbot.models import Conversation, Message
from chatbot.services import create_conversation
from chatbot.tests.conftest import As, Ask, Run
from chatbot.tests.trees import add_chain
from projects.services import create_project
from tasks.models import Task

pytestmark = pytest.mark.django_db


def messages_of(conversation: Conversation) -> str:
    return f"/api/v1/conversations/{conversation.pk}/messages/"


def act(message: Message, verb: str) -> str:
    return f"/api/v1/messages/{message.pk}/{verb}/"


def test_owner_asks_and_the_reply_begins(as_: As, owner: Account, conversation: Conversation) -> None:
    answer = as_(owner).post(messages_of(conversation), {"content": "Hello"}, format="json")
    assert answer.status_code == 201
    message, reply = answer.json()["message"], answer.json()["reply"]
    assert (message["role"], message["content"], message["parent_message_id"]) == ("user", "Hello", None)
    assert (reply["status"], reply["parent_message_id"], reply["engine_name"]) == ("streaming", message["id"], "fake")
    assert reply["abilities"] == {"stop": True, "continue": False, "regenerate": False, "edit": False, "fork": False}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"content": ""}, 400, "empty_message"),
        ({"content": " \n"}, 400, "empty_message"),
        ({"content": "x" * 400_001}, 400, "message_too_long"),
        ({}, 400, "invalid_request"),
        ({"content": "x", "parent_message_id": str(uuid4())}, 404, "message_not_found"),
        ({"content": "x", "files": [str(uuid4())]}, 404, "file_not_found"),
        ({"content": "x", "model": "nobody"}, 400, "unknown_engine"),
    ],
)
def test_bad_questions_store_nothing(
    body: dict[str, Any], status: int, code: str, as_: As, owner: Account, conversation: Conversation
) -> None:
    answer = as_(owner).post(messages_of(conversation), body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Message.objects.exists()
    assert not Task.objects.exists()


def test_stranger_cannot_ask(as_: As, stranger: Account, conversation: Conversation) -> None:
    answer = as_(stranger).post(messages_of(conversation), {"content": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "conversation_not_found")
    assert not Message.objects.exists()


def test_used_up_quota_stores_nothing(as_: As, owner: Account, conversation: Conversation) -> None:
    set_quota(account=owner, quota_type="tokens", period="daily", limit=10, actor=None)
    answer = as_(owner).post(messages_of(conversation), {"content": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (429, "quota_exceeded")
    assert not Message.objects.exists()


def test_next_question_waits_for_the_reply(as_: As, owner: Account, ask: Ask) -> None:
    reply = ask()
    answer = as_(owner).post(messages_of(reply.conversation), {"content": "And?"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "reply_running")
    assert Message.objects.count() == 2


def test_branch_is_read_oldest_first(as_: As, owner: Account, answered: Message) -> None:
    page = as_(owner).get(messages_of(answered.conversation)).json()
    assert [message["role"] for message in page["messages"]] == ["user", "assistant"]
    assert (page["leaf"], page["has_more"]) == (str(answered.pk), False)


def test_older_messages_come_in_stretches(as_: As, owner: Account, conversation: Conversation) -> None:
    chain = add_chain(conversation, [str(number) for number in range(10)])
    page = as_(owner).get(f"{messages_of(conversation)}?limit=4").json()
    assert [message["content"] for message in page["messages"]] == ["6", "7", "8", "9"]
    older = as_(owner).get(f"{messages_of(conversation)}?limit=4&before={chain[6].pk}").json()
    assert ([message["content"] for message in older["messages"]], older["has_more"]) == (["2", "3", "4", "5"], True)


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "leaf=x", "before=1"])
def test_bad_parameters_are_named(query: str, as_: As, owner: Account, conversation: Conversation) -> None:
    answer = as_(owner).get(f"{messages_of(conversation)}?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")


def test_stop_keeps_the_row(as_: As, owner: Account, ask: Ask) -> None:
    answer = as_(owner).post(act(ask(), "stop"))
    assert (answer.status_code, answer.json()["reply"]["status"]) == (200, "stopped")


def test_ended_reply_cannot_be_stopped(as_: As, owner: Account, answered: Message) -> None:
    answer = as_(owner).post(act(answered, "stop"))
    assert (answer.status_code, answer.json()["code"]) == (409, "reply_not_running")


def test_regeneration_is_a_version_beside(as_: As, owner: Account, answered: Message) -> None:
    reply = as_(owner).post(act(answered, "regenerate"), {}, format="json").json()["reply"]
    assert (reply["version"], reply["versions"]) == (2, [str(answered.pk), reply["id"]])
    answered.refresh_from_db()
    assert (answered.status, answered.content) == ("completed", "Hello there")


def test_complete_answer_cannot_be_continued(as_: As, owner: Account, answered: Message) -> None:
    answer = as_(owner).post(act(answered, "continue"))
    assert (answer.status_code, answer.json()["code"]) == (400, "nothing_to_continue")
    assert Message.objects.count() == 2


def test_broken_answer_is_continued(as_: As, owner: Account, ask: Ask, run: Run) -> None:
    reply = ask("[words 3] [fail]")
    run(reply)
    longer = as_(owner).post(act(reply, "continue")).json()["reply"]
    assert (longer["content"], longer["version"]) == ("word1 word2 word3", 2)


def test_edit_asks_again_beside_the_old_question(as_: As, owner: Account, answered: Message) -> None:
    question = answered.parent_message
    assert question is not None
    made = as_(owner).post(act(question, "edit"), {"content": "Other"}, format="json").json()
    assert (made["message"]["version"], made["message"]["is_edited"]) == (2, True)
    assert made["reply"]["parent_message_id"] == made["message"]["id"]
    question.refresh_from_db()
    assert question.content == "Hello there"


def test_an_answer_cannot_be_edited(as_: As, owner: Account, answered: Message) -> None:
    answer = as_(owner).post(act(answered, "edit"), {"content": "Forged"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (400, "not_your_message")
    assert Message.objects.count() == 2


def test_fork_is_a_conversation_of_its_own(as_: As, owner: Account, answered: Message) -> None:
    fork = as_(owner).post(act(answered, "fork")).json()
    assert (fork["forked_from_id"], fork["total_messages"]) == (str(answered.conversation_id), 2)
    assert Message.objects.filter(conversation_id=fork["id"]).count() == 2


@pytest.mark.parametrize("verb", ["stop", "continue", "regenerate", "edit", "fork"])
def test_stranger_finds_no_message(verb: str, as_: As, stranger: Account, answered: Message) -> None:
    answer = as_(stranger).post(act(answered, verb), {"content": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (404, "message_not_found")
    assert Message.objects.count() == 2


@pytest.mark.parametrize("verb", ["stop", "continue", "regenerate", "edit", "fork"])
def test_reading_key_is_refused(verb: str, with_key: As, owner: Account, answered: Message) -> None:
    answer = with_key(owner, ["chat:read"]).post(act(answered, verb), {"content": "x"}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
    assert Message.objects.count() == 2


def test_a_message_is_read_alone(as_: As, owner: Account, stranger: Account, answered: Message) -> None:
    address = f"/api/v1/messages/{answered.pk}/"
    assert as_(owner).get(address).json()["content"] == "Hello there"
    assert as_(stranger).get(address).status_code == 404


def test_export_as_markdown_and_json(as_: As, owner: Account, answered: Message) -> None:
    address = f"/api/v1/conversations/{answered.conversation_id}/export/"
    markdown = as_(owner).get(address)
    assert (markdown["Content-Type"], b"## fake" in markdown.content) == ("text/markdown; charset=utf-8", True)
    data = as_(owner).get(f"{address}?format=json").json()
    assert [message["content"] for message in data["messages"]] == ["Hello there", "Hello there"]


def test_export_as_pdf(as_: As, owner: Account, answered: Message) -> None:
    answer = as_(owner).get(f"/api/v1/conversations/{answered.conversation_id}/export/?format=pdf")
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")


def test_export_reads_no_branch_of_others(as_: As, stranger: Account, answered: Message) -> None:
    own = create_conversation(user=stranger, project=create_project(user=stranger, project_name="Own"))
    address = f"/api/v1/conversations/{own.pk}/export/?leaf={answered.pk}"
    for kind in ("markdown", "pdf", "json"):
        answer = as_(stranger).get(f"{address}&format={kind}")
        assert (answer.status_code, answer.json()["code"]) == (404, "message_not_found")


def test_export_in_an_unknown_form_is_refused(as_: As, owner: Account, conversation: Conversation) -> None:
    answer = as_(owner).get(f"/api/v1/conversations/{conversation.pk}/export/?format=docx")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_parameter")


def test_stranger_exports_nothing(as_: As, stranger: Account, conversation: Conversation) -> None:
    assert as_(stranger).get(f"/api/v1/conversations/{conversation.pk}/export/").status_code == 404
