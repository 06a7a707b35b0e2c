"""One connection reads all streams that a process' sockets follow."""

import asyncio
from uuid import UUID

import pytest

from chatbot.streams import reader
from chatbot.streams.flusher import OpenDraft, flusher
from chatbot.streams.reader import Follower, StreamHub, stream_hub
from chatbot.streams.writer import Draft, flush
from chatbot.tests.streaming import until
from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.tests.conftest import redis_server


def say(message_id: UUID, text: str, seq: int = 0) -> None:
    draft = Draft(message_id, seq=seq)
    draft.add(text)
    flush(draft)


async def next_text(follower: Follower) -> str:
    frame = await asyncio.wait_for(follower.queue.get(), 10)
    assert frame is not None
    return str(frame.get("text"))


def readers() -> list[str]:
    """Connections that block in XREAD."""
    return [str(client["cmd"]) for client in redis_client().client_list() if client["cmd"] == "xread"]


async def test_twenty_messages_are_read_over_one_connection() -> None:
    hub = stream_hub()
    ids = [uuid7() for _ in range(20)]
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        entered = asyncio.Barrier(21)

        async def follow(message_id: UUID) -> str:
            async with hub.follow(message_id, 0) as follower:
                await entered.wait()
                return await next_text(follower)

        jobs = [group.create_task(follow(message_id)) for message_id in ids]
        await entered.wait()
        await until(lambda: len(readers()) == 1)
        for message_id in ids:
            say(message_id, str(message_id))
    assert [job.result() for job in jobs] == [str(message_id) for message_id in ids]


async def test_follower_of_a_later_number_is_spared_what_it_has_seen() -> None:
    message_id = uuid7()
    say(message_id, "a")
    say(message_id, "b", seq=1)
    async with stream_hub().follow(message_id, 0) as early, stream_hub().follow(message_id, 1) as late:
        assert [await next_text(early), await next_text(early), await next_text(late)] == ["a", "b", "b"]


async def test_reader_ends_with_its_last_follower_and_begins_again() -> None:
    hub, message_id = stream_hub(), uuid7()
    async with hub.follow(message_id, 0):
        await until(lambda: len(readers()) == 1)
    await until(lambda: hub._reader is None)
    assert hub._followers == {}
    say(message_id, "a")
    async with hub.follow(message_id, 0) as follower:
        assert await next_text(follower) == "a"


async def test_restarted_redis_is_read_again() -> None:
    message_id, server = uuid7(), redis_server()
    async with stream_hub().follow(message_id, 0) as follower:
        server.stop()
        server.start()
        say(message_id, "a")
        assert await next_text(follower) == "a"


async def test_server_that_died_silently_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_BLOCK_MS", 100)
    monkeypatch.setattr(reader, "_ANSWER_SECONDS", 0.2)
    message_id = uuid7()
    async with stream_hub().follow(message_id, 0) as follower:
        await until(lambda: len(readers()) == 1)
        redis_client().client_pause(600)
        say(message_id, "a")
        assert await next_text(follower) == "a"


async def test_frames_of_this_process_come_without_redis() -> None:
    hub, draft = stream_hub(), OpenDraft(Draft(uuid7()))
    message_id = draft.draft.message_id
    with hub.writing(message_id, 0):
        async with hub.follow(message_id, 0) as follower:
            draft.draft.add("a")
            await flusher().flush(draft)
            assert (follower.queue.qsize(), hub._read_up_to) == (1, {})
            assert await next_text(follower) == "a"


async def test_who_comes_later_reads_the_beginning_and_hears_the_rest() -> None:
    hub, draft = stream_hub(), OpenDraft(Draft(uuid7()))
    message_id = draft.draft.message_id
    with hub.writing(message_id, 0):
        for text in ("a", "b"):
            draft.draft.add(text)
            await flusher().flush(draft)
        async with hub.follow(message_id, 0) as late, hub.follow(message_id, 1) as later:
            draft.draft.add("c")
            await flusher().flush(draft)
            assert [await next_text(late) for _ in range(3)] == ["a", "b", "c"]
            assert [await next_text(later) for _ in range(2)] == ["b", "c"]
            await until(lambda: not hub._read_up_to)


async def test_frame_that_was_told_is_not_read_again() -> None:
    hub, message_id = stream_hub(), uuid7()
    async with hub.follow(message_id, 0) as follower:
        await until(lambda: len(readers()) == 1)
        with hub.writing(message_id, 0):
            hub.tell(message_id, [{"type": "delta", "message_id": str(message_id), "seq": 1, "text": "a"}])
        say(message_id, "a")
        say(message_id, "b", seq=1)
        assert [await next_text(follower), await next_text(follower)] == ["a", "b"]
        assert follower.queue.empty()


async def test_next_writer_is_heard_through_redis() -> None:
    """This process' writer has ended or lost the row, and its sockets have not."""
    hub, message_id = stream_hub(), uuid7()
    async with hub.follow(message_id, 0) as follower:
        with hub.writing(message_id, 0):
            await until(lambda: len(readers()) == 1)
        say(message_id, "theirs")
        assert await next_text(follower) == "theirs"


def test_follower_that_lags_is_told_to_read_the_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "MAX_LAG_FRAMES", 2)
    follower = Follower("m", 0)
    for seq in range(1, 4):
        follower.put({"type": "delta", "message_id": "m", "seq": seq, "text": ""})
    assert (follower.queue.qsize(), follower.queue.get_nowait(), follower.seq) == (1, None, 3)


@pytest.mark.parametrize(
    "answer",
    [
        [(b"k", [(b"1-0", {b"d": b"x"})])],
        {b"k": [[(b"1-0", {b"d": b"x"})]]},
    ],
)
def test_both_protocols_of_redis_are_read(answer: object) -> None:
    assert reader._pairs(answer) == [(b"k", [(b"1-0", {b"d": b"x"})])]


def test_silence_is_no_entry() -> None:
    assert reader._pairs(None) == []


async def test_each_event_loop_has_a_hub() -> None:
    assert stream_hub() is stream_hub()
    other = await asyncio.to_thread(lambda: asyncio.run(_hub_of_another_loop()))
    assert other is not stream_hub()


async def _hub_of_another_loop() -> StreamHub:
    return stream_hub()
