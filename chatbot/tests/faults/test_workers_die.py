"""Workers that are killed or stopped in the middle of a reply."""

import signal

import pytest
from channels.db import database_sync_to_async

from accounts.models import Account, UsageReservation
from chatbot.models import Message
from chatbot.services import continue_reply, stop_reply
from chatbot.tests.conftest import Ask, task_of
from chatbot.tests.streaming import frames_of, reading, text_of
from config.common.redis import redis_client
from tasks.tests.conftest import WorkerFactory, eventually, kill_group

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


def shown(reply: Message) -> str:
    """What any reader has seen."""
    return text_of(frame for frame in frames_of(reply.pk) if frame["type"] == "delta")


def ended(reply: Message) -> bool:
    reply.refresh_from_db()
    return not reply.is_streaming


@pytest.mark.parametrize("words", [2, 120])
def test_killed_worker_leaves_an_interrupted_reply_with_all_its_text(
    ask: Ask, start_worker: WorkerFactory, owner: Account, words: int
) -> None:
    worker = start_worker()
    reply = ask("[words 2000] [delay 20ms]")
    eventually(lambda: len(shown(reply).split()) >= words)
    kill_group(worker)
    seen = shown(reply)
    start_worker()
    eventually(lambda: ended(reply))
    assert (reply.status, reply.content) == ("interrupted", seen)
    assert reply.completion_tokens > 0
    eventually(lambda: task_of(reply).status == "completed")
    assert not UsageReservation.objects.exists()
    longer = continue_reply(reply=reply, user=owner)
    eventually(lambda: ended(longer))
    assert (longer.status, longer.content) == ("completed", seen + shown(longer))


def test_terminated_worker_interrupts_what_it_cannot_finish(ask: Ask, start_worker: WorkerFactory) -> None:
    worker = start_worker()
    reply = ask("[words 2000] [delay 20ms]")
    eventually(lambda: len(shown(reply).split()) >= 5)
    kill_group(worker, signal.SIGTERM)
    eventually(lambda: ended(reply))
    assert (reply.status, reply.content) == ("interrupted", shown(reply))
    assert frames_of(reply.pk)[-1]["status"] == "interrupted"
    assert worker.wait(20) == 0
    start_worker()
    eventually(lambda: task_of(reply).status == "completed")


def test_terminated_worker_finishes_a_short_reply(ask: Ask, start_worker: WorkerFactory) -> None:
    worker = start_worker()
    reply = ask("[words 20] [delay 20ms]")
    eventually(lambda: shown(reply))
    kill_group(worker, signal.SIGTERM)
    eventually(lambda: ended(reply))
    assert (reply.status, len(reply.content.split())) == ("completed", 20)


def test_stop_of_a_running_reply_keeps_exactly_what_was_shown(
    ask: Ask, start_worker: WorkerFactory, owner: Account
) -> None:
    start_worker()
    reply = ask("[words 2000] [delay 20ms]")
    eventually(lambda: len(shown(reply).split()) >= 5)
    stop_reply(reply=reply, user=owner)
    eventually(lambda: ended(reply), within_seconds=1)
    assert (reply.status, reply.content) == ("stopped", shown(reply))
    eventually(lambda: task_of(reply).status == "completed")
    assert not UsageReservation.objects.exists()


def test_stop_of_an_engine_that_is_silent_is_heard(ask: Ask, start_worker: WorkerFactory, owner: Account) -> None:
    start_worker()
    reply = ask("[words 3] [delay 30000ms]")
    eventually(lambda: task_of(reply).status == "processing")
    stop_reply(reply=reply, user=owner)
    eventually(lambda: ended(reply), within_seconds=5)
    assert (reply.status, reply.content) == ("stopped", "")


async def test_wiped_redis_in_the_middle_costs_no_letter(ask: Ask, start_worker: WorkerFactory) -> None:
    await database_sync_to_async(start_worker)()
    reply = await database_sync_to_async(ask)("[words 300] [delay 15ms]")
    reader = reading(reply.pk)
    await reader.until(5)
    redis_client().flushall()
    frames = await reader.end(within_seconds=30)
    row = await Message.objects.aget(pk=reply.pk)
    assert (row.status, len(row.content.split())) == ("completed", 300)
    assert text_of(frames) == row.content
