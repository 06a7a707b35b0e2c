"""What a later attempt finds, and what an attempt that lost its row may still do."""

import pytest
import redis
from django.utils.translation import override

from accounts.models import Account
from chatbot.models import Conversation, Message
from chatbot.replying.local import LocalWriter, write_reply
from chatbot.replying.recording import record_of_message
from chatbot.services import continue_reply
from chatbot.services.writing import take_over
from chatbot.streams.writer import Draft
from chatbot.tests.conftest import Ask, Run, task_of
from chatbot.tests.replying.attempts import attempt_of
from chatbot.tests.streaming import frames_of, text_of
from config.common.redis import redis_client
from tasks.engines.errors import Cancelled, LeaseLost
from tasks.tests.conftest import redis_server
from tasks.worker.context import Drained, StopReason

pytestmark = pytest.mark.django_db


@pytest.fixture
def reply(ask: Ask) -> Message:
    return ask("[words 3]")


def lost_writer(reply: Message, *texts: str) -> LocalWriter:
    """A first attempt that has streamed these deltas and then hears nothing of the world for a while."""
    writer_id = take_over(reply.pk)
    assert writer_id is not None
    draft = Draft(reply.pk, reply.content, begun_at=len(reply.content))
    writer = LocalWriter(draft, attempt_of(reply), writer_id, record_of_message(reply))
    for text in texts:
        writer.draft.add(text)
        writer.flush()
    return writer


def test_first_attempt_that_showed_nothing_is_as_if_it_had_not_been(reply: Message) -> None:
    outcome = write_reply(attempt_of(reply, 2))
    reply.refresh_from_db()
    assert (reply.status, reply.content) == ("completed", "word1 word2 word3")
    assert outcome.usage == {"requests": 1, "tokens": 5}


def test_text_that_no_checkpoint_has_is_kept(reply: Message) -> None:
    lost_writer(reply, "Once ", "upon")
    outcome = write_reply(attempt_of(reply, 2))
    reply.refresh_from_db()
    assert (reply.status, reply.content, reply.last_seq) == ("interrupted", "Once upon", 3)
    assert text_of(frames_of(reply.pk)) == "Once upon"
    assert outcome.usage["tokens"] == reply.completion_tokens > 0


def test_checkpoint_and_the_frames_after_it_are_joined(reply: Message) -> None:
    writer = lost_writer(reply, "Once ", "upon")
    writer._checkpoint()
    writer.draft.add(" a time")
    writer.flush()
    write_reply(attempt_of(reply, 2))
    reply.refresh_from_db()
    assert (reply.content, reply.last_seq) == ("Once upon a time", 4)


def test_later_attempt_is_told_to_the_readers(reply: Message) -> None:
    lost_writer(reply, "Once")
    write_reply(attempt_of(reply, 2))
    assert [(frame["seq"], frame["type"]) for frame in frames_of(reply.pk)] == [(1, "delta"), (2, "state")]
    assert frames_of(reply.pk)[-1]["status"] == "interrupted"


def test_continued_reply_that_added_nothing_is_begun_again(ask: Ask, run: Run, owner: Account) -> None:
    first = ask("[words 3] [fail]")
    run(first)
    longer = continue_reply(reply=first, user=owner)
    write_reply(attempt_of(longer, 2))
    longer.refresh_from_db()
    assert longer.status == "completed"
    assert longer.content.startswith(first.content)


def test_continued_reply_counts_only_what_the_lost_attempt_added(ask: Ask, run: Run, owner: Account) -> None:
    first = ask("[words 300] [fail]")
    run(first)
    longer = continue_reply(reply=first, user=owner)
    lost_writer(longer, " and so on")
    write_reply(attempt_of(longer, 2))
    longer.refresh_from_db()
    assert (longer.status, longer.content) == ("interrupted", f"{first.content} and so on")
    assert 0 < longer.completion_tokens < 10


def test_without_redis_a_later_attempt_waits(reply: Message) -> None:
    lost_writer(reply, "Once")
    server = redis_server()
    server.stop()
    try:
        with pytest.raises(redis.exceptions.ConnectionError):
            write_reply(attempt_of(reply, 2))
    finally:
        server.start()
    reply.refresh_from_db()
    assert (reply.status, reply.content) == ("streaming", "")


def test_zombie_writes_neither_row_nor_stream(reply: Message) -> None:
    zombie = lost_writer(reply, "Once")
    write_reply(attempt_of(reply, 2))
    frames = frames_of(reply.pk)
    zombie.draft.add(" upon")
    with pytest.raises(LeaseLost):
        zombie.flush()
    with pytest.raises(LeaseLost):
        zombie._checkpoint()
    reply.refresh_from_db()
    assert (reply.content, frames_of(reply.pk)) == ("Once", frames)


def test_zombie_is_refused_while_the_next_attempt_runs(reply: Message) -> None:
    zombie = lost_writer(reply)
    other = lost_writer(reply)
    with pytest.raises(LeaseLost):
        zombie._checkpoint()
    other._checkpoint()
    reply.refresh_from_db()
    assert reply.writer_id == other.writer_id != zombie.writer_id


def test_reply_that_has_ended_is_not_written_again(answered: Message) -> None:
    frames, content = frames_of(answered.pk), answered.content
    outcome = write_reply(attempt_of(answered, 2))
    answered.refresh_from_db()
    assert outcome.output_data["status"] == "completed"
    assert outcome.usage == {"requests": 1, "tokens": answered.prompt_tokens + answered.completion_tokens}
    assert (frames_of(answered.pk), answered.content, outcome.results) == (frames, content, ())


def interrupted_by(reply: Message, reason: StopReason, error: type[Exception]) -> None:
    """Run the attempt with a token that says stop after the first word."""
    context = attempt_of(reply)
    context.stop(reason)
    with pytest.raises(error):
        write_reply(context)
    reply.refresh_from_db()


def test_drained_worker_leaves_a_reply_without_words_to_the_next(reply: Message) -> None:
    interrupted_by(reply, StopReason.DRAIN, Drained)
    assert (reply.status, reply.content, reply.last_seq) == ("streaming", "", 0)
    write_reply(attempt_of(reply, 2))
    reply.refresh_from_db()
    assert (reply.status, reply.content) == ("completed", "word1 word2 word3")


def test_cancelled_task_stops_the_reply(reply: Message) -> None:
    interrupted_by(reply, StopReason.CANCEL, Cancelled)
    assert (reply.status, reply.last_seq) == ("stopped", 1)


def test_lost_lease_writes_no_end(reply: Message) -> None:
    interrupted_by(reply, StopReason.LOST, LeaseLost)
    assert (reply.status, reply.last_seq) == ("streaming", 0)


def test_persons_stop_through_the_task_is_an_end_like_any_other(reply: Message) -> None:
    Message.objects.filter(pk=reply.pk).update(stop_requested_at="2026-01-01T00:00Z")
    context = attempt_of(reply)
    context.stop(StopReason.CANCEL)
    outcome = write_reply(context)
    reply.refresh_from_db()
    assert (outcome.output_data["status"], reply.status) == ("stopped", "stopped")


def test_worker_speaks_the_language_of_who_asked(ask: Ask, run: Run) -> None:
    with override("vi"):
        reply = ask()
    assert task_of(reply).input_data["language"] == "vi"


def test_stream_that_was_wiped_before_any_checkpoint_is_begun_again(reply: Message) -> None:
    lost_writer(reply, "Once")
    redis_client().flushall()
    write_reply(attempt_of(reply, 2))
    reply.refresh_from_db()
    assert (reply.status, reply.content) == ("completed", "word1 word2 word3")


def test_conversation_deleted_in_the_middle_ends_the_work(reply: Message) -> None:
    writer = lost_writer(reply, "Once")
    Conversation.objects.get(pk=reply.conversation_id).delete()
    with pytest.raises(LeaseLost):
        writer._checkpoint()
    assert not Message.objects.exists()
