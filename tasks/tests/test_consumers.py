"""/ws/tasks/: exact frames, and nobody else's."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from django.contrib.auth.models import AnonymousUser

from accounts.models import Account
from config.common.redis import redis_client
from projects.models import Project
from projects.services import remove_member
from tasks.consumers import TaskConsumer
from tasks.live import channel, publish_frame, state_frame
from tasks.models import Task
from tasks.services import cancel_task, submit_task
from tasks.tests.test_live import subscribers, until

pytestmark = pytest.mark.django_db(transaction=True)


class Socket(ApplicationCommunicator):
    """A client of the consumer as one person (channels.testing would need a second ASGI server installed)."""

    def __init__(self, account: Any) -> None:
        scope = {"type": "websocket", "path": "/ws/tasks/", "headers": [], "subprotocols": [], "user": account}
        super().__init__(TaskConsumer.as_asgi(), scope)

    async def connect(self) -> None:
        """Handshake; the consumer always accepts, and closes with a code when it refuses."""
        await self.send_input({"type": "websocket.connect"})
        assert (await self.receive_output(5))["type"] == "websocket.accept"

    async def open(self) -> "Socket":
        """Connect and wait until Redis follows (the first frame is always a resync)."""
        await self.connect()
        assert await self.receive() == {"type": "task.resync"}
        return self

    async def send_text(self, text: str) -> None:
        """One text frame."""
        await self.send_input({"type": "websocket.receive", "text": text})

    async def watch(self, task: Task) -> Task:
        """Watch somebody else's task, and wait until Redis follows its owner."""
        await self.send_text(json.dumps({"type": "task.watch", "task_id": str(task.pk)}))
        await until(lambda: subscribers(task.user_id) == 1)
        return task

    async def receive(self, timeout_seconds: float = 5) -> dict[str, Any]:
        """The next frame as JSON."""
        message = await self.receive_output(timeout_seconds)
        frame: dict[str, Any] = json.loads(message["text"])
        return frame

    async def disconnect(self) -> None:
        """Orderly end."""
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(5)


@pytest.fixture
async def socket(owner: Account, project: Project) -> AsyncIterator[Socket]:
    """Owner's open socket."""
    opened = await Socket(owner).open()
    yield opened
    await opened.disconnect()


def make(user: Account, project: Project) -> Task:
    """A task of this person."""
    return submit_task(user=user, project=project, task_type="test.echo", input_data={})


async def test_owner_receives_the_states_of_an_own_task(socket: Socket, owner: Account, project: Project) -> None:
    task = await database_sync_to_async(make)(owner, project)
    await database_sync_to_async(cancel_task)(task_id=task.pk, actor=owner)
    frame = await socket.receive()
    frame.pop("at")
    assert frame == {
        "type": "task.state", "task_id": str(task.pk), "task_type": "test.echo", "project_id": str(project.pk),
        "status": "cancelled", "attempt": 0, "progress": 0, "error_code": "",
    }  # fmt: skip


async def test_stranger_receives_nothing_of_it(stranger: Account, owner: Account, project: Project) -> None:
    socket = await Socket(stranger).open()
    task = await database_sync_to_async(make)(owner, project)
    await database_sync_to_async(cancel_task)(task_id=task.pk, actor=owner)
    assert await socket.receive_nothing(0.3)
    await socket.disconnect()


async def test_stranger_cannot_watch_it(stranger: Account, owner: Account, project: Project) -> None:
    socket = await Socket(stranger).open()
    task = await database_sync_to_async(make)(owner, project)
    await socket.send_text(json.dumps({"type": "task.watch", "task_id": str(task.pk)}))
    answer = await socket.receive()
    assert answer == {"type": "error", "code": "task_not_found", "task_id": str(task.pk)}
    await socket.disconnect()


async def test_member_watches_one_task_of_somebody_else(member: Account, owner: Account, project: Project) -> None:
    socket = await Socket(member).open()
    watched = await database_sync_to_async(make)(owner, project)
    other = await database_sync_to_async(make)(owner, project)
    await socket.send_text(json.dumps({"type": "task.watch", "task_id": str(watched.pk)}))
    await socket.send_text(json.dumps({"type": "nonsense"}))
    assert (await socket.receive())["code"] == "invalid_frame"
    for task in (other, watched):
        await database_sync_to_async(cancel_task)(task_id=task.pk, actor=owner)
    frame = await socket.receive()
    assert (frame["task_id"], frame["status"]) == (str(watched.pk), "cancelled")
    await socket.disconnect()


async def test_member_who_left_the_project_watches_nothing_any_more(
    member: Account, owner: Account, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("accounts.consumers.RECHECK_SECONDS", 0.05)
    socket = await Socket(member).open()
    task = await socket.watch(await database_sync_to_async(make)(owner, project))
    publish_frame(owner.pk, state_frame(task_id=task.pk, status="processing"))
    assert (await socket.receive())["task_id"] == str(task.pk)
    await database_sync_to_async(remove_member)(project=project, user=member, actor=owner)
    deadline = time.monotonic() + 10
    publish_frame(owner.pk, state_frame(task_id=task.pk, status="completed"))
    while not await socket.receive_nothing(0.2):
        assert (await socket.receive())["status"] == "completed"
        assert time.monotonic() < deadline
        publish_frame(owner.pk, state_frame(task_id=task.pk, status="completed"))
    await socket.disconnect()


async def test_socket_without_sign_in_is_closed() -> None:
    socket = Socket(AnonymousUser())
    await socket.connect()
    assert (await socket.receive_output(5))["code"] == 4401


async def test_socket_of_a_blocked_account_is_closed(owner: Account) -> None:
    owner.is_blocked = True
    socket = Socket(owner)
    await socket.connect()
    assert (await socket.receive_output(5))["code"] == 4401


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"type": "task.watch"}', '{"type":' * 5_000])
async def test_malformed_frame_is_answered_and_the_socket_lives(socket: Socket, text: str) -> None:
    await socket.send_text(text)
    assert await socket.receive() == {"type": "error", "code": "invalid_frame"}
    await socket.send_text(json.dumps({"type": "x"}))
    assert (await socket.receive())["code"] == "invalid_frame"


async def test_lost_redis_connection_is_answered_by_a_resync(socket: Socket, owner: Account, project: Project) -> None:
    redis_client().client_kill_filter(_type="pubsub")
    assert await socket.receive(10) == {"type": "task.resync"}
    task = await database_sync_to_async(make)(owner, project)
    publish_frame(owner.pk, state_frame(task_id=task.pk, status="processing"))
    assert (await socket.receive())["status"] == "processing"


async def test_job_that_crashes_closes_the_socket_so_that_the_page_asks_again(
    member: Account, owner: Account, project: Project
) -> None:
    socket = await Socket(member).open()
    await socket.watch(await database_sync_to_async(make)(owner, project))
    # No frame of ours: it does not say which task it is about.
    redis_client().publish(channel(owner.pk), '{"type": "task.progress"}')
    assert (await socket.receive_output(5))["code"] == 1011
    await socket.disconnect()
