"""Conversations as PDF: the text is in it, with its Vietnamese letters."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from chatbot.models import Conversation, Message
from chatbot.services import InvalidConversation
from chatbot.services.pdf import MAX_CHARACTERS, export_pdf
from chatbot.tests.conftest import Ask, Run

pytestmark = pytest.mark.django_db


def text_of(conversation: Conversation) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(export_pdf(conversation))).pages)


def test_branch_is_printed_in_order(ask: Ask, run: Run, conversation: Conversation) -> None:
    run(ask("Đường **Nguyễn Huệ** ở đâu?"))
    conversation.refresh_from_db()
    text = text_of(conversation)
    assert "Đường Nguyễn Huệ ở đâu?" in text
    assert text.index("You") < text.index("fake")


def test_signs_without_a_letter_leave_a_trace(ask: Ask, run: Run, conversation: Conversation) -> None:
    run(ask("a → b 🙂"))
    assert "a -> b \ufffd" in text_of(conversation)


def test_code_tables_and_quotes_are_printed(ask: Ask, run: Run, conversation: Conversation) -> None:
    run(ask("# Head\n\n> quote\n\n|k|v|\n|-|-|\n|one|two|\n\n```\n<script>x</script>\n```"))
    text = text_of(conversation)
    assert all(word in text for word in ("Head", "quote", "one", "two", "<script>x</script>"))


def test_an_empty_conversation_is_a_title(conversation: Conversation) -> None:
    assert text_of(conversation).strip() == "Conversation"


def test_too_long_is_refused(conversation: Conversation) -> None:
    Message.objects.create(conversation=conversation, role="user", content="x" * (MAX_CHARACTERS + 1))
    with pytest.raises(InvalidConversation) as refused:
        export_pdf(conversation)
    assert refused.value.code == "too_long"
