"""Open WebUI: an array of chats, with or without the wrapper `chat`; messages know parents and children."""

from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.importing.assets import inline, named
from chatbot.importing.base import Attached, ImportedConversation, ImportedItem, ImportedMessage, JsonObject, Note, Role
from chatbot.importing.trees import chained_id, kept_parents, settle
from chatbot.importing.values import (
    Clock,
    attachment,
    entries,
    fingerprint,
    identity,
    line,
    mapping,
    objects,
    only_named,
    tags,
    text,
    with_attachments,
)

ORIGIN = "open_webui"
_ROLES: dict[str, Role] = {"user": "user", "system": "system"}
_REASONING, _END, _SUMMARY_END = '<details type="reasoning"', "</details>", "</summary>"


def read(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """One chat."""
    chat = mapping(item.get("chat")) or item
    messages, empty = _messages(chat, clock)
    created = item.get("created_at", chat.get("timestamp"))
    yield ImportedConversation(
        origin=ORIGIN,
        origin_id=identity(item.get("id")) or identity(chat.get("id")) or fingerprint(created, chat.get("title")),
        title=line(chat.get("title") or item.get("title")),
        messages=settle(messages),
        created_at=clock.moment(created),
        updated_at=clock.moment(item.get("updated_at")),
        system_prompt=text(mapping(chat.get("params")).get("system")) or text(chat.get("system")),
        tags=tags(mapping(item.get("meta")).get("tags")) or tags(chat.get("tags")),
        is_pinned=item.get("pinned") is True,
        is_archived=item.get("archived") is True,
        notes=(Note("empty_messages", empty),) if empty else (),
    )


def _messages(chat: Mapping[str, Any], clock: Clock) -> tuple[list[ImportedMessage], int]:
    """The tree of `history`; chats older than it have a line of messages only. With the number of empty ones."""
    by_id = mapping(mapping(chat.get("history")).get("messages"))
    if not by_id:
        return _line(chat, clock)
    nodes = {identity(key): mapping(node) for key, node in by_id.items()}
    named = {identity(child): key for key, node in nodes.items() for child in entries(node.get("childrenIds"))}
    parents = {key: identity(node.get("parentId")) or named.get(key) for key, node in nodes.items()}
    kept = {key: _content(node) for key, node in nodes.items()}
    kept = {key: found for key, found in kept.items() if found[0]}
    above = kept_parents(parents, kept)
    made = [_message(key, above[key], nodes[key], clock) for key in kept]
    return made, len(nodes) - len(made)


def _line(chat: Mapping[str, Any], clock: Clock) -> tuple[list[ImportedMessage], int]:
    found: list[ImportedMessage] = []
    said = objects(chat.get("messages"))
    for node in said:
        content, _metadata = _content(node)
        if content:
            parent = found[-1].origin_id if found else None
            key = identity(node.get("id")) or chained_id(parent, text(node.get("role")), content)
            found.append(_message(key, identity(node.get("parentId")) or parent, node, clock))
    return found, len(said) - len(found)


def _message(key: str, parent: str | None, node: Mapping[str, Any], clock: Clock) -> ImportedMessage:
    content, metadata = _content(node)
    role = _ROLES.get(text(node.get("role")), "assistant")
    model = line(node.get("model") or node.get("modelName"), 100) if role == "assistant" else ""
    moment, attached = clock.moment(node.get("timestamp")), tuple(map(_attached, objects(node.get("files"))))
    return ImportedMessage(key, parent, role, content, moment, model, attached=attached, metadata=metadata)


def _content(node: Mapping[str, Any]) -> tuple[str, JsonObject]:
    given = node.get("content")
    parts = [text(part.get("text")) for part in objects(given)] if isinstance(given, list) else [text(given)]
    words, thoughts = _without_thoughts("\n\n".join(part for part in parts if part.strip()))
    attached = [_file(file) for file in objects(node.get("files"))]
    metadata: JsonObject = {"attachments": only_named(attached)} if attached else {}
    if thoughts:
        metadata["reasoning"] = thoughts
    return with_attachments(words, attached), metadata


def _without_thoughts(content: str) -> tuple[str, str]:
    """Thoughts stand in the text as a folded element of HTML, quoted. Searched by hand: linear whatever is in it."""
    words, thoughts, at = [], [], 0
    while (start := content.find(_REASONING, at)) >= 0 and (end := content.find(_END, start)) >= 0:
        words.append(content[at:start])
        inside = content[start:end]
        thoughts.append(inside[max(inside.find(">"), inside.find(_SUMMARY_END) + len(_SUMMARY_END) - 1) + 1 :])
        at = end + len(_END)
    words.append(content[at:])
    lines = [line.removeprefix("> ").removeprefix(">") for thought in thoughts for line in thought.strip().split("\n")]
    return "".join(words).strip() if thoughts else content, "\n".join(lines).strip()


def _attached(file: Mapping[str, Any]) -> Attached:
    """Pictures stand in the chat itself, as data URLs."""
    known = _file(file)
    return inline(known["name"], file.get("url")) or named([known])[0]


def _file(file: Mapping[str, Any]) -> JsonObject:
    """By name; what a document says is kept by Open WebUI itself and is not in the export."""
    inner = mapping(file.get("file"))
    name = file.get("name") or inner.get("filename")
    details = mapping(inner.get("meta"))
    kind = file.get("type") if file.get("type") != "file" else details.get("content_type")
    return attachment(name or ("image" if kind == "image" else ""), kind=kind, size=file.get("size"))
