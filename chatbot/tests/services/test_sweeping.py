"""Replies whose writer died: ended with all that anybody saw, and booked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models.functions import Now

from accounts.models import Account, UsageQuota, UsageReservation
from accounts.services import hold_usage, set_quota
from chatbot.models import Conversation, Message
from chatbot.services import continue_reply, end_abandoned, interrupt_silent_replies
from chatbot.streams.writer import Draft, flush
from chatbot.tests.conftest import Ask, task_of
from chatbot.tests.streaming import frames_of
from chatbot.tests.trees import add_chain, add_version
from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.models import Task
from tasks.tests.conftest import redis_server

pytestmark = pytest.mark.django_db

LATE = Now() - timedelta(seconds=11)


@pytest.fixture
def reservation_id(owner: Account) -> UUID:
    """One request, 1,000 tokens."""
    made = uuid7()
    for quota_type in ("requests", "tokens"):
        set_quota(account=owner, quota_type=quota_type, period="daily", limit=10_000, actor=None)
    hold_usage(reservation_id=made, account_id=owner.pk, amounts={"requests": 1, "tokens": 1_000})
    return made


@pytest.fixture
def silent(conversation: Conversation, reservation_id: UUID) -> Message:
    """A remote reply whose writer died eleven seconds ago; the row has the first of three deltas."""
    (question,) = add_chain(conversation, ["Q"])
    reply = Message.objects.create(
        conversation=conversation, parent_message=question, role="assistant", status="streaming", writer_id=uuid7(),
        heartbeat_at=LATE, metadata={"reservation_id": str(reservation_id)}, engine_name="fake",
    )  # fmt: skip
    say(reply, "Once ", "upon ", "a")
    Message.objects.filter(pk=reply.pk).update(content="Once ", last_seq=1)
    reply.refresh_from_db()
    return reply


def say(reply: Message, *texts: str) -> None:
    draft = Draft(reply.pk)
    for text in texts:
        draft.add(text)
        flush(draft)


def used(owner: Account) -> dict[str, int]:
    rows = UsageQuota.objects.filter(user=owner, period="daily").exclude(current_usage=0)
    return dict(rows.values_list("quota_type", "current_usage"))


def test_silent_reply_is_interrupted_with_the_text_of_the_stream(silent: Message) -> None:
    assert interrupt_silent_replies() == 1
    silent.refresh_from_db()
    assert (silent.status, silent.content, silent.last_seq) == ("interrupted", "Once upon a", 4)
    assert (silent.error_code, silent.writer_id, silent.heartbeat_at) == ("writer_lost", None, None)
    assert silent.finished_at is not None


def test_what_was_shown_is_paid(silent: Message, owner: Account) -> None:
    interrupt_silent_replies()
    silent.refresh_from_db()
    assert silent.completion_tokens > 0
    assert used(owner) == {"requests": 1, "tokens": silent.completion_tokens}
    assert not UsageReservation.objects.exists()


def test_readers_are_told(silent: Message, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        interrupt_silent_replies()
    last = frames_of(silent.pk)[-1]
    assert (last["type"], last["seq"], last["status"], last["error_code"]) == ("state", 4, "interrupted", "writer_lost")


def test_interrupted_reply_can_be_continued(silent: Message, owner: Account) -> None:
    interrupt_silent_replies()
    silent.refresh_from_db()
    assert continue_reply(reply=silent, user=owner).content == "Once upon a"


def test_reply_that_said_nothing_has_failed_and_costs_nothing(silent: Message, owner: Account) -> None:
    redis_client().flushall()
    Message.objects.filter(pk=silent.pk).update(content="", last_seq=0)
    interrupt_silent_replies()
    silent.refresh_from_db()
    assert (silent.status, silent.content, used(owner)) == ("failed", "", {})
    assert not UsageReservation.objects.exists()


def test_continued_reply_pays_only_for_what_was_added(silent: Message, owner: Account) -> None:
    first = add_version(silent, 2, "Once upon a time there was a king. " * 20)
    Message.objects.filter(pk=silent.pk).update(
        content=first.content, last_seq=0, metadata={**silent.metadata, "continues": str(first.pk)}
    )
    interrupt_silent_replies()
    silent.refresh_from_db()
    assert silent.content == first.content + "Once upon a"
    assert used(owner)["tokens"] == silent.completion_tokens < 10


def test_heart_that_beats_is_left_alone(silent: Message) -> None:
    Message.objects.filter(pk=silent.pk).update(heartbeat_at=Now() - timedelta(seconds=9))
    assert interrupt_silent_replies() == 0
    silent.refresh_from_db()
    assert (silent.status, silent.content) == ("streaming", "Once ")


@pytest.mark.parametrize(
    "states", [[], ["in_queue"], ["in_queue", "processing"], ["in_queue", "processing", "retrying"], ["paused"]]
)
def test_reply_whose_task_is_alive_waits_for_it(ask: Ask, states: list[str]) -> None:
    reply = ask()
    columns = {"in_queue": "enqueued_at", "processing": "lease_expires_at", "retrying": "next_retry_at"}
    for status in states:
        times: dict[str, Any] = {column: Now() if name == status else None for name, column in columns.items()}
        Task.objects.filter(pk=task_of(reply).pk).update(status=status, **times)
    Message.objects.filter(pk=reply.pk).update(heartbeat_at=LATE)
    assert interrupt_silent_replies() == 0
    reply.refresh_from_db()
    assert reply.status == "streaming"


def test_every_reply_is_ended_once(silent: Message) -> None:
    assert [interrupt_silent_replies(), interrupt_silent_replies()] == [1, 0]


def test_without_redis_nothing_is_ended(silent: Message) -> None:
    server = redis_server()
    server.stop()
    try:
        assert interrupt_silent_replies() == 0
    finally:
        server.start()
    silent.refresh_from_db()
    assert (silent.status, silent.content) == ("streaming", "Once ")


@pytest.mark.parametrize(
    ("task", "text", "ended"),
    [
        ({"status": "cancelled"}, "", ("stopped", "", "")),
        ({"status": "cancelled"}, "seen", ("stopped", "seen", "")),
        ({"status": "failed", "error_code": "boom"}, "", ("failed", "", "boom")),
        ({"status": "failed", "error_code": "boom"}, "seen", ("interrupted", "seen", "boom")),
    ],
)
def test_end_of_a_task_ends_its_reply(ask: Ask, task: dict[str, str], text: str, ended: tuple[str, str, str]) -> None:
    reply = ask()
    if text:
        say(reply, text)
    task_id = task_of(reply).pk
    Task.objects.filter(pk=task_id).update(**task, completed_at=Now())
    assert end_abandoned(task_ids=[task_id]) == 1
    reply.refresh_from_db()
    assert (reply.status, reply.content, reply.error_code) == ended


def test_other_tasks_end_no_reply(ask: Ask) -> None:
    reply = ask()
    assert end_abandoned(task_ids=[uuid7()]) == 0
    assert end_abandoned(task_ids=[task_of(reply).pk]) == 0
    reply.refresh_from_db()
    assert reply.status == "streaming"
