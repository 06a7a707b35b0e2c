"""What may happen to a remote reply's writer: wiped Redis, a lost row, the end of its process."""

import asyncio
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from channels.db import database_sync_to_async
from django.db import connection
from django.db.models.functions import Now

from accounts.models import UsageReservation
from chatbot.models import Conversation, Message
from chatbot.replying import keeping, remote
from chatbot.services import ask_question, interrupt_silent_replies
from chatbot.tests.replying.conftest import House
from chatbot.tests.streaming import Reading, frames_of, reading, text_of, until, until_exists
from chatbot.tests.upstream import paced, then_hang, upstream_in_thread, words
from config.common.redis import redis_client
from tasks.models import Engine
from tasks.services import load_adapter
from tasks.tests.conftest import eventually

pytestmark = pytest.mark.django_db(transaction=True)

TEXTS = tuple(f" word{number}" for number in range(20))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Checkpoints and looks at the row come sooner."""
    monkeypatch.setattr(keeping, "CHECKPOINT_SECONDS", 0.2)
    monkeypatch.setattr("chatbot.streams.tail.GAP_SECONDS", 0.05)


async def begun(house: House, **fields: Any) -> tuple[Message, Reading]:
    """A reply whose upstream has said two words and is silent."""
    reply = await house.ask(behave=then_hang(*words(" a", " b", finish_reason=None)), **fields)
    reader = reading(reply.pk)
    await reader.until(1)
    return reply, reader


async def test_row_follows_while_the_reply_is_written(house: House) -> None:
    reply, _reader = await begun(house)
    await until_exists(Message.objects.filter(pk=reply.pk, content=" a b", last_seq=1, status="streaming"))


async def test_heart_beats_while_the_upstream_is_silent(house: House) -> None:
    reply, _reader = await begun(house)
    await Message.objects.filter(pk=reply.pk).aupdate(heartbeat_at=Now() - timedelta(hours=1))
    await until_exists(Message.objects.filter(pk=reply.pk, heartbeat_at__gt=Now() - timedelta(minutes=1)))


async def test_two_devices_and_a_reload_see_the_same_text(house: House) -> None:
    reply = await house.ask(behave=paced(*TEXTS, seconds=0.03))
    first = reading(reply.pk)
    await first.until(3)
    second, reloaded = reading(reply.pk), reading(reply.pk, after=2)
    await asyncio.gather(first.end(), second.end(), reloaded.end())
    row = await house.row(reply)
    assert row.content == "".join(TEXTS) == text_of(first.frames) == text_of(second.frames)
    assert reloaded.frames == first.frames[2:]


async def test_wiped_redis_in_the_middle_loses_and_doubles_nothing(house: House) -> None:
    reply = await house.ask(behave=paced(*TEXTS, seconds=0.05))
    first = reading(reply.pk)
    await first.until(4)
    redis_client().flushall()
    second = reading(reply.pk)
    await asyncio.gather(first.end(), second.end())
    row = await house.row(reply)
    assert (row.status, row.content) == ("completed", "".join(TEXTS))
    assert text_of(first.frames) == text_of(second.frames) == row.content


async def test_stop_that_redis_forgot_is_read_from_the_row(house: House) -> None:
    reply, reader = await begun(house)
    await Message.objects.filter(pk=reply.pk).aupdate(stop_requested_at=Now())
    await reader.end(within_seconds=4)
    row = await house.row(reply)
    assert (row.status, row.content, text_of(reader.frames)) == ("stopped", " a b", " a b")


async def test_row_that_somebody_holds_waits_alone(house: House) -> None:
    """The others are stored meanwhile; the held one is nobody else's for that, and follows."""
    own = house.conversation
    other = await Conversation.objects.acreate(user=own.user, project=own.project)
    (held, _), (free, _) = await begun(house), await begun(house, conversation=other)
    rows = Message.objects.filter(pk__in=[held.pk, free.pk])
    where = {"host": connection.settings_dict["HOST"], "dbname": connection.settings_dict["NAME"], "user": "postgres"}
    async with await psycopg.AsyncConnection.connect(**where) as holder:
        await holder.execute("UPDATE messages SET heartbeat_at = now() - interval '1 hour' WHERE id = %s", [held.pk])
        for _turn in range(2):
            await rows.filter(pk=free.pk).aupdate(heartbeat_at=Now() - timedelta(hours=1))
            await until_exists(rows.filter(pk=free.pk, heartbeat_at__gt=Now() - timedelta(minutes=1)))
    await until_exists(rows.filter(pk=held.pk, heartbeat_at__gt=Now() - timedelta(minutes=1)))
    assert {row.status async for row in rows} == {"streaming"}


async def test_zombie_writes_nothing_more(house: House) -> None:
    reply, reader = await begun(house)
    await Message.objects.filter(pk=reply.pk).aupdate(heartbeat_at=Now() - timedelta(hours=1))
    assert await database_sync_to_async(interrupt_silent_replies)() == 1
    row = await house.row(reply)
    frames = await reader.end()
    assert (row.status, row.content, row.error_code) == ("interrupted", " a b", "writer_lost")
    assert [(frame["seq"], frame.get("status")) for frame in frames][-1] == (2, "interrupted")
    assert len(frames_of(reply.pk)) == 2
    assert not await UsageReservation.objects.aexists()
    await asyncio.wait_for(house.upstream.disconnected.wait(), 10)


async def test_conversation_deleted_in_the_middle_ends_the_call_and_is_paid(house: House) -> None:
    reply, _reader = await begun(house)
    await database_sync_to_async(house.conversation.delete)()
    await asyncio.wait_for(house.upstream.disconnected.wait(), 10)
    await asyncio.gather(*remote._jobs)
    assert not await Message.objects.filter(pk=reply.pk).aexists()
    assert not await UsageReservation.objects.aexists()


async def test_end_of_the_process_ends_the_row(house: House) -> None:
    reply, reader = await begun(house)
    await remote.end_all()
    assert not remote._jobs
    frames = await reader.end()
    row = await house.row(reply)
    assert (row.status, row.content, row.heartbeat_at) == ("interrupted", " a b", None)
    assert (text_of(frames), frames[-1]["status"]) == (" a b", "interrupted")
    assert not await UsageReservation.objects.aexists()


async def test_many_replies_at_once_keep_apart(house: House) -> None:
    house.upstream.behave = paced(*TEXTS[:5], seconds=0.02)
    others = [
        await Conversation.objects.acreate(user=house.conversation.user, project=house.conversation.project)
        for _ in range(8)
    ]
    replies = [await house.ask(f"q{n}", conversation=other) for n, other in enumerate(others)]
    texts = {text_of(await reading(reply.pk).end()) for reply in replies}
    assert (texts, len(house.upstream.requests)) == ({"".join(TEXTS[:5])}, 8)
    await until(lambda: not remote._jobs)


async def test_process_without_replies_ends_at_once() -> None:
    await remote.end_all()
    assert not remote._jobs


@pytest.mark.parametrize("is_closed", [False, True])
def test_without_a_loop_the_reply_gets_a_thread_of_its_own(
    conversation: Conversation, remote_engine: Engine, monkeypatch: pytest.MonkeyPatch, is_closed: bool
) -> None:
    loop = asyncio.new_event_loop()
    loop.close()
    monkeypatch.setattr(remote, "_loop", loop if is_closed else None)
    with upstream_in_thread() as upstream:
        Engine.objects.filter(pk=remote_engine.pk).update(base_url=upstream.base_url)
        _question, reply = ask_question(
            conversation=conversation, user=conversation.user, content="Hello", engine="upstream"
        )
        done = Message.objects.filter(pk=reply.pk, status="completed")
        eventually(done.exists, sweeping=False, within_seconds=10)
        load_adapter(remote_engine).close()
    reply.refresh_from_db()
    assert reply.content == "Hello world"
