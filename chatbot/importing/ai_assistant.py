"""AI-Assistant: files below `ChatBot/Storage` and `ChatBot/data`; both variants of its conversations, and memories."""

from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMemory, ImportedMessage, Note, Role
from chatbot.importing.trees import chained_id, settle
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

ORIGIN = "ai_assistant"
_ROLES: dict[str, Role] = {"user": "user", "human": "user", "system": "system"}


def read_conversation(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """The conversation, and the memories that it keeps; a branch is a file of its own, which names its parent."""
    details = mapping(item.get("metadata"))
    origin_id = identity(item.get("id")) or fingerprint(item.get("title"), item.get("created_at"))
    messages = _messages(item, clock)
    yield ImportedConversation(
        origin=ORIGIN,
        origin_id=origin_id,
        title=line(item.get("title")),
        messages=settle(messages),
        created_at=clock.moment(item.get("created_at")),
        updated_at=clock.moment(item.get("updated_at")),
        tags=tags(item.get("tags")),
        forked_from_origin_id=identity(item.get("parent_id")) or identity(details.get("parent_id")),
        notes=_notes(len(objects(item.get("messages"))) - len(messages)),
    )
    for memory in objects(details.get("memories")):
        yield from _memory_of(memory, origin_id, clock)


def _messages(item: Mapping[str, Any], clock: Clock) -> list[ImportedMessage]:
    """A line of messages. Those of variant A have no ids: what was said so far names each."""
    found: list[ImportedMessage] = []
    for entry in objects(item.get("messages")):
        attached = _attachments(entry)
        content = with_attachments(text(entry.get("content")), attached)
        if not content:
            continue
        parent = found[-1].origin_id if found else None
        role = _ROLES.get(text(entry.get("role")), "assistant")
        stamp = text(entry.get("timestamp"))
        found.append(
            ImportedMessage(
                origin_id=identity(entry.get("id")) or chained_id(parent, role, content, stamp),
                parent_origin_id=parent,
                role=role,
                content=content,
                created_at=clock.moment(entry.get("timestamp")),
                model=line(entry.get("model"), 100) if role == "assistant" else "",
                metadata={"attachments": only_named(attached)} if attached else {},
            )
        )
    return found


def _attachments(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Names of pictures and files; addresses, which may hold a `delete_url`, stay behind."""
    drawn = mapping(entry.get("image_data"))
    pictures = [attachment(_name_of(image), kind="image") for image in entries(entry.get("images"))]
    if drawn:
        shown = attachment(_name_of(drawn.get("image_path")), kind="image")
        pictures.append(shown | ({"prompt": text(drawn["prompt"])} if text(drawn.get("prompt")) else {}))
    given = entry.get("files") if "files" in entry else entry.get("file_data")
    files = [given] if isinstance(given, dict) else entries(given)
    return pictures + [_file(file) for file in files]


def _file(file: Any) -> dict[str, Any]:
    known = mapping(file)
    name = known.get("name") or known.get("filename") or _name_of(file)
    return attachment(name, kind=known.get("type"), size=known.get("size"), content=known.get("content"))


def _name_of(image: Any) -> str:
    """The last part of a path or address; pictures inside the text itself have no name."""
    value = image if isinstance(image, str) else mapping(image).get("filename") or mapping(image).get("path")
    if not isinstance(value, str) or value.startswith("data:"):
        return "image"
    return value.replace("\\", "/").split("?")[0].rstrip("/").rpartition("/")[2] or "image"


def read_memory(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """A memory of its own folder: the title becomes the question, the exchange the answer."""
    title, said = line(item.get("title")) or line(item.get("folder_name")), text(item.get("content"))
    pictures = len(entries(item.get("images")))
    yield ImportedMemory(
        origin=ORIGIN,
        origin_id="memory:" + (identity(item.get("id")) or fingerprint(title, said)),
        question=title or line(said, 100),
        answer=said,
        created_at=clock.moment(item.get("created_at")),
        tags=tags(item.get("tags")),
        notes=(Note("pictures_left_out", pictures),) if pictures else (),
    )


def _memory_of(memory: Mapping[str, Any], conversation_id: str, clock: Clock) -> Iterator[ImportedItem]:
    question, answer = text(memory.get("question")), text(memory.get("answer"))
    if question.strip() and answer.strip():
        yield ImportedMemory(
            origin=ORIGIN,
            origin_id=f"memory:{conversation_id}:{fingerprint(question, answer)}"[:200],
            question=question,
            answer=answer,
            created_at=clock.moment(memory.get("saved_at")),
        )


def _notes(empty: int) -> tuple[Note, ...]:
    return (Note("empty_messages", empty),) if empty else ()
