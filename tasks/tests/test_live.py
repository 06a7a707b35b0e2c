"""Live frames: publishing, the hub of an event loop, and what a lagging or cut reader is told."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

import pytest
from django.test import override_settings

from config.common.embedded import socket_dir
from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks import live
from tasks.live import RESYNC, Frame, Hub, channel, next_frame, publish_frame, state_frame
from tasks.tests.conftest import redis_server

PERSON, OTHER = uuid7(), uuid7()


def progress(percent: int) -> Frame:
    """A frame that can be told from others."""
    return {"type": "task.progress", "task_id": "t", "progress": percent, "message": ""}


async def until(condition: Callable[[], object]) -> None:
    """Wait in the event loop; fails after five seconds."""
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "the condition was not met in time"
        await asyncio.sleep(0.01)


async def drained(queue: "asyncio.Queue[Frame]") -> None:
    """Take the resync that says the subscription stands."""
    assert await next_frame(queue, 5) == RESYNC


def subscribers(user_id: object) -> int:
    """How many connections Redis knows for a person's channel."""
    [(_name, count)] = redis_client().pubsub_numsub(f"task_events:{user_id}")
    return int(count)


@pytest.fixture(autouse=True)
def _unmuted(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test inherits another one's breaker."""
    monkeypatch.setattr(live, "_muted_until", 0.0)


@contextmanager
def frozen_redis() -> Iterator[None]:
    """The server keeps its connections and answers nothing."""
    pid = redis_server().pid
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def test_first_frame_is_a_resync_so_that_the_reader_looks_at_the_row() -> None:
    async with Hub().subscribe(PERSON) as queue:
        assert await next_frame(queue, 5) == {"type": "task.resync"}
        assert queue.empty()


async def test_frame_reaches_the_person_it_was_published_for() -> None:
    async with Hub().subscribe(PERSON) as queue:
        await drained(queue)
        publish_frame(PERSON, progress(7))
        assert await next_frame(queue, 5) == progress(7)


async def test_frame_of_somebody_else_does_not_arrive() -> None:
    async with Hub().subscribe(PERSON) as queue:
        await drained(queue)
        publish_frame(OTHER, progress(1))
        publish_frame(PERSON, progress(2))
        assert await next_frame(queue, 5) == progress(2)


async def test_two_sockets_of_one_person_share_one_connection_and_both_hear() -> None:
    hub = Hub()
    async with hub.subscribe(PERSON) as first:
        await drained(first)
        async with hub.subscribe(PERSON) as second:
            publish_frame(PERSON, progress(3))
            assert [await next_frame(queue, 5) for queue in (first, second)] == [progress(3), progress(3)]
            assert subscribers(PERSON) == 1


async def test_second_person_joins_the_reader_that_runs() -> None:
    hub = Hub()
    async with hub.subscribe(PERSON) as first:
        await drained(first)
        async with hub.subscribe(OTHER) as second:
            publish_frame(OTHER, progress(4))
            assert await next_frame(second, 5) == progress(4)
            assert first.empty()


async def test_channel_is_left_with_its_last_subscriber_only() -> None:
    hub = Hub()
    async with hub.subscribe(OTHER) as kept:
        await drained(kept)
        async with hub.subscribe(PERSON):
            async with hub.subscribe(PERSON):
                await until(lambda: subscribers(PERSON) == 1)
            assert subscribers(PERSON) == 1
        await until(lambda: subscribers(PERSON) == 0)
        assert subscribers(OTHER) == 1


async def test_person_who_comes_back_is_heard_again() -> None:
    hub = Hub()
    async with hub.subscribe(OTHER) as kept:
        await drained(kept)
        async with hub.subscribe(PERSON):
            pass
        async with hub.subscribe(PERSON) as queue:
            await until(lambda: subscribers(PERSON) == 1)
            publish_frame(PERSON, progress(5))
            assert await next_frame(queue, 5) == progress(5)


async def test_lagging_reader_gets_one_resync_instead_of_the_frames_it_missed() -> None:
    queue: asyncio.Queue[Frame] = asyncio.Queue(live.MAX_LAG_FRAMES)
    for number in range(live.MAX_LAG_FRAMES):
        live._put(queue, progress(number))
    assert queue.full()
    live._put(queue, progress(999))
    assert (queue.qsize(), queue.get_nowait()) == (1, RESYNC)


async def test_reader_that_lagged_follows_again_after_the_resync() -> None:
    queue: asyncio.Queue[Frame] = asyncio.Queue(2)
    for number in (1, 2, 3, 4):
        live._put(queue, progress(number))
    assert [queue.get_nowait() for _ in range(queue.qsize())] == [RESYNC, progress(4)]


async def test_slow_socket_does_not_hold_the_quick_one() -> None:
    hub = Hub()
    async with AsyncExitStack() as stack:
        slow = await stack.enter_async_context(hub.subscribe(PERSON))
        await drained(slow)
        quick = await stack.enter_async_context(hub.subscribe(PERSON))
        for number in range(live.MAX_LAG_FRAMES + 1):
            live._put(slow, progress(number))
        publish_frame(PERSON, progress(42))
        assert await next_frame(quick, 5) == progress(42)


async def test_every_subscriber_is_told_to_resync_after_a_cut() -> None:
    hub = Hub()
    async with hub.subscribe(PERSON) as first, hub.subscribe(OTHER) as second:
        await drained(first)
        await drained(second)
        redis_client().client_kill_filter(_type="pubsub")
        assert [await next_frame(queue, 5) for queue in (first, second)] == [RESYNC, RESYNC]
        publish_frame(OTHER, progress(6))
        assert await next_frame(second, 5) == progress(6)


async def test_hub_keeps_trying_while_redis_is_away_and_wakes_the_reader(tmp_path: Any) -> None:
    hub = Hub()
    with override_settings(REDIS_URL=f"unix://{tmp_path}/nothing"):
        async with hub.subscribe(PERSON) as queue:
            assert await next_frame(queue, 0.3) is None
            assert hub._reader is not None
            assert not hub._reader.done()
            (tmp_path / "nothing").symlink_to(socket_dir(redis_server().data_dir) / "redis.sock")
            assert await next_frame(queue, 5) == RESYNC


async def test_reader_ends_when_nobody_listens_and_a_new_one_starts() -> None:
    hub = Hub()
    async with hub.subscribe(PERSON) as queue:
        await drained(queue)
        first = hub._reader
    publish_frame(PERSON, progress(1))
    assert first is not None
    await asyncio.wait_for(first, 5)
    assert hub._reader is None
    async with hub.subscribe(PERSON) as queue:
        await drained(queue)


async def test_fifty_people_who_come_and_go_at_once_disturb_nobody() -> None:
    hub = Hub()

    async def visit() -> None:
        async with hub.subscribe(uuid7()):
            await asyncio.sleep(0)

    async with hub.subscribe(PERSON) as queue:
        await drained(queue)
        await asyncio.gather(*(visit() for _ in range(50)))
        publish_frame(PERSON, progress(8))
        assert await next_frame(queue, 5) == progress(8)
    assert hub._queues == {}


async def test_person_who_comes_while_the_reader_closes_is_heard() -> None:
    hub = Hub()
    for _ in range(20):
        async with hub.subscribe(PERSON):
            await until(lambda: subscribers(PERSON) == 1)
        publish_frame(PERSON, progress(1))
        async with hub.subscribe(OTHER) as queue:
            await until(lambda: subscribers(OTHER) == 1)
            publish_frame(OTHER, progress(2))
            while (frame := await next_frame(queue, 5)) == RESYNC:
                pass
            assert frame == progress(2)


async def test_one_loop_has_one_hub() -> None:
    assert live.hub() is live.hub()


def test_hub_of_a_closed_loop_is_forgotten() -> None:
    async def look() -> Hub:
        return live.hub()

    first, second = asyncio.run(look()), asyncio.run(look())
    assert first is not second
    assert first not in live._hubs.values()


async def test_wait_for_a_frame_ends_in_time() -> None:
    began = time.monotonic()
    assert await next_frame(asyncio.Queue(), 0.05) is None
    assert 0.04 < time.monotonic() - began < 1


def test_frozen_redis_delays_one_frame_and_the_next_ones_are_skipped() -> None:
    with frozen_redis():
        publish_frame(PERSON, progress(1))
        assert live._muted_until > time.monotonic()
        began = time.monotonic()
        for number in range(100):
            publish_frame(PERSON, progress(number))
        assert time.monotonic() - began < 0.5


def test_muted_publisher_speaks_again_when_the_pause_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = redis_client().pubsub()
    listener.subscribe(channel(PERSON))
    assert listener.get_message(timeout=5)["type"] == "subscribe"
    monkeypatch.setattr(live, "_muted_until", time.monotonic() + 60)
    publish_frame(PERSON, progress(1))
    monkeypatch.setattr(live, "_muted_until", time.monotonic() - 1)
    publish_frame(PERSON, progress(2))
    assert json.loads(listener.get_message(timeout=5)["data"])["progress"] == 2
    listener.close()


def test_state_frame_holds_texts_only_and_a_moment_in_utc() -> None:
    frame = state_frame(task_id=PERSON, task_type="test.echo", project_id=OTHER, status="failed", error_code="said_no")
    assert (frame["task_id"], frame["project_id"]) == (str(PERSON), str(OTHER))
    assert (frame["status"], frame["attempt"], frame["progress"], frame["error_code"]) == ("failed", 0, 0, "said_no")
    assert frame["at"].endswith("+00:00")
    assert len(frame["at"]) == len("2026-01-01T00:00:00.000+00:00")


def test_vietnamese_message_survives_the_channel() -> None:
    listener = redis_client().pubsub()
    listener.subscribe(channel(PERSON))
    listener.get_message(timeout=5)
    publish_frame(PERSON, {"type": "task.progress", "task_id": "t", "progress": 1, "message": "đang đọc câu 3/7"})
    assert json.loads(listener.get_message(timeout=5)["data"])["message"] == "đang đọc câu 3/7"
    listener.close()


def test_frame_is_sent_compactly() -> None:
    assert live.as_json({"type": "task.resync", "n": [1, 2]}) == '{"type":"task.resync","n":[1,2]}'
