"""Claude: `conversations.json`, a flat list of messages per conversation; newer exports name parents."""

from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.importing.assets import named
from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMessage, JsonObject, Note
from chatbot.importing.trees import chained_id, settle
from chatbot.importing.values import (
    Clock,
    attachment,
    fingerprint,
    identity,
    line,
    mapping,
    objects,
    only_named,
    text,
    with_attachments,
)

ORIGIN = "claude"
MAX_TOOL_CHARACTERS = 10_000


def read(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """One conversation."""
    said = objects(item.get("chat_messages"))
    messages: list[ImportedMessage] = []
    for entry in said:
        message = _message(entry, messages[-1].origin_id if messages else None, clock)
        if message.content:
            messages.append(message)
    empty = len(said) - len(messages)
    yield ImportedConversation(
        origin=ORIGIN,
        origin_id=identity(item.get("uuid")) or fingerprint(item.get("created_at"), item.get("name")),
        title=line(item.get("name")),
        messages=settle(messages),
        created_at=clock.moment(item.get("created_at")),
        updated_at=clock.moment(item.get("updated_at")),
        is_pinned=item.get("is_starred") is True,
        notes=(Note("empty_messages", empty),) if empty else (),
    )


def _message(entry: Mapping[str, Any], before: str | None, clock: Clock) -> ImportedMessage:
    words, metadata = _content(entry)
    attached = [_file(file) for file in (*objects(entry.get("attachments")), *objects(entry.get("files")))]
    content = with_attachments(words, attached)
    if attached:
        metadata["attachments"] = only_named(attached)
    role = "user" if entry.get("sender") == "human" else "assistant"
    stamp = text(entry.get("created_at"))
    return ImportedMessage(
        origin_id=identity(entry.get("uuid")) or chained_id(before, role, content, stamp),
        parent_origin_id=identity(entry.get("parent_message_uuid")) or before,
        role="user" if role == "user" else "assistant",
        content=content,
        created_at=clock.moment(stamp),
        attached=named(attached),
        metadata=metadata,
    )


def _content(entry: Mapping[str, Any]) -> tuple[str, JsonObject]:
    """Blocks of text are the message; thoughts and tools are kept beside it."""
    words, thoughts, tools = [], [], []
    for block in objects(entry.get("content")):
        kind = block.get("type")
        if kind == "text":
            words.append(text(block.get("text")))
        elif kind == "thinking":
            thoughts.append(text(block.get("thinking")))
        elif kind in ("tool_use", "tool_result"):
            tools.append(_tool(block))
    metadata: JsonObject = {}
    if any(thoughts):
        metadata["reasoning"] = "\n\n".join(thoughts)
    if tools:
        metadata["tool_blocks"] = tools
    found = "\n\n".join(word for word in words if word.strip())
    return found or text(entry.get("text")), metadata


def _tool(block: Mapping[str, Any]) -> JsonObject:
    """What was asked of a tool, or what it said, as text."""
    parts = [mapping(part).get("text") for part in objects(block.get("content"))]
    said = "\n\n".join(text(part) for part in parts) or text(block.get("content"))
    given = mapping(block.get("input"))
    asked = "\n".join(f"{line(key, 100)}: {text(value) or value}" for key, value in given.items())
    return {
        "type": text(block.get("type")),
        "name": line(block.get("name"), 100),
        "text": text(said or asked)[:MAX_TOOL_CHARACTERS],
    }


def _file(file: Mapping[str, Any]) -> JsonObject:
    kind, size, content = file.get("file_type"), file.get("file_size"), file.get("extracted_content")
    return attachment(file.get("file_name"), kind=kind, size=size, content=content)
