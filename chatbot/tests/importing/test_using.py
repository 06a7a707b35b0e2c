"""What was imported is a conversation like any other: searched, continued, edited, forked, exported."""

import pytest
from django.test import Client

from accounts.models import Account
from chatbot.models import Conversation, Message
from chatbot.selectors.conversations import branch_page, search_conversations
from chatbot.services import ask_again, ask_question, delete_conversation, fork_conversation
from chatbot.services.exporting import export_markdown
from chatbot.tests.conftest import Run
from chatbot.tests.importing.conftest import Bring, texts
from chatbot.tests.importing.exports import as_json, chatgpt, claude, claude_message, webui
from projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(bring: Bring) -> Conversation:
    bring(as_json([chatgpt()]))
    return Conversation.objects.get()


def test_words_are_found_without_accents(imported: Conversation) -> None:
    for words in ("xin chao", "loi chao", "CHÀO BẠN"):
        assert list(search_conversations(Conversation.objects.all(), words)) == [imported]


def test_question_goes_to_the_end_of_the_newest_branch(imported: Conversation, owner: Account, run: Run) -> None:
    question, reply = ask_question(conversation=imported, user=owner, content="Tiếp?", engine="fake")
    assert question.parent_message == Message.objects.get(content="Chào bạn!")
    assert run(reply) == "completed"
    imported.refresh_from_db()
    assert imported.total_messages == 4


def test_question_with_an_attachment_is_edited(bring: Bring, owner: Account) -> None:
    pasted = {"file_name": "a.txt", "extracted_content": "hello"}
    bring(as_json([claude(claude_message("q", "human", "Read", attachments=[pasted]))]))
    question, _reply = ask_again(message=Message.objects.get(), user=owner, content="Read again", engine="fake")
    assert (question.version, question.content) == (2, "Read again")


def test_both_answers_are_versions_in_the_page(bring: Bring) -> None:
    bring(as_json([webui()]))
    page = branch_page(Conversation.objects.get())
    assert [message.content for message in page.messages] == ["Why?", "Thus."]
    assert len(page.versions[page.messages[1].pk]) == 2


def test_page_shows_the_messages_as_text(bring: Bring, browser_client: Client) -> None:
    bring(as_json([claude(claude_message("q", "human", "<script>alert(1)</script>"))]))
    page = browser_client.get(f"/chat/{Conversation.objects.get().pk}/").content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_fork_keeps_the_branch(imported: Conversation, owner: Account) -> None:
    fork = fork_conversation(message=Message.objects.get(content="Chào bạn!"), user=owner)
    assert texts(fork) == texts(imported)


def test_markdown_names_the_engine_of_the_other_house(imported: Conversation) -> None:
    assert export_markdown(imported).endswith("## You\n\nXin chào\n\n## gpt-4o\n\nChào bạn!\n")


def test_deleting_leaves_the_report(imported: Conversation, project: Project) -> None:
    delete_conversation(conversation=imported)
    assert not Message.objects.exists()
