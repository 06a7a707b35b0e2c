"""The one writer of a stream: numbers, what is sent again, and who is no writer any more."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import redis

from chatbot.streams.frames import STREAM_SECONDS, stream_key
from chatbot.streams.writer import APPEND, Draft, NotTheWriter, Receipt, append_command, ask_to_stop, flush
from chatbot.tests.streaming import frames_of
from config.common.ids import uuid7
from config.common.redis import redis_client
from tasks.tests.conftest import redis_server

USAGE = {"prompt_tokens": 1, "completion_tokens": 2}


@pytest.fixture
def draft() -> Draft:
    return Draft(uuid7())


def say(draft: Draft, *texts: str) -> None:
    for text in texts:
        draft.add(text)
        assert flush(draft) is False


def test_pieces_between_two_flushes_are_one_delta(draft: Draft) -> None:
    draft.add("Hel")
    draft.add("lo")
    say(draft, " there", "!")
    assert [(frame["seq"], frame["text"]) for frame in frames_of(draft.message_id)] == [(1, "Hello there"), (2, "!")]
    assert (draft.text, draft.written, draft.waiting) == ("Hello there!", "Hello there!", [])


def test_nothing_said_is_no_frame(draft: Draft) -> None:
    say(draft, "", "\x00")
    assert (frames_of(draft.message_id), draft.seq) == ([], 0)


def test_continued_reply_counts_only_what_was_added() -> None:
    draft = Draft(uuid7(), "Once upon", begun_at=9)
    say(draft, " a time")
    assert (draft.text, draft.written) == ("Once upon a time", " a time")


def test_tool_and_end_are_numbered_after_the_text_before_them(draft: Draft) -> None:
    draft.add("Look: ")
    draft.add_tool(call_id="1", name="say", arguments="{}", task_id="", status="refused")
    draft.add("done")
    draft.cut()
    draft.end(status="completed", usage=USAGE)
    flush(draft)
    kinds = [(frame["seq"], frame["type"]) for frame in frames_of(draft.message_id)]
    assert kinds == [(1, "delta"), (2, "tool"), (3, "delta"), (4, "state")]


def test_end_drops_text_that_nobody_has_seen(draft: Draft) -> None:
    draft.add("unseen")
    draft.end(status="stopped", usage=USAGE)
    flush(draft)
    assert [frame["type"] for frame in frames_of(draft.message_id)] == ["state"]
    assert draft.text == ""


def test_flush_after_the_end_sends_nothing_again(draft: Draft) -> None:
    draft.end(status="completed", usage=USAGE)
    assert [flush(draft), flush(draft)] == [False, False]
    assert len(frames_of(draft.message_id)) == 1


def test_emoji_cut_in_two_arrives_whole(draft: Draft) -> None:
    draft.add("a\ud83d")
    flush(draft)
    say(draft, "\ude00b")
    assert [frame["text"] for frame in frames_of(draft.message_id)] == ["a", "😀b"]


def test_stop_is_heard_with_the_next_flush(draft: Draft) -> None:
    ask_to_stop(draft.message_id)
    assert flush(draft) is True


def test_stream_expires_after_its_time(draft: Draft) -> None:
    say(draft, "a")
    assert 0 < redis_client().ttl(stream_key(draft.message_id)) <= STREAM_SECONDS


def send_unheard(draft: Draft) -> None:
    """As when the answer is lost on its way: Redis has the frames, the writer does not know."""
    redis_client().register_script(APPEND)(*append_command([draft]))


def test_frames_sent_twice_are_there_once(draft: Draft) -> None:
    draft.add("a")
    draft.cut()
    draft.add("b")
    draft.cut()
    draft.end(status="completed", usage=USAGE)
    send_unheard(draft)
    assert flush(draft) is False
    assert [frame["seq"] for frame in frames_of(draft.message_id)] == [1, 2, 3]
    assert draft.waiting == []


def test_more_may_follow_what_was_sent_before(draft: Draft) -> None:
    draft.add("a")
    draft.cut()
    send_unheard(draft)
    say(draft, "b")
    assert [frame["text"] for frame in frames_of(draft.message_id)] == ["a", "b"]


def test_other_words_under_the_same_number_are_another_writer(draft: Draft) -> None:
    zombie = Draft(draft.message_id)
    say(draft, "mine")
    zombie.add("yours")
    with pytest.raises(NotTheWriter):
        flush(zombie)
    assert [frame["text"] for frame in frames_of(draft.message_id)] == ["mine"]


def test_a_later_number_of_somebody_else_is_another_writer(draft: Draft) -> None:
    zombie = Draft(draft.message_id, seq=1)
    say(draft, "a", "b", "c")
    redis_client().xdel(stream_key(draft.message_id), "2-0")
    zombie.add("b")
    with pytest.raises(NotTheWriter):
        flush(zombie)


def test_numbers_go_on_after_redis_was_wiped(draft: Draft) -> None:
    say(draft, "a", "b")
    redis_client().flushall()
    say(draft, "c")
    assert [(frame["seq"], frame["text"]) for frame in frames_of(draft.message_id)] == [(3, "c")]


@pytest.fixture
def full_redis() -> Iterator[None]:
    """A server without room refuses every write."""
    redis_client().config_set("maxmemory", "1")
    yield
    redis_client().config_set("maxmemory", "0")


def test_full_redis_keeps_the_frames_waiting(draft: Draft, full_redis: None) -> None:
    say(draft, "a")
    assert ([frame["seq"] for frame in draft.waiting], draft.text) == ([1], "a")
    redis_client().config_set("maxmemory", "0")
    say(draft, "b")
    assert [frame["text"] for frame in frames_of(draft.message_id)] == ["a", "b"]


def test_text_waits_while_redis_is_away(draft: Draft) -> None:
    server = redis_server()
    server.stop()
    try:
        say(draft, "a", "b")
        ask_to_stop(draft.message_id)
        assert [frame["seq"] for frame in draft.waiting] == [1, 2]
    finally:
        server.start()
    say(draft, "c")
    assert [frame["text"] for frame in frames_of(draft.message_id)] == ["a", "b", "c"]


def test_cut_connection_in_the_middle_doubles_nothing(draft: Draft) -> None:
    say(draft, "a")
    redis_client().client_kill_filter(_type="normal", skipme=True)
    say(draft, "b", "c")
    assert [frame["text"] for frame in frames_of(draft.message_id)] == ["a", "b", "c"]


def test_error_of_the_connection_is_not_taken_for_an_answer(draft: Draft) -> None:
    draft.add("a")
    draft.cut()
    assert draft.take(redis.exceptions.ResponseError("OOM")) == Receipt([], is_stopped=False)
    assert len(draft.waiting) == 1


def test_two_drafts_have_streams_of_their_own() -> None:
    ids: list[UUID] = [uuid7(), uuid7()]
    for message_id in ids:
        say(Draft(message_id), "x")
    assert [len(frames_of(message_id)) for message_id in ids] == [1, 1]
