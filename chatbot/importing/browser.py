"""AI-Assistant in the browser: `chatSessions`, whose messages are the outer HTML of what the page showed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from lxml import etree

from chatbot.importing.ai_assistant import ORIGIN
from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMessage, JsonObject, Note, Role
from chatbot.importing.markup import as_markdown, by_class, parse_safely
from chatbot.importing.trees import chained_id, settle
from chatbot.importing.values import Clock, attachment, entries, fingerprint, identity, line, mapping, objects, text

#: What the page puts around the words: times, buttons, the name of the model.
_AROUND = ("message-timestamp", "message-actions", "message-info", "message-version-badge", "thinking-container")


def read_session(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """One session with the earlier versions of its messages, which the page keeps beside them."""
    written = [entry for entry in entries(item.get("messages")) if isinstance(entry, str)]
    files = [_file(entry) for entry in objects(item.get("attachedFiles"))]
    messages: list[ImportedMessage] = []
    places: dict[str, str | None] = {}
    for markup in written:
        made = _message(markup, messages[-1].origin_id if messages else None, clock, places)
        if made is not None:
            messages.append(made)
    empty = len(written) - len(messages)
    messages += _versions(mapping(item.get("messageVersions")), places, messages, clock)
    yield ImportedConversation(
        origin=ORIGIN,
        origin_id=identity(item.get("id")) or fingerprint(item.get("title"), item.get("createdAt")),
        title=line(item.get("title")),
        messages=settle(_with_files(messages, files)),
        created_at=clock.moment(item.get("createdAt")),
        updated_at=clock.moment(item.get("updatedAt")),
        notes=(Note("empty_messages", empty),) if empty else (),
    )


def _message(markup: str, parent: str | None, clock: Clock, places: dict[str, str | None]) -> ImportedMessage | None:
    root = _tree(markup)
    if root is None:
        return None
    outer = next(iter(by_class(root, "message")), root)
    role: Role = "user" if "user" in (outer.get("class") or "").split() else "assistant"
    metadata: JsonObject = {}
    if thought := [as_markdown(element) for element in by_class(root, "thinking-content")]:
        metadata["reasoning"] = "\n\n".join(thought)
    content = _said(root)
    if not content:
        return None
    stamp = text(outer.get("data-timestamp"))
    origin_id = chained_id(parent, role, content, stamp)
    if name := outer.get("data-message-id"):
        places[str(name)] = parent
    model = line(outer.get("data-model"), 100) if role == "assistant" else ""
    return ImportedMessage(origin_id, parent, role, content, clock.moment(stamp), model, metadata=metadata)


def _tree(markup: str) -> Any:
    try:
        return parse_safely(text(markup))
    except etree.LxmlError:
        return None


def _said(root: Any) -> str:
    for name in _AROUND:
        for element in by_class(root, name):
            element.drop_tree()
    texts = by_class(root, "message-text") or [root]
    return "\n\n".join(said for said in map(as_markdown, texts) if said)


def _versions(
    versions: Mapping[str, Any],
    places: Mapping[str, str | None],
    messages: list[ImportedMessage],
    clock: Clock,
) -> Iterator[ImportedMessage]:
    """Earlier questions and answers stand beside the present ones; those that are the same are there already."""
    known = {(message.parent_origin_id, message.content): message.origin_id for message in messages}
    for name, parent in places.items():
        for entry in objects(versions.get(name)):
            stamp, question, answer = text(entry.get("timestamp")), text(entry.get("userContent")), _answer(entry)
            if not question.strip():
                continue
            asked = known.get((parent, question)) or chained_id(parent, "user", question, stamp)
            if (parent, question) not in known:
                known[(parent, question)] = asked
                yield ImportedMessage(asked, parent, "user", question, clock.moment(stamp))
            if answer and (asked, answer) not in known:
                known[(asked, answer)] = chained_id(asked, "assistant", answer, stamp)
                yield ImportedMessage(known[(asked, answer)], asked, "assistant", answer, clock.moment(stamp))


def _answer(entry: Mapping[str, Any]) -> str:
    root = _tree(text(entry.get("assistantResponse")))
    return "" if root is None else _said(root)


def _file(entry: Mapping[str, Any]) -> JsonObject:
    name, kind, size = entry.get("name"), entry.get("type"), entry.get("size")
    # A picture's content is the picture itself, as a data address.
    content = "" if text(entry.get("content")).startswith("data:") else entry.get("content")
    return attachment(name, kind=kind, size=size, content=content)


def _with_files(messages: list[ImportedMessage], files: list[JsonObject]) -> Iterator[ImportedMessage]:
    """The page keeps a session's files beside its messages: they go with the first question."""
    for message in messages:
        if files and message.role == "user":
            yield replace(message, metadata={**message.metadata, "attachments": files})
            files = []
        else:
            yield message
