"""What the stream knows beyond the row."""

import pytest
import redis

from chatbot.streams.frames import StateFrame, stream_key
from chatbot.streams.history import Shown, announce_end, read_shown
from chatbot.streams.writer import Draft, flush
from chatbot.tests.streaming import frames_of
from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.tests.conftest import redis_server


@pytest.fixture
def draft() -> Draft:
    """Says "a", "b", "c" and starts a tool."""
    made = Draft(uuid7())
    for text in "abc":
        made.add(text)
        flush(made)
    made.add_tool(call_id="1", name="say", arguments="{}", task_id="", status="started")
    flush(made)
    return made


def test_all_frames_after_the_row_are_added(draft: Draft) -> None:
    assert read_shown(draft.message_id, "", 0) == Shown("abc", 5)
    assert read_shown(draft.message_id, "ab", 2) == Shown("abc", 5)


def test_row_that_has_everything_stays(draft: Draft) -> None:
    assert read_shown(draft.message_id, "abc", 4) == Shown("abc", 5)


def test_row_alone_counts_when_the_stream_is_gone(draft: Draft) -> None:
    redis_client().flushall()
    assert read_shown(draft.message_id, "a", 1) == Shown("a", 2)


def test_frames_behind_a_gap_are_left_out_and_a_number_stays_free(draft: Draft) -> None:
    redis_client().xdel(stream_key(draft.message_id), "2-0")
    assert read_shown(draft.message_id, "", 0) == Shown("a", 6)


def test_without_redis_nothing_is_claimed(draft: Draft) -> None:
    server = redis_server()
    server.stop()
    try:
        with pytest.raises(redis.exceptions.ConnectionError):
            read_shown(draft.message_id, "", 0)
    finally:
        server.start()


def end_of(draft: Draft, seq: int) -> StateFrame:
    return {
        "type": "state", "message_id": str(draft.message_id), "seq": seq, "status": "interrupted",
        "usage": {"prompt_tokens": 0, "completion_tokens": 1}, "error_code": "writer_lost", "error_message": "",
    }  # fmt: skip


def test_end_is_announced_under_the_next_number(draft: Draft) -> None:
    announce_end(end_of(draft, 5))
    assert frames_of(draft.message_id)[-1] == end_of(draft, 5)


def test_end_of_a_writer_that_lives_stays_its_own(draft: Draft) -> None:
    draft.end(status="completed", usage={})
    flush(draft)
    announce_end(end_of(draft, 5))
    assert [frame["type"] for frame in frames_of(draft.message_id)][-1] == "state"
    assert frames_of(draft.message_id)[-1]["status"] == "completed"
