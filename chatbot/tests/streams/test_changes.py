"""A person's own news: numbered upwards whatever Redis forgets."""

import asyncio

from chatbot.streams.changes import last_change, publish_change
from chatbot.streams.frames import changes_of
from chatbot.streams.reader import stream_hub
from config.common.ids import uuid7
from config.common.redis import redis_client

PERSON, CONVERSATION = uuid7(), uuid7()


def publish() -> None:
    publish_change(user_id=PERSON, conversation_id=CONVERSATION, message_id=None, reply_id=None)


async def test_change_says_what_is_new() -> None:
    message_id, reply_id = uuid7(), uuid7()
    async with stream_hub().follow(changes_of(PERSON), await last_change(PERSON)) as follower:
        publish_change(user_id=PERSON, conversation_id=CONVERSATION, message_id=message_id, reply_id=reply_id)
        frame = await asyncio.wait_for(follower.queue.get(), 5)
    assert frame == {
        "type": "chat.changed", "conversation_id": str(CONVERSATION), "message_id": str(message_id),
        "reply_id": str(reply_id), "seq": await last_change(PERSON),
    }  # fmt: skip


async def test_numbers_grow_by_one() -> None:
    publish()
    first = await last_change(PERSON)
    publish()
    assert await last_change(PERSON) == first + 1


async def test_follower_hears_what_comes_after_redis_was_wiped() -> None:
    for _ in range(5):
        publish()
    async with stream_hub().follow(changes_of(PERSON), await last_change(PERSON)) as follower:
        redis_client().flushall()
        publish()
        frame = await asyncio.wait_for(follower.queue.get(), 5)
    assert frame is not None
    assert frame["type"] == "chat.changed"


async def test_who_has_no_news_follows_from_the_begin() -> None:
    assert await last_change(uuid7()) == 0


def test_news_are_kept_for_a_day_in_a_stream_of_the_persons_own() -> None:
    for _ in range(3):
        publish()
    (key,) = redis_client().keys("chat_stream:*")
    assert (key, redis_client().xlen(key)) == (f"chat_stream:{changes_of(PERSON)}".encode(), 3)
    assert 0 < redis_client().ttl(key) <= 86_400
