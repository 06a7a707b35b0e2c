"""Replies written by a worker: text, numbers, totals, stop, failure."""

from typing import Any

import pytest

from accounts.models import Account, UsageReservation
from chatbot.models import Conversation, Message
from chatbot.services import continue_reply, stop_reply
from chatbot.streams.frames import from_fields, stream_key
from chatbot.tests.conftest import Ask, Run
from config.common.redis import redis_client
from results.models import Result
from tasks.models import Task

pytestmark = pytest.mark.django_db


def frames_of(message: Message) -> list[dict[str, object]]:
    entries: Any = redis_client().xrange(stream_key(message.pk))
    return [dict(from_fields(str(message.pk), entry, fields)) for entry, fields in entries]


def test_reply_is_written_to_its_end(ask: Ask, run: Run) -> None:
    reply = ask("[words 5]")
    assert (reply.status, reply.content, reply.heartbeat_at is None) == ("streaming", "", False)
    assert run(reply) == "completed"
    assert (reply.status, reply.content) == ("completed", "word1 word2 word3 word4 word5")
    assert (reply.prompt_tokens, reply.completion_tokens) == (2, 5)
    assert (reply.heartbeat_at, reply.writer_id) == (None, None)
    assert reply.metadata == {"finish_reason": "stop", "model": "fake"}


def test_stream_holds_the_text_in_numbered_pieces(ask: Ask, run: Run) -> None:
    reply = ask("[words 50] [delay 5ms]")
    run(reply)
    frames = frames_of(reply)
    assert [frame["seq"] for frame in frames] == list(range(1, reply.last_seq + 1))
    assert "".join(str(frame["text"]) for frame in frames[:-1]) == reply.content
    assert (frames[-1]["type"], frames[-1]["status"]) == ("state", "completed")


def test_totals_title_result_and_quota_follow(ask: Ask, run: Run) -> None:
    reply = ask("[words 5]")
    run(reply)
    conversation = Conversation.objects.get(pk=reply.conversation_id)
    assert (conversation.total_messages, conversation.total_tokens, conversation.title) == (2, 7, "[words 5]")
    result = Result.objects.get(task=reply.task)
    assert (result.engine_name, result.output_data["message_id"]) == ("fake", str(reply.pk))
    assert not UsageReservation.objects.exists()


def test_engine_failure_keeps_the_words_before_it(ask: Ask, run: Run) -> None:
    reply = ask("[words 3] [fail]")
    run(reply)
    assert (reply.status, reply.content, reply.error_code) == ("interrupted", "word1 word2 word3", "told_to_fail")


def test_interrupted_reply_is_continued_beside_it(ask: Ask, run: Run, owner: Account) -> None:
    reply = ask("[words 3] [fail]")
    run(reply)
    longer = continue_reply(reply=reply, user=owner)
    assert (longer.content, longer.version, longer.parent_message_id) == (reply.content, 2, reply.parent_message_id)
    run(longer)
    assert longer.content.startswith("word1 word2 word3")
    assert len(longer.content) > len(reply.content)
    reply.refresh_from_db()
    assert (reply.status, reply.content) == ("interrupted", "word1 word2 word3")


def test_stop_before_the_worker_began_cancels_the_task(ask: Ask, owner: Account) -> None:
    reply = stop_reply(reply=ask(), user=owner)
    assert (reply.status, reply.content) == ("stopped", "")
    assert Task.objects.values_list("status", flat=True).get() == "cancelled"
    assert not UsageReservation.objects.exists()
