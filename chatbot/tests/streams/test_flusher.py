"""All drafts of an event loop in one round trip."""

import asyncio

import pytest

from chatbot.streams.flusher import Flusher, OpenDraft, flusher
from chatbot.streams.frames import stream_key
from chatbot.streams.writer import Draft, ask_to_stop, flush
from chatbot.tests.streaming import frames_of, until
from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.tests.conftest import redis_server


def opened() -> OpenDraft:
    return OpenDraft(Draft(uuid7()))


async def test_text_is_sent_while_the_draft_is_open() -> None:
    one = opened()
    with flusher().serving(one):
        one.draft.add("a")
        await until(lambda: one.draft.seq == 1 and not one.draft.waiting)
    assert [frame["text"] for frame in frames_of(one.draft.message_id)] == ["a"]


async def test_flusher_rests_without_drafts_and_wakes_for_the_next() -> None:
    made = Flusher()
    with made.serving(opened()):
        assert made._task is not None
    first = made._task
    await until(first.done)
    with made.serving(opened()):
        assert made._task is not first


def scripts_run() -> int:
    """How many scripts Redis has run since it started."""
    calls: int = redis_client().info("commandstats").get("cmdstat_evalsha", {"calls": 0})["calls"]
    return calls


async def test_many_drafts_cost_one_round_trip() -> None:
    drafts = [opened() for _ in range(50)]
    for one in drafts:
        one.draft.add("x")
    await flusher().flush(opened())
    before, reads = scripts_run(), redis_client().info("stats")["total_reads_processed"]
    await flusher().flush(*drafts)
    assert scripts_run() - before == 1
    assert redis_client().info("stats")["total_reads_processed"] - reads < 10


async def test_drafts_take_turns_and_the_first_piece_goes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for the beat of another, and none is sent more often than that."""
    monkeypatch.setattr("chatbot.streams.flusher.COALESCE_SECONDS", 3600)
    early, late = opened(), opened()
    with flusher().serving(early):
        early.draft.add("a")
        await until(lambda: early.draft.seq == 1)
        with flusher().serving(late):
            early.draft.add("b")
            late.draft.add("c")
            await until(lambda: late.draft.seq == 1 and not late.draft.waiting)
            assert (early.draft.text, early.draft.pending) == ("a", "b")


async def test_redis_that_is_full_leaves_all_of_them_waiting() -> None:
    drafts = [opened(), opened()]
    for one in drafts:
        one.draft.add("a")
    redis_client().config_set("maxmemory", "1")
    try:
        await flusher().flush(*drafts)
        assert [len(one.draft.waiting) for one in drafts] == [1, 1]
    finally:
        redis_client().config_set("maxmemory", "0")
    await flusher().flush(*drafts)
    assert [frames_of(one.draft.message_id)[0]["text"] for one in drafts] == ["a", "a"]


async def test_stop_of_one_draft_leaves_the_others() -> None:
    one, other = opened(), opened()
    ask_to_stop(one.draft.message_id)
    await flusher().flush(one, other)
    assert (one.stop.is_set(), one.is_zombie, other.stop.is_set()) == (True, False, False)


async def test_zombie_is_stopped_and_named_so() -> None:
    one = opened()
    mine = Draft(one.draft.message_id)
    mine.add("mine")
    flush(mine)
    one.draft.add("yours")
    await flusher().flush(one)
    assert (one.stop.is_set(), one.is_zombie) == (True, True)
    assert [frame["text"] for frame in frames_of(mine.message_id)] == ["mine"]


async def test_text_waits_while_redis_is_away() -> None:
    one, server = opened(), redis_server()
    one.draft.add("a")
    server.stop()
    try:
        await flusher().flush(one)
        assert (one.stop.is_set(), len(one.draft.waiting)) == (False, 1)
    finally:
        server.start()
    await flusher().flush(one)
    assert [frame["text"] for frame in frames_of(one.draft.message_id)] == ["a"]


async def test_flush_that_was_cancelled_is_repeated_without_doubling() -> None:
    one = opened()
    one.draft.add("a")
    sending = asyncio.create_task(flusher().flush(one))
    await until(lambda: redis_client().exists(stream_key(one.draft.message_id)) or sending.done())
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    one.draft.add("b")
    await flusher().flush(one)
    assert "".join(frame["text"] for frame in frames_of(one.draft.message_id)) == "ab"
    assert one.is_zombie is False


async def test_nothing_to_send_is_no_round_trip() -> None:
    before = scripts_run()
    await flusher().flush()
    assert scripts_run() == before
