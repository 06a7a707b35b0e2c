"""A conversation as a file: Markdown for people (the branch they see), JSON for programs (every branch)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from chatbot.importing.roundhouse import FORMAT, FORMAT_VERSION, ORIGIN
from chatbot.models import Conversation, ImportOrigin, Message
from chatbot.selectors.branches import branch, newest_leaf
from chatbot.states import MessageStatus

_SETTINGS = (
    "title", "model", "system_prompt", "temperature", "max_tokens", "is_archived", "is_pinned", "folder", "tags",
    "uses_memory",
)  # fmt: skip
_MESSAGE = (
    "role", "content", "images", "files", "sources", "metadata", "version", "is_edited", "status", "engine_name",
    "engine_version", "prompt_tokens", "completion_tokens", "error_code", "error_message",
)  # fmt: skip


def export_json(conversation: Conversation) -> str:
    """All messages of all branches; an import and another export give the same text, byte for byte.

    A conversation that was imported from such a file goes by the ids of that file, wherever it was made. A reply that
    is still being written counts as interrupted, as it would be wherever the file is read.
    """
    names = _names_in_files(conversation)
    messages = [_message_data(row, names) for row in conversation.messages.defer("search")]
    data = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "id": names.get(str(conversation.pk), str(conversation.pk)),
        "created_at": _moment(conversation.created_at),
        **{name: getattr(conversation, name) for name in _SETTINGS},
        "messages": sorted(messages, key=lambda entry: (entry["created_at"], entry["id"])),
    }
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _names_in_files(conversation: Conversation) -> dict[str, str]:
    """Our ids to those of the file that the conversation came in, where they differ."""
    origin = ImportOrigin.objects.filter(conversation=conversation, origin=ORIGIN, user_id=conversation.user_id).first()
    if origin is None:
        return {}
    return {str(conversation.pk): origin.origin_id} | {pk: name for name, pk in origin.message_ids.items()}


def _moment(value: datetime) -> str:
    """Always with microseconds, so that moments sort as text."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def _message_data(message: Message, names: dict[str, str]) -> dict[str, Any]:
    key, parent = str(message.pk), str(message.parent_message_id) if message.parent_message_id else None
    data = {
        "id": names.get(key, key),
        "parent_message_id": names.get(parent, parent) if parent else None,
        "created_at": _moment(message.created_at),
        **{name: getattr(message, name) for name in _MESSAGE},
    }
    if message.is_streaming:
        data["status"] = MessageStatus.INTERRUPTED.value
    # How this house books the reply is no business of another one.
    data["metadata"] = {name: value for name, value in message.metadata.items() if name != "reservation_id"}
    return data


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
