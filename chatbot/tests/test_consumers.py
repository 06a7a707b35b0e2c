"""/ws/chat/: exact frames in their order, and nobody else's."""

import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account
from chatbot import consumers
from chatbot.consumers import ChatConsumer
from chatbot.models import Conversation, Message
from chatbot.streams.changes import publish_change
from chatbot.streams.frames import changes_of
from chatbot.streams.reader import stream_hub
from chatbot.streams.writer import Draft, flush
from chatbot.tests.streaming import until
from chatbot.tests.trees import add_chain
from config.common.ids import uuid7
from config.common.redis import redis_client

pytestmark = pytest.mark.django_db(transaction=True)

USAGE = {"prompt_tokens": 1, "completion_tokens": 2}


class Socket(ApplicationCommunicator):
    """A client of the consumer as one person."""

    def __init__(self, account: Any) -> None:
        scope = {"type": "websocket", "path": "/ws/chat/", "headers": [], "subprotocols": [], "user": account}
        super().__init__(ChatConsumer.as_asgi(), scope)

    async def open(self) -> "Socket":
        """Handshake; the consumer always accepts, and closes with a code when it refuses."""
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(5))["type"] == "websocket.accept"
        return self

    async def say(self, **frame: Any) -> None:
        """One JSON frame."""
        await self.send_input({"type": "websocket.receive", "text": json.dumps(frame)})

    async def follow(self, message_id: UUID, **fields: Any) -> None:
        """Follow a message."""
        await self.say(type="follow", message_id=str(message_id), **fields)

    async def receive(self, timeout_seconds: float = 5) -> dict[str, Any]:
        """The next frame as JSON."""
        message = await self.receive_output(timeout_seconds)
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def closed(self) -> int:
        """The code it is closed with."""
        message = await self.receive_output(5)
        assert message["type"] == "websocket.close"
        return int(message["code"])

    async def disconnect(self) -> None:
        """Orderly end."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)


@pytest.fixture
async def socket(owner: Account) -> AsyncIterator[Socket]:
    """Owner's open socket."""
    opened = await Socket(owner).open()
    yield opened
    await opened.disconnect()


@pytest.fixture
def reply(conversation: Conversation) -> Message:
    """A reply whose row has the first of two deltas."""
    made = Message.objects.create(
        conversation=conversation, role="assistant", status="streaming", heartbeat_at="2026-01-01T00:00Z",
        content="Xin ", last_seq=1,
    )  # fmt: skip
    draft = Draft(made.pk)
    for text in ("Xin ", "chào"):
        draft.add(text)
        flush(draft)
    return made


def finish(reply: Message) -> None:
    """Announce the end."""
    draft = Draft(reply.pk, "Xin chào", 2)
    draft.end(status="completed", usage=USAGE)
    flush(draft)


async def test_frames_come_in_exactly_this_order(socket: Socket, reply: Message) -> None:
    await socket.follow(reply.pk, after=0)
    name = str(reply.pk)
    assert await socket.receive() == {
        "type": "snapshot", "message_id": name, "seq": 1, "text": "Xin ", "status": "streaming"
    }  # fmt: skip
    assert await socket.receive() == {"type": "delta", "message_id": name, "seq": 2, "text": "chào"}
    finish(reply)
    assert await socket.receive() == {
        "type": "state", "message_id": name, "seq": 3, "status": "completed", "usage": USAGE, "error_code": "",
        "error_message": "",
    }  # fmt: skip
    assert await socket.receive_nothing(0.2)


async def test_frames_are_compact_utf_8(socket: Socket, reply: Message) -> None:
    await socket.follow(reply.pk, after=1)
    message = await socket.receive_output(5)
    assert message["text"] == f'{{"type":"delta","message_id":"{reply.pk}","seq":2,"text":"chào"}}'


async def test_second_socket_gets_the_same_text(socket: Socket, owner: Account, reply: Message) -> None:
    other = await Socket(owner).open()
    for each in (socket, other):
        await each.follow(reply.pk)
        assert [(await each.receive())["text"], (await each.receive())["text"]] == ["Xin ", "chào"]
    await other.disconnect()


async def test_follow_again_goes_on_from_the_number_it_names(socket: Socket, reply: Message) -> None:
    await socket.follow(reply.pk)
    assert [(await socket.receive())["seq"], (await socket.receive())["seq"]] == [1, 2]
    await socket.follow(reply.pk, after=1)
    assert (await socket.receive())["seq"] == 2
    finish(reply)
    assert (await socket.receive())["type"] == "state"
    assert await socket.receive_nothing(0.2)


async def test_unfollow_ends_the_frames(socket: Socket, reply: Message) -> None:
    await socket.follow(reply.pk, after=1)
    await socket.receive()
    await socket.say(type="unfollow", message_id=str(reply.pk))
    await socket.say(type="unfollow", message_id=str(reply.pk))
    await socket.say(type="nonsense", message_id=str(reply.pk))
    assert (await socket.receive())["code"] == "invalid_frame"
    finish(reply)
    assert await socket.receive_nothing(0.2)


@pytest.mark.parametrize("is_there", [True, False])
async def test_strangers_message_is_an_error_and_nothing_else(
    stranger: Account, reply: Message, is_there: bool
) -> None:
    socket = await Socket(stranger).open()
    wanted = reply.pk if is_there else uuid7()
    await socket.follow(wanted)
    assert await socket.receive() == {
        "type": "error", "message_id": str(wanted), "code": "message_not_found",
        "message": "There is no such message.",
    }  # fmt: skip
    finish(reply)
    assert await socket.receive_nothing(0.3)
    await socket.disconnect()


async def test_staff_sees_no_persons_chat(staff: Account, reply: Message) -> None:
    socket = await Socket(staff).open()
    await socket.follow(reply.pk)
    assert (await socket.receive())["code"] == "message_not_found"
    await socket.disconnect()


async def test_socket_without_sign_in_is_closed(reply: Message) -> None:
    socket = await Socket(AnonymousUser()).open()
    assert await socket.closed() == 4401


@pytest.mark.parametrize("fields", [{"is_blocked": True}, {"is_active": False}])
async def test_socket_of_an_account_that_may_not_act_is_closed(owner: Account, fields: dict[str, bool]) -> None:
    for name, value in fields.items():
        setattr(owner, name, value)
    socket = await Socket(owner).open()
    assert await socket.closed() == 4401


async def test_socket_of_a_person_who_is_blocked_meanwhile_is_closed(
    owner: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.consumers.RECHECK_SECONDS", 0.05)
    socket = await Socket(owner).open()
    await Account.objects.filter(pk=owner.pk).aupdate(
        is_blocked=True, blocked_reason="x", blocked_at="2026-01-01T00:00Z"
    )
    assert await socket.closed() == 4403


MALFORMED = [
    "", "{", "[]", "null", "3", '"x"', "{}", '{"type": "follow"}', '{"type": "follow", "message_id": 7}',
    '{"type": "follow", "message_id": "x"}', '{"type":' * 5_000, '{"type": "open", "message_id": "%s"}',
    '{"type": "follow", "message_id": "%s", "after": -1}', '{"type": "follow", "message_id": "%s", "after": null}',
    '{"type": "follow", "message_id": "%s", "after": 1e999}', '{"type": "follow", "message_id": "%s", "after": NaN}',
    '{"type": "follow", "message_id": "%s", "after": 99999999999}', '{"type": ["follow"], "message_id": "%s"}',
    '{"type": "follow", "message_id": "%s", "after": [1]}', "\\ud800",
]  # fmt: skip


async def test_malformed_frames_are_answered_and_the_socket_lives(socket: Socket, reply: Message) -> None:
    for text in MALFORMED:
        await socket.send_input({"type": "websocket.receive", "text": text.replace("%s", str(reply.pk))})
        assert await socket.receive() == {
            "type": "error", "message_id": "", "code": "invalid_frame", "message": "The frame is not understood.",
        }  # fmt: skip
    await socket.send_input({"type": "websocket.receive", "bytes": b"\x00"})
    assert (await socket.receive())["code"] == "invalid_frame"
    await socket.follow(reply.pk, after=1)
    assert (await socket.receive())["text"] == "chào"


async def test_socket_follows_so_many_messages_and_no_more(
    socket: Socket, reply: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MAX_FOLLOWED", 1)
    await socket.follow(reply.pk, after=2)
    other = uuid7()
    await socket.follow(other)
    assert await socket.receive() == {
        "type": "error", "message_id": str(other), "code": "too_many",
        "message": "This page follows too many messages.",
    }  # fmt: skip
    await socket.follow(reply.pk, after=1)
    assert (await socket.receive())["text"] == "chào"


async def test_replies_that_have_ended_make_room(
    socket: Socket, conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumers, "MAX_FOLLOWED", 2)
    rows = await database_sync_to_async(add_chain)(conversation, ["Q", "A", "Q", "A", "Q", "A"])
    for row in rows:
        await socket.follow(row.pk)
        assert [(await socket.receive())["type"], (await socket.receive())["type"]] == ["snapshot", "state"]


async def test_lost_database_closes_the_socket_so_that_the_page_asks_again(
    socket: Socket, reply: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Message.objects.__class__, "visible_to", property(lambda self: 1 / 0), raising=False)
    await socket.follow(reply.pk)
    assert await socket.closed() == 1011


def tell(person: Account, conversation: Conversation) -> None:
    publish_change(user_id=person.pk, conversation_id=conversation.pk, message_id=None, reply_id=None)


async def following_changes(*people: Account) -> list[Socket]:
    """Open sockets whose news are being read."""
    sockets = [await Socket(person).open() for person in people]
    followers = stream_hub()._followers
    await until(lambda: sum(len(followers.get(changes_of(person.pk), ())) for person in set(people)) == len(people))
    return sockets


async def test_news_reach_every_socket_of_the_person_and_nobody_else(
    owner: Account, stranger: Account, conversation: Conversation
) -> None:
    first, second, foreign = await following_changes(owner, owner, stranger)
    tell(owner, conversation)
    frames = [await first.receive(), await second.receive()]
    assert frames[0] == frames[1]
    assert (frames[0]["type"], frames[0]["conversation_id"]) == ("chat.changed", str(conversation.pk))
    assert await foreign.receive_nothing(0.3)
    for socket in (first, second, foreign):
        await socket.disconnect()


async def test_news_come_after_redis_was_wiped(owner: Account, conversation: Conversation) -> None:
    tell(owner, conversation)
    (socket,) = await following_changes(owner)
    redis_client().flushall()
    tell(owner, conversation)
    assert (await socket.receive())["type"] == "chat.changed"
    await socket.disconnect()
