"""ChatGPT: `conversations.json`, whole or in shards. A conversation is a map of nodes that know their parents."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from chatbot.importing.assets import named
from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMessage, JsonObject, Note, Role
from chatbot.importing.trees import kept_parents, settle
from chatbot.importing.values import (
    Clock,
    attachment,
    entries,
    fenced,
    fingerprint,
    identity,
    line,
    mapping,
    objects,
    text,
    with_attachments,
)

ORIGIN = "chatgpt"
_ROLES: dict[str, Role] = {"user": "user", "system": "system"}
#: What the page itself does not show as a message.
_HIDDEN_KINDS = frozenset({"user_editable_context", "model_editable_context", "reasoning_recap", "thoughts"})


def read(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """One conversation. Child links are not needed: each node's parent is followed, so every leaf is kept."""
    nodes = {identity(key): mapping(node) for key, node in mapping(item.get("mapping")).items()}
    left_out: Counter[str] = Counter()
    made: dict[str, ImportedMessage] = {}
    for key, node in nodes.items():
        message = _message(key, mapping(node.get("message")), clock, left_out)
        if message is not None:
            made[key] = message
    above = kept_parents(_parents(nodes), made)
    yield ImportedConversation(
        origin=ORIGIN,
        origin_id=_origin_id(item),
        title=line(item.get("title")),
        messages=settle(replace(message, parent_origin_id=above[key]) for key, message in made.items()),
        created_at=clock.moment(item.get("create_time")),
        updated_at=clock.moment(item.get("update_time")),
        is_archived=item.get("is_archived") is True,
        is_pinned=item.get("is_starred") is True,
        notes=tuple(Note(code, count) for code, count in sorted(left_out.items()) if count),
    )


def _origin_id(item: Mapping[str, Any]) -> str:
    given = identity(item.get("id")) or identity(item.get("conversation_id"))
    return given or fingerprint(item.get("create_time"), item.get("title"))


def _parents(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
    """By the nodes' own word; where that is missing, by the children that others name."""
    named = {identity(child): key for key, node in nodes.items() for child in entries(node.get("children"))}
    return {key: identity(node.get("parent")) or named.get(key) for key, node in nodes.items()}


def _message(key: str, message: Mapping[str, Any], clock: Clock, left_out: Counter[str]) -> ImportedMessage | None:
    if not message:
        return None  # the root
    details, body = mapping(message.get("metadata")), mapping(message.get("content"))
    kind = text(body.get("content_type"))
    content, attached = _content(body, kind)
    attached = _unique([*attached, *(_file(entry) for entry in objects(details.get("attachments")))])
    content = with_attachments(content, attached)
    if details.get("is_visually_hidden_from_conversation") is True or kind in _HIDDEN_KINDS:
        left_out["hidden_messages"] += bool(content)
        return None
    if not content:
        left_out["unknown_messages"] += kind not in ("text", "code", "execution_output", "multimodal_text")
        return None
    author = mapping(message.get("author"))
    role = _ROLES.get(text(author.get("role")), "assistant")
    metadata: JsonObject = {"attachments": attached} if attached else {}
    if author.get("role") == "tool":
        metadata["tool"] = line(author.get("name"), 100) or "tool"
    if (recipient := line(message.get("recipient"), 100)) not in ("", "all"):
        metadata["recipient"] = recipient
    model = line(details.get("model_slug"), 100) if role == "assistant" else ""
    moment = clock.moment(message.get("create_time"))
    return ImportedMessage(key, None, role, content, moment, model, attached=named(attached), metadata=metadata)


def _content(body: Mapping[str, Any], kind: str) -> tuple[str, list[JsonObject]]:
    said, attached = _parts(body)
    if kind == "code":
        language = line(body.get("language"), 30)
        return fenced(said, "" if language == "unknown" else language), attached
    if kind == "execution_output":
        return fenced(said), attached
    if kind == "tether_quote":
        quoted = (line(body.get("title")), said, line(body.get("url"), 500))
        return "\n\n".join(part for part in quoted if part), attached
    return said, attached


def _parts(body: Mapping[str, Any]) -> tuple[str, list[JsonObject]]:
    """The words, and what is only named: pictures and sounds lie elsewhere in the export."""
    words, attached = [], []
    for part in entries(body.get("parts")):
        if isinstance(part, str):
            words.append(text(part))
        elif isinstance(part, dict):
            words.append(text(part.get("text")))
            asset = mapping(part.get("audio_asset_pointer")) or part
            if pointer := text(asset.get("asset_pointer")):
                kind = "audio" if "audio" in text(asset.get("content_type")) else "image"
                attached.append(attachment(pointer.rpartition("/")[2], kind=kind, size=asset.get("size_bytes")))
    words.append(text(body.get("text")) or text(body.get("result")))
    words += [text(thought.get("content")) for thought in objects(body.get("thoughts"))]
    return "\n\n".join(word for word in words if word.strip()), attached


def _file(entry: Mapping[str, Any]) -> JsonObject:
    return attachment(entry.get("name"), kind=entry.get("mime_type"), size=entry.get("size")) | (
        {"id": identity(entry.get("id"))} if identity(entry.get("id")) else {}
    )


def _unique(attached: list[JsonObject]) -> list[JsonObject]:
    """A picture is named in the parts by its id and in the metadata with its name: the name is better."""
    named = {entry["id"] for entry in attached if "id" in entry}
    return [entry for entry in attached if entry["name"] not in named]
