"""Replies that somebody else than their writer ends: its process died, or its task failed or was cancelled."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.services import refund_usage, settle_usage
from chatbot.engines.tokens import estimate_tokens
from chatbot.models import Message
from chatbot.querysets import MessageQuerySet
from chatbot.services.writing import length_at_begin
from chatbot.states import MessageStatus
from chatbot.streams.history import announce_end, read_shown
from chatbot.streams.tail import state_of
from config.common.redis import RedisDown
from tasks.states import ACTIVE, TERMINAL, TaskStatus

logger = logging.getLogger(__name__)

_BATCH = 100


@transaction.atomic
def interrupt_silent_replies() -> int:
    """End replies whose writer has died, with all text that anybody saw; returns how many.

    A reply on a worker is silent while its task waits, and is rescued by the task's own protocol. Without Redis, which
    knows the last two seconds, nothing is ended.
    """
    horizon = Now() - timedelta(seconds=settings.CHAT_SILENT_SECONDS)
    silent = _endable().filter(heartbeat_at__lt=horizon).exclude(task__status__in=ACTIVE).order_by("heartbeat_at")
    return _end_all(silent[:_BATCH])


@transaction.atomic
def end_abandoned(*, task_ids: Sequence[UUID]) -> int:
    """End replies whose tasks failed or were cancelled before their writer could; returns how many.

    Without Redis they are left to `interrupt_silent_replies`.
    """
    return _end_all(_endable().filter(task__in=task_ids, task__status__in=TERMINAL))


def _endable() -> MessageQuerySet:
    rows = Message.objects.streaming().select_related("task").defer("search")
    return rows.select_for_update(of=("self",), skip_locked=True)


def _end_all(rows: MessageQuerySet) -> int:
    ended = 0
    for message in rows:
        try:
            _end(message)
        except RedisDown:
            logger.warning("chat.stream.unavailable")
            break
        ended += 1
    return ended


def _end(message: Message) -> None:
    shown = read_shown(message.pk, message.content, message.last_seq)
    tokens = estimate_tokens(shown.text[length_at_begin(message) :])
    message.content, message.last_seq, message.completion_tokens = shown.text, shown.next_seq, tokens
    message.status = _status_for(message)
    message.error_code, message.error_message = _reason_for(message)
    message.heartbeat_at = message.writer_id = None
    # The trigger lets the text grow until the status changes, which is in the same statement.
    Message.objects.filter(pk=message.pk).update(
        content=message.content, last_seq=message.last_seq, completion_tokens=tokens, status=message.status,
        error_code=message.error_code, error_message=message.error_message, heartbeat_at=None, writer_id=None,
        finished_at=Now(),
    )  # fmt: skip
    _book(message, tokens)
    transaction.on_commit(partial(announce_end, state_of(message)))
    logger.warning("chat.reply.interrupted", extra={"message_id": str(message.pk), "status": message.status})


def _status_for(message: Message) -> MessageStatus:
    if message.task is not None and message.task.status == TaskStatus.CANCELLED:
        return MessageStatus.STOPPED
    return MessageStatus.INTERRUPTED if message.content else MessageStatus.FAILED


def _reason_for(message: Message) -> tuple[str, str]:
    if message.status == MessageStatus.STOPPED:
        return "", ""
    task = message.task
    return (task.error_code, task.error_message) if task is not None and task.error_code else ("writer_lost", "")


def _book(message: Message, tokens: int) -> None:
    """Remote replies hold a reservation of their own; tasks book theirs."""
    reservation = message.metadata.get("reservation_id")
    if reservation is None:
        return
    if tokens:
        settle_usage(reservation_id=UUID(reservation), actual={"requests": 1, "tokens": tokens})
    else:
        refund_usage(reservation_ids=[UUID(reservation)])
