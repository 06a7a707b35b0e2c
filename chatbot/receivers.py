"""Receivers of the queue's and the audit's events; they run inside the transaction that ends a task or a call."""

import logging
import threading
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.services.booking import EndedCall, book_calls
from chatbot import services
from chatbot.services import end_abandoned, fail_reading
from chatbot.services.guide import sync_guide
from config.common.concurrency import own_connections
from monitoring.events import EndedInteraction

logger = logging.getLogger(__name__)


def end_replies(sender: object, task_ids: Sequence[UUID], **_signal: Any) -> None:
    """A task that failed or was cancelled leaves no reply streaming."""
    end_abandoned(task_ids=task_ids)


def end_readings(sender: object, task_ids: Sequence[UUID], **_signal: Any) -> None:
    """A task that failed or was cancelled leaves no file waiting."""
    fail_reading(task_ids=list(task_ids))


def end_imports(sender: object, task_ids: Sequence[UUID], **_signal: Any) -> None:
    """A task that failed or was cancelled leaves no import waiting."""
    services.end_imports(task_ids=list(task_ids))


def book_gateway_calls(sender: object, entries: Sequence[EndedInteraction], **_signal: Any) -> None:
    """What calls of the gateway used is booked in the transaction that stores their ends: exactly once."""
    calls = [
        EndedCall(entry.reservation_id, entry.user_id, entry.api_key_id, entry.project_id, entry.amounts)
        for entry in entries
        if entry.reservation_id is not None and entry.user_id is not None
    ]
    if calls:
        book_calls(calls=calls)


def sync_guide_at_start(**_signal: Any) -> None:
    """Receiver of Celery's `worker_ready`: the guide is in step with this version, and has its meaning.

    Beside the work, because embedding takes seconds; several workers come one after the other and find it done.
    """
    if settings.CHAT_GUIDE_AT_START:
        threading.Thread(target=_sync_guide, name="guide-sync", daemon=True).start()


def _sync_guide() -> None:
    with own_connections():
        changed = sync_guide()
        logger.info("chat.guide.synced", extra={"changed": changed})
