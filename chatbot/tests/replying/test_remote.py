"""Replies of remote engines, written by a job of the event loop: text, quota, stop, every way an upstream fails."""

import asyncio
from typing import Any

import pytest
from channels.db import database_sync_to_async

from accounts.models import Account, UsageQuota, UsageReservation
from accounts.services import set_quota
from chatbot.models import Message
from chatbot.services import continue_reply, save_memory, stop_reply
from chatbot.tests.replying.conftest import House
from chatbot.tests.streaming import frames_of, reading, text_of
from chatbot.tests.upstream import (
    USAGE,
    Behaviour,
    chunk,
    event,
    hang,
    pieces,
    reply,
    stream,
    then_cut,
    then_hang,
    words,
)
from tasks.models import Engine

pytestmark = pytest.mark.django_db(transaction=True)

TEN = tuple(f" w{number}" for number in range(10))


def give_quota(owner: Account) -> None:
    for quota_type in ("requests", "tokens"):
        set_quota(account=owner, quota_type=quota_type, period="daily", limit=10_000, actor=None)


async def used(owner: Account) -> dict[str, int]:
    """What the quota was charged; fails while anything is still reserved."""
    assert not await UsageReservation.objects.aexists()
    rows = UsageQuota.objects.filter(user=owner, period="daily").exclude(current_usage=0)
    return {row.quota_type: row.current_usage async for row in rows}


async def test_reply_is_written_to_its_end(house: House) -> None:
    row = await house.answer()
    assert (row.status, row.content, row.last_seq > 1) == ("completed", "Hello world", True)
    assert (row.prompt_tokens, row.completion_tokens) == (20, 7)
    assert (row.writer_id, row.heartbeat_at, row.task_id, row.error_code) == (None, None, None, "")
    assert (row.metadata["finish_reason"], row.metadata["model"]) == ("stop", "mock-1-0613")


async def test_stream_and_row_say_the_same(house: House) -> None:
    row = await house.answer()
    frames = frames_of(row.pk)
    assert text_of(frames) == row.content
    assert [frame["seq"] for frame in frames] == list(range(1, row.last_seq + 1))
    assert (frames[-1]["status"], frames[-1]["usage"]) == ("completed", {"prompt_tokens": 20, "completion_tokens": 7})


async def test_upstream_is_asked_with_the_branch(house: House) -> None:
    await house.answer("First")
    await house.answer("Second")
    turns = [(turn["role"], turn["content"]) for turn in house.upstream.requests[1].json["messages"]]
    assert turns == [("user", "First"), ("assistant", "Hello world"), ("user", "Second")]


async def test_quota_is_charged_with_what_the_engine_counted(house: House, owner: Account) -> None:
    await database_sync_to_async(give_quota)(owner)
    await house.answer()
    assert await used(owner) == {"requests": 1, "tokens": 27}


FAILURES = [
    (reply(429, {"error": {"message": "slow down"}}), "failed", ""),
    (reply(500, "<h1>oops</h1>"), "failed", ""),
    (reply(401, {"error": {"message": "bad key"}}), "failed", ""),
    (then_cut(*words(*TEN, finish_reason=None)), "interrupted", "".join(TEN)),
    (then_cut(*words(*TEN, finish_reason=None), half=b'data: {"choices": [{"del'), "interrupted", "".join(TEN)),
    (
        stream(*words(*TEN, finish_reason=None), {"error": {"message": "boom", "code": 500}}, end=b""),
        "interrupted",
        "".join(TEN),
    ),
    (pieces(event(chunk({"content": "Half"})) + b"data: {]garbage\n\n"), "interrupted", "Half"),
    (pieces(b"data: {]garbage\n\n"), "failed", ""),
    (pieces(b"<html>no stream</html>", content_type="text/html"), "failed", ""),
    (pieces(b""), "failed", ""),
]


@pytest.mark.parametrize(("behave", "status", "text"), FAILURES)
async def test_upstream_that_fails_leaves_the_text_before_it(
    house: House, owner: Account, behave: Behaviour, status: str, text: str
) -> None:
    await database_sync_to_async(give_quota)(owner)
    row = await house.answer(behave=behave)
    assert (row.status, row.content) == (status, text)
    assert row.error_code
    assert row.error_message
    assert text_of(frames_of(row.pk)) == text
    assert frames_of(row.pk)[-1]["error_code"] == row.error_code
    assert await used(owner) == ({"requests": 1, "tokens": row.prompt_tokens + row.completion_tokens} if text else {})
    assert (row.completion_tokens > 0) == bool(text)


async def test_upstream_that_hangs_is_given_up_in_time(house: House) -> None:
    await Engine.objects.filter(name="upstream").aupdate(options={"timeout_seconds": 0.3})
    row = await house.answer(behave=then_hang(*words(" a", " b", finish_reason=None)))
    assert (row.status, row.content, row.error_code) == ("interrupted", " a b", "upstream_timeout")


async def test_nobody_listens_there(house: House) -> None:
    await Engine.objects.filter(name="upstream").aupdate(base_url="http://127.0.0.1:9/v1")
    row = await house.answer()
    assert (row.status, row.content) == ("failed", "")


async def stopped_after(house: House, seq: int, behave: Behaviour) -> Message:
    """Stop once frame `seq` was shown; fails unless it ends within a second."""
    begun = await house.ask(behave=behave)
    reader = reading(begun.pk)
    # A stop that comes before the request is another matter: the upstream never hears of it.
    await asyncio.wait_for(house.upstream.asked.wait(), 10)
    if seq:
        await reader.until(seq)
    await database_sync_to_async(stop_reply)(reply=begun, user=house.conversation.user)
    await reader.end(within_seconds=4)
    row = await house.row(begun)
    assert text_of(reader.frames) == row.content == text_of(frames_of(row.pk))
    return row


async def test_stop_keeps_exactly_what_was_shown(house: House, owner: Account) -> None:
    await database_sync_to_async(give_quota)(owner)
    row = await stopped_after(house, 1, then_hang(*words(*TEN, finish_reason=None)))
    assert (row.status, row.content, row.error_code) == ("stopped", "".join(TEN), "")
    assert await used(owner) == {"requests": 1, "tokens": row.prompt_tokens + row.completion_tokens}
    await asyncio.wait_for(house.upstream.disconnected.wait(), 10)


async def test_stop_while_the_upstream_says_nothing(house: House, owner: Account) -> None:
    await database_sync_to_async(give_quota)(owner)
    row = await stopped_after(house, 0, hang)
    assert (row.status, row.content, row.completion_tokens) == ("stopped", "", 0)
    assert await used(owner) == {"requests": 1}
    await asyncio.wait_for(house.upstream.disconnected.wait(), 10)


async def test_interrupted_reply_is_continued_with_its_text(house: House, owner: Account) -> None:
    first = await house.answer(behave=then_cut(*words("Once ", "upon", finish_reason=None)))
    house.upstream.behave = stream(*words(" a ", "time"), USAGE)
    longer = await database_sync_to_async(continue_reply)(reply=await with_question(first), user=owner)
    frames = await reading(longer.pk).end()
    row = await house.row(longer)
    assert (row.content, row.version, row.status) == ("Once upon a time", 2, "completed")
    assert text_of(frames) == row.content
    sent = [turn["role"] for turn in house.upstream.requests[-1].json["messages"]]
    assert sent == ["user", "assistant", "user"]


async def test_continuation_that_fails_at_once_costs_nothing(house: House, owner: Account) -> None:
    first = await house.answer(behave=then_cut(*words("Once ", "upon", finish_reason=None)))
    before = await used(owner)
    house.upstream.behave = reply(500, "oops")
    longer = await database_sync_to_async(continue_reply)(reply=await with_question(first), user=owner)
    await reading(longer.pk).end()
    row = await house.row(longer)
    assert (row.status, row.content, row.completion_tokens) == ("interrupted", "Once upon", 0)
    assert await used(owner) == before


async def with_question(row: Message) -> Message:
    return await Message.objects.select_related("conversation__project", "parent_message").aget(pk=row.pk)


async def test_text_that_no_database_can_hold_is_cleaned(house: House) -> None:
    said = words("a\x00b ", "\ud83d", "\ude00", " \udc00")
    row = await house.answer(behave=stream(*said, USAGE))
    assert (row.status, row.content) == ("completed", "ab 😀 \ufffd")
    assert text_of(frames_of(row.pk)) == row.content


async def test_error_and_model_that_no_database_can_hold_are_cleaned(house: House) -> None:
    first = await house.answer(behave=reply(400, {"error": {"message": "bad\x00 \ud83d"}}))
    chunks = [entry | {"model": "m\x00"} for entry in words("Hi")]
    second = await house.answer(behave=stream(*chunks))
    assert (first.status, "\x00" in first.error_message) == ("failed", False)
    assert (second.status, second.metadata["model"]) == ("completed", "m")


async def test_tool_that_a_remote_engine_asks_for_is_refused_in_its_place(house: House) -> None:
    call: dict[str, Any] = {"index": 0, "id": "c1", "type": "function", "function": {"name": "say", "arguments": "{}"}}
    row = await house.answer(behave=stream(chunk({"content": "So"}), chunk({"tool_calls": [call]}, "tool_calls")))
    tools = [(frame["seq"], frame["name"], frame["status"]) for frame in frames_of(row.pk) if frame["type"] == "tool"]
    assert (tools, row.content, row.status) == ([(2, "say", "refused")], "So", "completed")


async def test_sources_of_the_prompt_stand_under_the_answer(house: House, owner: Account) -> None:
    memory = await database_sync_to_async(save_memory)(user=owner, question="My dog", answer="is called Rex")
    row = await house.answer("What is my dog called?", memory_ids=[memory.pk])
    assert [(source["kind"], source["text"], source["number"]) for source in row.sources] == [
        ("memory", "is called Rex", 1)
    ]
    assert "is called Rex" in house.upstream.requests[0].json["messages"][0]["content"]
