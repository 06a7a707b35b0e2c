"""Reads of stored completions: one's own, page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Q

from accounts.models import Account, ApiKey
from chatbot.models import StoredCompletion
from chatbot.querysets import StoredCompletionQuerySet
from projects.selectors import key_scope

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Which page: at most `limit` entries behind the one whose id is `after`, the oldest first or the newest."""

    after: str | None = None
    limit: int = 20
    is_ascending: bool = True


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some entries, and whether there are more behind them."""

    entries: Sequence[T]
    has_more: bool


def stored_for(user: Account, key: ApiKey | None = None) -> StoredCompletionQuerySet:
    """What a request may see: one's own, and with a bound key only those of its project."""
    return StoredCompletion.objects.visible_to(user).filter(key_scope(key, "project_id"))


def page_of_completions(
    rows: StoredCompletionQuerySet, cursor: Cursor, *, model: str | None, pairs: Mapping[str, str]
) -> Page[StoredCompletion]:
    """By the time they were stored: those of a model, by the name that was asked for or the engine's own, with `pairs`.

    Raises StoredCompletion.DoesNotExist where `after` is none of `rows`.
    """
    # Looked for among all: its metadata may have changed since the last page.
    last = None if cursor.after is None else rows.get(completion_id=cursor.after)
    if model is not None:
        rows = rows.filter(Q(model=model) | Q(response__model=model))
    if pairs:
        rows = rows.filter(metadata__contains=dict(pairs))
    if last is not None:
        rows = rows.filter(pk__gt=last.pk) if cursor.is_ascending else rows.filter(pk__lt=last.pk)
    found = list(rows.order_by("id" if cursor.is_ascending else "-id")[: cursor.limit + 1])
    return Page(found[: cursor.limit], len(found) > cursor.limit)


def page_of_messages(completion: StoredCompletion, cursor: Cursor) -> Page[dict[str, Any]]:
    """What was asked, as OpenAI shows stored messages; behind an id that is not there stands nothing."""
    shown = [_message(completion, position) for position in range(len(completion.messages))]
    if not cursor.is_ascending:
        shown.reverse()
    if cursor.after is not None:
        places = [place for place, message in enumerate(shown) if message["id"] == cursor.after]
        shown = shown[places[0] + 1 :] if places else []
    return Page(shown[: cursor.limit], len(shown) > cursor.limit)


def _message(completion: StoredCompletion, position: int) -> dict[str, Any]:
    message = completion.messages[position]
    content = message.get("content")
    is_parts = isinstance(content, list)
    return {
        "name": None,
        "refusal": None,
        **message,
        "id": f"{completion.completion_id}-{position}",
        "content": None if is_parts else content,
        "content_parts": content if is_parts else None,
    }
