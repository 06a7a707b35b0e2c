"""LibreChat: one conversation per file, as a list of messages or as a tree with the answers inside the questions."""

from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.importing.assets import named
from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMessage, JsonObject, Note, Role
from chatbot.importing.trees import chained_id, kept_parents, settle
from chatbot.importing.values import (
    Clock,
    attachment,
    fenced,
    fingerprint,
    identity,
    line,
    mapping,
    objects,
    only_named,
    text,
    with_attachments,
)

ORIGIN = "librechat"


def read(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """The conversation. Of its options only the instructions are read: the others may hold keys."""
    found = dict(_walk(item))
    parents = {key: parent for key, (parent, _entry) in found.items()}
    contents = {key: _content(entry) for key, (_parent, entry) in found.items()}
    kept = {key: content for key, content in contents.items() if content[0]}
    above = kept_parents(parents, kept)
    messages = [_message(key, above[key], found[key][1], content, clock) for key, content in kept.items()]
    options = mapping(item.get("options"))
    yield ImportedConversation(
        origin=ORIGIN,
        origin_id=identity(item.get("conversationId")) or fingerprint(item.get("title"), list(found)[:1]),
        title=line(item.get("title")),
        messages=settle(messages),
        updated_at=clock.moment(item.get("exportAt")),
        system_prompt=text(options.get("promptPrefix")),
        notes=(Note("empty_messages", len(found) - len(messages)),) if len(found) > len(messages) else (),
    )


def _walk(item: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str | None, Mapping[str, Any]]]]:
    """(id, (parent, message)), without recursion: a tree is as deep as the conversation is long."""
    tree = objects(item.get("messagesTree")) or objects(item.get("messages"))
    waiting: list[tuple[Mapping[str, Any], str | None]] = [(entry, None) for entry in reversed(tree)]
    while waiting:
        entry, above = waiting.pop()
        parent = identity(entry.get("parentMessageId")) or above
        key = identity(entry.get("messageId")) or chained_id(parent, text(entry.get("sender")), text(entry.get("text")))
        yield key, (parent, entry)
        waiting += [(child, key) for child in reversed(objects(entry.get("children")))]


def _message(
    key: str, parent: str | None, entry: Mapping[str, Any], content: tuple[str, JsonObject], clock: Clock
) -> ImportedMessage:
    is_person = entry.get("isCreatedByUser") is True or text(entry.get("sender")).lower() == "user"
    role: Role = "user" if is_person else "assistant"
    metadata = dict(content[1])
    if entry.get("error") is True:
        metadata["error"] = True
    if entry.get("unfinished") is True:
        metadata["finish_reason"] = "length"
    model = "" if is_person else line(entry.get("model") or entry.get("sender"), 100)
    moment = clock.moment(entry.get("createdAt"))
    attached = named(map(_file, objects(entry.get("files"))))
    return ImportedMessage(key, parent, role, content[0], moment, model, attached=attached, metadata=metadata)


def _content(entry: Mapping[str, Any]) -> tuple[str, JsonObject]:
    words, thoughts = [], []
    for part in objects(entry.get("content")):
        kind = part.get("type")
        if kind == "think":
            thoughts.append(_value(part.get("think")))
        elif kind == "tool_call":
            words.append(_tool_call(mapping(part.get("tool_call"))))
        else:
            words.append(_value(part.get("text")) or _value(part.get("error")))
    attached = [_file(file) for file in objects(entry.get("files"))]
    metadata: JsonObject = {"attachments": only_named(attached)} if attached else {}
    if any(thoughts):
        metadata["reasoning"] = "\n\n".join(thoughts)
    found = "\n\n".join(word for word in words if word.strip())
    return with_attachments(found or text(entry.get("text")), attached), metadata


def _value(given: Any) -> str:
    return text(given) or text(mapping(given).get("value"))


def _tool_call(call: Mapping[str, Any]) -> str:
    name, output = line(call.get("name"), 100), text(call.get("output"))
    return f"{name}\n\n{fenced(output)}".strip() if output else name


def _file(file: Mapping[str, Any]) -> JsonObject:
    return attachment(file.get("filename") or file.get("name"), kind=file.get("type"), size=file.get("bytes"))
