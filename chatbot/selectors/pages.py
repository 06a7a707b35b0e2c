"""What the Chat page is rendered with: entries of the list in groups, and messages as the page's script reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from django.utils import timezone

from chatbot.models import Conversation, Message
from chatbot.querysets import ConversationQuerySet
from chatbot.selectors.conversations import BranchPage, message_abilities
from chatbot.states import MessageStatus

#: Texts of the first page together, as UTF-8; what is older comes when somebody scrolls up.
BYTES_AT_FIRST = 9_000
#: One exchange is shown however long it is.
MESSAGES_AT_LEAST = 2
_WEEK_DAYS = 7
#: Of a message's metadata; the rest is none of the page's business.
_SHOWN = ("finish_reason", "tools", "continues", "scope")
#: An answer that came to its own end says nothing about it.
_PLAIN = "stop"
#: What may mostly be done with a message that has ended, by role.
_USUAL = {"user": ["edit", "fork"], "assistant": ["regenerate", "fork"]}


@dataclass(frozen=True, slots=True)
class Group:
    """Conversations under one heading; `name` is pinned, today, yesterday, week or older."""

    name: str
    conversations: list[Conversation]


def grouped(conversations: Iterable[Conversation]) -> list[Group]:
    """In the order given, which must be that of `newest_first`."""
    today = timezone.localdate()
    groups = groupby(conversations, key=lambda conversation: _group_of(conversation, today))
    return [Group(name, list(rows)) for name, rows in groups]


def _group_of(conversation: Conversation, today: date) -> str:
    if conversation.is_pinned:
        return "pinned"
    day = timezone.localdate(conversation.last_message_at or conversation.created_at)
    if day >= today:
        return "today"
    if day == today - timedelta(days=1):
        return "yesterday"
    return "week" if day > today - timedelta(days=_WEEK_DAYS) else "older"


def labels_of(rows: ConversationQuerySet) -> tuple[list[str], list[str]]:
    """Folders and tags in use, in their order; one query."""
    used = list(rows.exclude(folder="", tags=[]).order_by().values_list("folder", "tags").distinct())
    folders = {folder for folder, _tags in used if folder}
    return sorted(folders), sorted({tag for _folder, tags in used for tag in tags})


def without_the_oldest(page: BranchPage) -> BranchPage:
    """The page without the messages at its beginning that would make the document too long."""
    left, kept = BYTES_AT_FIRST, 0
    for message in reversed(page.messages):
        left -= len(message.content.encode())
        if left < 0 and kept >= MESSAGES_AT_LEAST:
            break
        kept += 1
    dropped = len(page.messages) - kept
    return replace(page, messages=page.messages[dropped:], has_more=page.has_more or dropped > 0)


def page_messages(page: BranchPage) -> list[dict[str, Any]]:
    """As `PageMessage` in static/src/chat/types.ts, in the order in which their texts are printed.

    What is empty, usual for the role, or follows from the order is left out: a page holds many of them.
    """
    previous = [None, *(message.pk for message in page.messages)]
    pairs = zip(page.messages, previous, strict=False)
    return [_entry(message, page.versions[message.pk], before) for message, before in pairs]


def _entry(message: Message, versions: Sequence[UUID], before: UUID | None) -> dict[str, Any]:
    abilities = [name for name, may in message_abilities(message).items() if may]
    entry = {
        "id": message.pk,
        "parent": message.parent_message_id if message.parent_message_id != before else None,
        "role": message.role,
        "status": message.status if message.status != MessageStatus.COMPLETED else None,
        "versions": versions if len(versions) > 1 else None,
        "files": message.files,
        "source_numbers": [source["number"] for source in message.sources],
        "metadata": {name: message.metadata[name] for name in _SHOWN if message.metadata.get(name, _PLAIN) != _PLAIN},
        "edited": message.is_edited,
        "engine": message.engine_name,
        "engine_version": message.engine_version,
        "error_code": message.error_code,
        "error_message": message.error_message,
        "last_seq": message.last_seq if message.is_streaming else None,
    }
    shown = {name: value for name, value in entry.items() if value}
    return shown if abilities == _USUAL.get(message.role) else shown | {"abilities": abilities}
