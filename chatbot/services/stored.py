"""Chat completions that programs asked to keep: stored with their questions, changed, deleted, forgotten in time."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from chatbot.models import StoredCompletion
from chatbot.querysets import StoredCompletionQuerySet
from config.common.concurrency import lock_until_commit

# A backslash before it may itself be escaped; then it is text.
_ESCAPED_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


@transaction.atomic
def store_completion(
    *,
    user_id: UUID,
    project_id: UUID,
    api_key_id: UUID | None,
    completion_id: str,
    model: str,
    messages: Sequence[Mapping[str, Any]],
    response: Mapping[str, Any],
    metadata: Mapping[str, str],
) -> None:
    """Keep it; an engine that says the same id again replaces what the person had under it.

    Of more than `STORED_COMPLETIONS_MAX` or `STORED_COMPLETIONS_BYTES` of one person the oldest go.
    """
    text, asked = _storable(response), json.dumps([messages, metadata], ensure_ascii=False)
    lock_until_commit(f"stored_completions:{user_id}")
    own = StoredCompletion.objects.filter(user_id=user_id)
    own.filter(completion_id=completion_id).delete()
    StoredCompletion.objects.create(
        completion_id=completion_id,
        user_id=user_id,
        project_id=project_id,
        api_key_id=api_key_id,
        model=model,
        messages=messages,
        response=json.loads(text, parse_constant=_nothing),
        metadata=metadata,
        size_bytes=len(text.encode()) + len(asked.encode()),
    )
    if going := own.oldest_beyond(settings.STORED_COMPLETIONS_MAX, settings.STORED_COMPLETIONS_BYTES):
        own.filter(pk__in=going).delete()


def _storable(response: Mapping[str, Any]) -> str:
    """As JSON without what PostgreSQL does not store: U+0000 and halves of letters. Requests are checked before."""
    text = json.dumps(response, ensure_ascii=False).encode("utf-8", "replace").decode()
    return _ESCAPED_NUL.sub(r"\1", text)


def _nothing(_constant: str) -> None:
    """In the place of NaN and Infinity, which JSON does not know."""


def change_metadata(*, completion: StoredCompletion, metadata: Mapping[str, str]) -> StoredCompletion:
    """Replace what the program noted about it."""
    completion.metadata = metadata
    completion.save(update_fields=["metadata"])
    return completion


def delete_completions(*, rows: StoredCompletionQuerySet) -> int:
    """Forget these for good; returns how many."""
    deleted, _by_model = rows.delete()
    return deleted


def prune_completions() -> int:
    """Forget those older than `STORED_COMPLETIONS_DAYS`; returns how many."""
    age = timedelta(days=settings.STORED_COMPLETIONS_DAYS)
    return delete_completions(rows=StoredCompletion.objects.filter(created_at__lt=timezone.now() - age))
