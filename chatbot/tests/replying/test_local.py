"""Replies written by a worker: text, numbers, totals, quota, stop, failure."""

import pytest

from accounts.models import Account, UsageQuota, UsageReservation
from accounts.services import set_quota
from chatbot.models import Conversation, Message
from chatbot.services import continue_reply
from chatbot.streams.writer import ask_to_stop
from chatbot.tests.conftest import Ask, Run, task_of
from chatbot.tests.streaming import frames_of, text_of
from results.models import Result

pytestmark = pytest.mark.django_db


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
    frames = frames_of(reply.pk)
    assert [frame["seq"] for frame in frames] == list(range(1, reply.last_seq + 1))
    assert text_of(frames) == reply.content
    assert (frames[-1]["type"], frames[-1]["status"]) == ("state", "completed")
    assert frames[-1]["usage"] == {"prompt_tokens": 4, "completion_tokens": 50}


def test_totals_title_and_result_follow(ask: Ask, run: Run) -> None:
    reply = ask("[words 5]")
    run(reply)
    conversation = Conversation.objects.get(pk=reply.conversation_id)
    assert (conversation.total_messages, conversation.total_tokens, conversation.title) == (2, 7, "[words 5]")
    result = Result.objects.get(task=reply.task)
    assert (result.engine_name, result.output_data["message_id"]) == ("fake", str(reply.pk))


@pytest.mark.parametrize(("question", "used"), [("[words 5]", (1, 7)), ("[words 3] [fail]", (0, 0))])
def test_quota_is_charged_with_what_was_used(
    ask: Ask, run: Run, owner: Account, question: str, used: tuple[int, int]
) -> None:
    for quota_type in ("requests", "tokens"):
        set_quota(account=owner, quota_type=quota_type, period="daily", limit=10_000, actor=None)
    run(ask(question))
    rows = UsageQuota.objects.filter(user=owner, period="daily", quota_type__in=["requests", "tokens"])
    assert tuple(rows.order_by("quota_type").values_list("current_usage", flat=True)) == used
    assert not UsageReservation.objects.exists()


def test_engine_failure_keeps_the_words_before_it(ask: Ask, run: Run) -> None:
    reply = ask("[words 3] [fail]")
    assert run(reply) == "failed"
    assert (reply.status, reply.content, reply.error_code) == ("interrupted", "word1 word2 word3", "told_to_fail")
    assert (reply.completion_tokens > 0, text_of(frames_of(reply.pk))) == (True, reply.content)


def test_failure_before_the_first_word_is_tried_again_and_then_told(ask: Ask, run: Run) -> None:
    reply = ask("[fail]")
    assert run(reply) == "retrying"
    assert (reply.status, frames_of(reply.pk)) == ("streaming", [])


def test_context_that_is_too_long_fails_with_its_code(ask: Ask, run: Run) -> None:
    reply = ask("x " * 100_001)
    assert run(reply) == "failed"
    assert (reply.status, reply.content, reply.error_code) == ("failed", "", "context_too_long")


def test_interrupted_reply_is_continued_beside_it(ask: Ask, run: Run, owner: Account) -> None:
    reply = ask("[words 3] [fail]")
    run(reply)
    longer = continue_reply(reply=reply, user=owner)
    run(longer)
    assert longer.content.startswith("word1 word2 word3")
    assert len(longer.content) > len(reply.content)
    assert (longer.version, longer.parent_message_id) == (2, reply.parent_message_id)
    assert text_of(frames_of(longer.pk), begun=reply.content) == longer.content
    reply.refresh_from_db()
    assert (reply.status, reply.content) == ("interrupted", "word1 word2 word3")


def test_stop_before_the_first_word_keeps_nothing(ask: Ask, run: Run) -> None:
    reply = ask("[words 5]")
    ask_to_stop(reply.pk)
    assert run(reply) == "completed"
    assert (reply.status, reply.content) == ("stopped", text_of(frames_of(reply.pk)))


def test_conversation_deleted_before_the_work_is_no_error(ask: Ask, run: Run) -> None:
    reply = ask()
    task = task_of(reply)
    Message.objects.filter(pk=reply.pk).update(task=task)
    Conversation.objects.get(pk=reply.conversation_id).delete()
    with pytest.raises(Message.DoesNotExist):
        run(reply)
    task.refresh_from_db()
    assert (task.status, task.output_data) == ("completed", {"message_id": str(reply.pk), "status": "deleted"})


def test_engine_switched_off_meanwhile_fails_the_reply(ask: Ask, run: Run) -> None:
    reply = ask()
    Message.objects.filter(pk=reply.pk).update(engine_name="gone")
    assert run(reply) == "failed"
    assert (reply.status, reply.error_code) == ("failed", task_of(reply).error_code)


def test_tool_that_nobody_offers_is_refused_in_its_place(ask: Ask, run: Run) -> None:
    reply = ask('[words 2] [tool brew {"cups": 2}]')
    run(reply)
    (tool,) = [frame for frame in frames_of(reply.pk) if frame["type"] == "tool"]
    assert (tool["name"], tool["arguments"], tool["status"], tool["task_id"]) == ("brew", '{"cups": 2}', "refused", "")
    assert [entry["name"] for entry in reply.metadata["tools"]] == ["brew"]
    assert (reply.status, reply.metadata["finish_reason"]) == ("completed", "tool_calls")
