"""Which program wrote this object?"""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from chatbot.importing import ai_assistant, chatgpt, claude, librechat, open_webui, roundhouse
from chatbot.importing.base import ImportedItem
from chatbot.importing.values import Clock, mapping, text

Reader: TypeAlias = Callable[[Mapping[str, Any], Clock], Iterator[ImportedItem]]

_SESSIONS = "chatSessions"


def reader_of(item: Any) -> Reader | None:
    """Who reads this object; None when it is no conversation and no memory. By its keys alone."""
    if not isinstance(item, dict):
        return None
    return next((reader for is_ours, reader in _FORMATS if is_ours(item)), None)


def unwrapped(item: Any) -> Iterator[Any]:
    """The objects in it: the sessions of a browser's storage, the elements of `conversations`, else itself."""
    if not isinstance(item, dict):
        yield item
    elif _SESSIONS in item:
        yield from _sessions(item[_SESSIONS])
    elif isinstance(item.get("conversations"), list):
        yield from item["conversations"]
    elif item and all(key.startswith("chat_") for key in item):
        yield from item.values()
    else:
        yield item


def _sessions(value: Any) -> Iterator[Any]:
    """Browsers store text: then the sessions are JSON inside JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            value = None
    yield from value.values() if isinstance(value, dict) else value if isinstance(value, list) else (None,)


def _is_session(item: Mapping[str, Any]) -> bool:
    said = item.get("messages")
    # An empty session is told by how its moments are called.
    is_markup = isinstance(said, list) and all(isinstance(entry, str) for entry in said)
    return is_markup and (bool(said) or "createdAt" in item)


def read_browser_session(item: Mapping[str, Any], clock: Clock) -> Iterator[ImportedItem]:
    """`browser.read_session`, whose parsers of HTML are 4 MB that web processes need not hold."""
    from chatbot.importing.browser import read_session

    return read_session(item, clock)


def _is_exchange(item: Mapping[str, Any]) -> bool:
    said = item.get("messages")
    has_name = "id" in item or "title" in item
    return has_name and isinstance(said, list) and all("role" in mapping(entry) for entry in said)


def _is_memory(item: Mapping[str, Any]) -> bool:
    has_words = bool(text(item.get("title"))) and bool(text(item.get("content")))
    return has_words and not {"folder_name", "tags", "images"}.isdisjoint(item)


def _is_chat(item: Mapping[str, Any]) -> bool:
    chat = mapping(item.get("chat")) or item
    return "history" in chat or ("models" in chat and "messages" in chat) or ("messages" in mapping(item.get("chat")))


_FORMATS: tuple[tuple[Callable[[Mapping[str, Any]], bool], Reader], ...] = (
    (lambda item: item.get("format") == roundhouse.FORMAT, roundhouse.read),
    (lambda item: isinstance(item.get("mapping"), dict), chatgpt.read),
    (lambda item: isinstance(item.get("chat_messages"), list), claude.read),
    (lambda item: "conversationId" in item and ("messages" in item or "messagesTree" in item), librechat.read),
    (_is_chat, open_webui.read),
    (_is_session, read_browser_session),
    (_is_exchange, ai_assistant.read_conversation),
    (_is_memory, ai_assistant.read_memory),
)
