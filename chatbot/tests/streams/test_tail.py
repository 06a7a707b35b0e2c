"""One reader of a reply: everything once and in order, from the stream or from the row."""

from contextlib import aclosing
from typing import Any

import pytest

from chatbot.models import Message
from chatbot.states import MessageStatus
from chatbot.streams import tail as tails
from chatbot.streams.reader import stream_hub
from chatbot.streams.tail import tail
from chatbot.streams.writer import Draft, flush
from chatbot.tests.streaming import Reading, reading, text_of, until
from config.common.ids import uuid7
from config.common.redis import redis_client

USAGE = {"prompt_tokens": 3, "completion_tokens": 4}


class Reply:
    """A reply without a database: its writer, and its row as the last checkpoint left it."""

    def __init__(self, content: str = "") -> None:
        self.row: Message | None = Message(id=uuid7(), content=content, status=MessageStatus.STREAMING)
        self.draft = Draft(self.row.pk, content)
        self.reads = 0

    def say(self, *texts: str) -> None:
        """One delta each."""
        for text in texts:
            self.draft.add(text)
            flush(self.draft)

    def lose(self, text: str) -> None:
        """A delta that Redis forgot before anybody read it."""
        self.draft.add(text)
        self.draft.cut()
        self.draft.waiting.clear()

    def checkpoint(self, **fields: Any) -> None:
        """What the writer has goes to the row."""
        assert self.row is not None
        known: dict[str, Any] = {
            "content": self.draft.text, "last_seq": self.draft.seq, "status": MessageStatus.STREAMING
        }  # fmt: skip
        self.row = Message(id=self.row.pk, **known | fields)

    def end(self, *, announced: bool = True) -> None:
        """Complete the row, and perhaps the stream."""
        self.checkpoint(
            status=MessageStatus.COMPLETED, last_seq=self.draft.seq + 1, prompt_tokens=3, completion_tokens=4
        )
        self.draft.end(status="completed", usage=USAGE)
        if announced:
            flush(self.draft)

    async def stored(self) -> Message | None:
        """The row."""
        self.reads += 1
        return self.row

    def read(self, after: int = 0) -> Reading:
        """Follow it."""
        return reading(self.draft.message_id, after, self.stored)


@pytest.fixture
def reply() -> Reply:
    return Reply()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks at the row sooner."""
    monkeypatch.setattr(tails, "QUIET_SECONDS", 0.2)
    monkeypatch.setattr(tails, "GAP_SECONDS", 0.05)


def shapes(frames: list[Any]) -> list[tuple[str, int, str]]:
    return [(frame["type"], frame["seq"], frame.get("text", frame.get("status", ""))) for frame in frames]


async def test_reader_from_the_begin_gets_each_delta_and_the_end(reply: Reply) -> None:
    reader = reply.read()
    for number, text in enumerate("abc", start=1):
        reply.say(text)
        await reader.until(number)
    reply.end()
    assert shapes(await reader.end()) == [
        ("delta", 1, "a"), ("delta", 2, "b"), ("delta", 3, "c"), ("state", 4, "completed")
    ]  # fmt: skip


async def test_frames_have_exactly_their_fields(reply: Reply) -> None:
    reader = reply.read()
    reply.say("a")
    await reader.until(1)
    reply.end()
    name = str(reply.draft.message_id)
    assert await reader.end() == [
        {"type": "delta", "message_id": name, "seq": 1, "text": "a"},
        {
            "type": "state", "message_id": name, "seq": 2, "status": "completed", "usage": USAGE,
            "error_code": "", "error_message": "",
        },
    ]  # fmt: skip


async def test_late_reader_gets_the_rows_text_and_goes_on(reply: Reply) -> None:
    reply.say("a", "b")
    reply.checkpoint()
    reply.say("c")
    reader = reply.read()
    await reader.until(3)
    reply.end()
    assert shapes(await reader.end()) == [("snapshot", 2, "ab"), ("delta", 3, "c"), ("state", 4, "completed")]


async def test_reader_that_comes_back_gets_only_what_it_missed(reply: Reply) -> None:
    reply.say("a", "b", "c")
    reply.checkpoint()
    reader = reply.read(after=1)
    await reader.until(3)
    reply.end()
    assert shapes(await reader.end()) == [("delta", 2, "b"), ("delta", 3, "c"), ("state", 4, "completed")]


async def test_reply_that_has_ended_is_told_at_once_from_its_row(reply: Reply) -> None:
    reply.say("a", "b")
    reply.end()
    frames = await reply.read().end(within_seconds=tails.QUIET_SECONDS / 2)
    assert shapes(frames) == [("snapshot", 3, "ab"), ("state", 3, "completed")]
    assert frames[1]["usage"] == USAGE


async def test_who_has_seen_the_end_is_told_the_state_alone(reply: Reply) -> None:
    reply.say("a")
    reply.end()
    assert shapes(await reply.read(after=2).end()) == [("state", 2, "completed")]


async def test_ended_reply_whose_stream_expired_is_read_from_the_row(reply: Reply) -> None:
    reply.say("a", "b")
    reply.end()
    redis_client().flushall()
    assert shapes(await reply.read(after=1).end()) == [("snapshot", 3, "ab"), ("state", 3, "completed")]


async def test_reply_that_failed_without_a_word_has_only_an_end(reply: Reply) -> None:
    reply.checkpoint(status=MessageStatus.FAILED, last_seq=1, error_code="x")
    assert shapes(await reply.read().end()) == [("state", 1, "failed")]


async def test_continued_reply_begins_with_the_text_before_it() -> None:
    reply = Reply("Once upon")
    reader = reply.read()
    await reader.until(0)
    reply.say(" a time")
    await reader.until(1)
    reply.end()
    frames = await reader.end()
    assert shapes(frames)[:2] == [("snapshot", 0, "Once upon"), ("delta", 1, " a time")]
    assert text_of(frames) == "Once upon a time"


async def test_wiped_redis_costs_a_snapshot_and_no_letter(reply: Reply, impatient: None) -> None:
    reader = reply.read()
    reply.say("a", "b")
    await reader.until(2)
    reply.lose("c")
    redis_client().flushall()
    reply.say("d", "e")
    reply.checkpoint()
    await reader.until(5)
    reply.say("f")
    reply.end()
    assert (text_of(await reader.end()), reader.frames[2]["type"]) == ("abcdef", "snapshot")


async def test_gap_waits_for_the_writers_next_checkpoint(reply: Reply, impatient: None) -> None:
    reader = reply.read()
    reply.say("a")
    await reader.until(1)
    reply.lose("b")
    reply.say("c")
    reads = reply.reads
    await until(lambda: reply.reads > reads + 1)
    assert shapes(reader.frames) == [("delta", 1, "a")]
    reply.checkpoint()
    await reader.until(3)
    reply.end()
    assert text_of(await reader.end()) == "abc"


async def test_end_that_redis_lost_is_read_from_the_row(reply: Reply, impatient: None) -> None:
    reader = reply.read()
    reply.say("a")
    await reader.until(1)
    reply.end(announced=False)
    assert shapes(await reader.end()) == [("delta", 1, "a"), ("snapshot", 2, "a"), ("state", 2, "completed")]


async def test_silence_says_nothing_twice(impatient: None) -> None:
    reply = Reply("Once")
    reader = reply.read()
    await until(lambda: reply.reads > 3)
    reply.end()
    assert shapes(await reader.end()) == [("snapshot", 0, "Once"), ("state", 1, "completed")]


async def test_message_that_nobody_may_see_is_an_error_and_nothing_else(reply: Reply) -> None:
    reply.say("secret")
    reply.row = None
    assert await reply.read().end() == [
        {
            "type": "error", "message_id": str(reply.draft.message_id), "code": "message_not_found",
            "message": "There is no such message.",
        }
    ]  # fmt: skip


async def test_message_deleted_meanwhile_ends_with_an_error(reply: Reply, impatient: None) -> None:
    reader = reply.read()
    reply.say("a")
    await reader.until(1)
    reply.row = None
    assert [frame["type"] for frame in await reader.end()] == ["delta", "error"]


async def test_two_devices_see_the_same_text(reply: Reply) -> None:
    first = reply.read()
    reply.say("a", "b")
    reply.checkpoint()
    second = reply.read()
    await second.until(2)
    reply.say("c", "đ")
    reply.end()
    assert {text_of(await first.end()), text_of(await second.end())} == {"abcđ"}


async def test_slow_reader_reads_the_row_instead_of_what_it_skipped(
    reply: Reply, impatient: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.streams.reader.MAX_LAG_FRAMES", 3)
    async with aclosing(tail(reply.draft.message_id, 0, reply.stored)) as frames:
        reply.say("a")
        first = await anext(frames)
        (follower,) = stream_hub()._followers[str(reply.draft.message_id)]
        reply.say(*"bcdefgh")
        await until(lambda: follower.seq == 8)
        reply.end()
        rest = [frame async for frame in frames]
    assert text_of([first, *rest]) == "abcdefgh"
    assert "snapshot" in {frame["type"] for frame in rest}
