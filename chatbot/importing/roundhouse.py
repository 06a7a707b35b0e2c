"""Our own export (`chatbot.services.exporting`): read back as it was written, but for what nobody else may write."""

from collections.abc import Iterator, Mapping
from typing import Any

from chatbot.importing.base import ImportedConversation, ImportedItem, ImportedMessage, JsonObject, Note, Role, Skipped
from chatbot.importing.trees import settle
from chatbot.importing.values import Clock, line, mapping, objects, text, uuid_text

ORIGIN = "roundhouse"
FORMAT = "roundhouse.conversation"
#: Bumped when the form changes.
FORMAT_VERSION = 1
_ROLES: dict[str, Role] = {"user": "user", "assistant": "assistant", "system": "system"}
_ENDED = frozenset({"completed", "stopped", "interrupted", "failed"})
_MOST = 2**31 - 1
#: Values inside each other; what engines say of their answers is flat.
_MAX_DEPTH = 20
_TOOL_WORDS = ("name", "arguments", "status", "detail")


def read(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """The conversation with every column that the export has."""
    origin_id = uuid_text(item.get("id"))
    if item.get("version") != FORMAT_VERSION or origin_id is None:
        yield Skipped(line(item.get("title")) or FORMAT, Note("unknown_version"))
        return
    rows = objects(item.get("messages"))
    messages = [message for message in (_message(row, clock) for row in rows) if message is not None]
    yield ImportedConversation(
        origin=ORIGIN,
        origin_id=origin_id,
        title=text(item.get("title"))[:255],
        messages=settle(messages),
        created_at=clock.moment(item.get("created_at")),
        model=text(item.get("model"))[:100],
        system_prompt=text(item.get("system_prompt")),
        tags=tuple(text(tag)[:50] for tag in item.get("tags") or () if text(tag)) if _is_list(item, "tags") else (),
        folder=text(item.get("folder"))[:100],
        is_pinned=item.get("is_pinned") is True,
        is_archived=item.get("is_archived") is True,
        columns={
            "temperature": _temperature(item.get("temperature")),
            "max_tokens": _count(item.get("max_tokens")) or None,
            "uses_memory": item.get("uses_memory") is not False,
        },
        notes=(Note("invalid_messages", len(rows) - len(messages)),) if len(rows) > len(messages) else (),
    )


def _is_list(item: Mapping[str, Any], name: str) -> bool:
    return isinstance(item.get(name), list)


def _message(row: Mapping[str, Any], clock: Clock) -> ImportedMessage | None:
    key, role = uuid_text(row.get("id")), _ROLES.get(text(row.get("role")))
    if key is None or role is None:
        return None
    status = text(row.get("status"))
    return ImportedMessage(
        origin_id=key,
        parent_origin_id=uuid_text(row.get("parent_message_id")),
        role=role,
        content=text(row.get("content")),
        created_at=clock.moment(row.get("created_at")),
        model=text(row.get("engine_name"))[:100],
        files=tuple(_file(entry) for entry in objects(row.get("files")) if uuid_text(entry.get("id"))),
        metadata=_metadata(mapping(row.get("metadata"))),
        columns={
            "images": _plain_objects(row.get("images")),
            "sources": _plain_objects(row.get("sources")),
            "version": _count(row.get("version")) or 1,
            "is_edited": row.get("is_edited") is True,
            "status": status if status in _ENDED else "interrupted",
            "engine_version": text(row.get("engine_version"))[:200],
            "prompt_tokens": _count(row.get("prompt_tokens")),
            "completion_tokens": _count(row.get("completion_tokens")),
            "error_code": text(row.get("error_code"))[:100],
            "error_message": text(row.get("error_message")),
        },
    )


def _file(entry: Mapping[str, Any]) -> JsonObject:
    known = {"id": uuid_text(entry["id"]), "name": text(entry.get("name")), "type": text(entry.get("type"))}
    return known | {"size": _count(entry.get("size"), most=2**53)}


def _metadata(given: Mapping[str, Any]) -> JsonObject:
    """What the chat acts upon must be what the chat writes; everything else is carried along."""
    kept = {text(key): _plain(value) for key, value in given.items() if key != "reservation_id"}
    if "memories" in kept:
        kept["memories"] = [entry for entry in map(uuid_text, _strings(kept["memories"])) if entry]
    if "continues" in kept and uuid_text(kept["continues"]) is None:
        del kept["continues"]
    if "tools" in kept:
        kept["tools"] = [_tool(entry) for entry in objects(kept["tools"])]
    return kept


def _strings(value: Any) -> list[str]:
    return [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []


def _tool(entry: Mapping[str, Any]) -> JsonObject:
    words: JsonObject = {name: text(entry[name]) for name in _TOOL_WORDS if name in entry}
    return words | ({"task_id": uuid_text(entry["task_id"]) or ""} if "task_id" in entry else {})


def _plain_objects(value: Any) -> list[JsonObject]:
    return [_plain(entry) for entry in objects(value)]


def _plain(value: Any, depth: int = 0) -> Any:
    """JSON that the database can hold; None for what is too deep."""
    if isinstance(value, str):
        return text(value)
    if depth >= _MAX_DEPTH:
        return None
    if isinstance(value, dict):
        return {text(key): _plain(entry, depth + 1) for key, entry in value.items()}
    return [_plain(entry, depth + 1) for entry in value] if isinstance(value, list) else value


def _temperature(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and 0 <= value <= 2 else None


def _count(value: Any, *, most: int = _MOST) -> int:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most
    return value if is_count else 0
