"""A conversation as a file: Markdown for people (the branch they see), JSON for programs (every branch)."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from chatbot.models import Conversation, Message
from chatbot.selectors.branches import branch, newest_leaf

#: Bumped when the form changes; importers look at it.
FORMAT = "roundhouse.conversation"
FORMAT_VERSION = 1

_SETTINGS = (
    "title", "model", "system_prompt", "temperature", "max_tokens", "is_archived", "is_pinned", "folder", "tags",
    "uses_memory",
)  # fmt: skip
_MESSAGE = (
    "role", "content", "images", "files", "sources", "metadata", "version", "is_edited", "status", "engine_name",
    "engine_version", "prompt_tokens", "completion_tokens", "error_code", "error_message",
)  # fmt: skip


def export_json(conversation: Conversation) -> str:
    """All messages of all branches; an import and another export give the same text."""
    data = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "id": str(conversation.pk),
        "created_at": conversation.created_at.isoformat(),
        **{name: getattr(conversation, name) for name in _SETTINGS},
        "messages": [_message_data(row) for row in conversation.messages.order_by("created_at", "id").defer("search")],
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _message_data(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.pk),
        "parent_message_id": str(message.parent_message_id) if message.parent_message_id else None,
        "created_at": message.created_at.isoformat(),
        **{name: getattr(message, name) for name in _MESSAGE},
    }


def export_markdown(conversation: Conversation, leaf_id: UUID | None = None) -> str:
    """The branch that ends at `leaf_id`, by default the newest one."""
    leaf = leaf_id or newest_leaf(conversation.pk)
    parts = [f"# {conversation.title or 'Conversation'}", f"*{conversation.created_at:%Y-%m-%d %H:%M %Z}*"]
    if conversation.system_prompt:
        parts.append(f"> {conversation.system_prompt}".replace("\n", "\n> "))
    for message in branch(leaf) if leaf else ():
        parts += _message_parts(message)
    return "\n\n".join(parts) + "\n"


def _message_parts(message: Message) -> Iterator[str]:
    who = message.engine_name if message.role == "assistant" else "You"
    state = "" if message.status == "completed" else f" ({message.status})"
    yield f"## {who or 'Assistant'}{state}"
    if message.content:
        yield message.content
    if message.files:
        yield "Files: " + ", ".join(str(entry.get("name", "")) for entry in message.files)
    if message.sources:
        yield "Sources:\n" + "\n".join(_source_line(entry) for entry in message.sources)


def _source_line(entry: dict[str, Any]) -> str:
    page = f", page {entry['page']}" if entry.get("page") else ""
    return f"{entry.get('number', 0)}. {entry.get('title', '')}{page}"
