"""Conversations of many messages, made past the services."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

from chatbot.models import Conversation, Message

ROLES = ("user", "assistant")


def add_chain(conversation: Conversation, texts: Sequence[str], *, below: Message | None = None) -> list[Message]:
    """Question, answer, question ... in one statement; the first one is a question unless it follows one."""
    first = below is not None and below.role == "user"
    rows: list[Message] = []
    for text, number in zip(texts, cycle((1, 0) if first else (0, 1)), strict=False):
        parent = rows[-1] if rows else below
        rows.append(Message(conversation=conversation, parent_message=parent, role=ROLES[number], content=text))
    return Message.objects.bulk_create(rows)


def add_version(message: Message, version: int, content: str = "", **fields: Any) -> Message:
    """Another version of the same turn."""
    return Message.objects.create(
        conversation_id=message.conversation_id, parent_message_id=message.parent_message_id, role=message.role,
        version=version, content=content, **fields,
    )  # fmt: skip
