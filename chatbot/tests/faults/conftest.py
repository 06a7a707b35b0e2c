"""Real workers and a real web process on this test's database and Redis."""

import json
import signal
import urllib.request
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.test import Client
from websockets.asyncio.client import ClientConnection, connect

from accounts.models import Account
from accounts.services import create_api_key
from chatbot.models import Conversation, Message
from chatbot.tests.upstream import Upstream, upstream_in_thread
from tasks.models import Engine
from tasks.tests import forks
from tasks.tests.conftest import child_environment, eventually, kill_group, quick, start_worker

__all__ = ["quick", "start_worker"]


class Web:
    """A uvicorn process as `manage.py up` starts it, called with a key of `owner`, and over sockets as `owner`."""

    def __init__(self, account: Account, conversation: Conversation) -> None:
        self.account, self.conversation = account, conversation
        self._token = create_api_key(user=account, name="faults", permissions=["*"])[1]
        self.process, self.port = forks.start_web(child_environment(DATABASE_POOL="true"))
        eventually(self.answers, sweeping=False)

    def answers(self) -> bool:
        """True once it is up."""
        try:
            return bool(self.call("GET", "/healthz"))
        except OSError:
            return False

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """JSON in, JSON out; raises HTTPError."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        data = json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 (loopback)
            text = answer.read()
        return json.loads(text) if text.startswith(b"{") else text

    def ask(self, content: str, engine: str) -> UUID:
        """The id of the reply that begins."""
        path = f"/api/v1/conversations/{self.conversation.pk}/messages/"
        return UUID(self.call("POST", path, {"content": content, "model": engine})["reply"]["id"])

    def act(self, reply_id: UUID, action: str) -> Any:
        """stop, continue, regenerate."""
        return self.call("POST", f"/api/v1/messages/{reply_id}/{action}/", {})

    @asynccontextmanager
    async def socket(self) -> AsyncIterator[ClientConnection]:
        """`/ws/chat/` with the session of `owner`, without compression."""
        client = Client()
        await database_sync_to_async(client.force_login)(self.account)
        cookie = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        headers = {"Cookie": cookie, "Origin": f"http://127.0.0.1:{self.port}"}
        url = f"ws://127.0.0.1:{self.port}/ws/chat/"
        async with connect(url, additional_headers=headers, compression=None) as opened:
            yield opened

    def kill(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End it, and wait for the end."""
        kill_group(self.process, how)
        self.process.wait(20)


WebFactory = Callable[[], Web]


@pytest.fixture
def start_web(transactional_db: None, owner: Account, conversation: Conversation) -> Iterator[WebFactory]:
    """Real web processes; whatever is left is killed afterwards."""
    started: list[Web] = []

    def start() -> Web:
        started.append(Web(owner, conversation))
        return started[-1]

    yield start
    for web in started:
        kill_group(web.process)


@pytest.fixture
def upstream(remote_engine: Engine) -> Iterator[Upstream]:
    """The engine "upstream" in a thread of this process."""
    with upstream_in_thread() as running:
        Engine.objects.filter(pk=remote_engine.pk).update(base_url=running.base_url)
        yield running


def has_text(reply_id: UUID, *, least: int = 1) -> bool:
    """A checkpoint has so many characters."""
    content = Message.objects.values_list("content", flat=True).get(pk=reply_id)
    return len(content) >= least


async def read_socket(connection: ClientConnection, reply_id: UUID, after: int = 0) -> AsyncIterator[str]:
    """Frames of one reply as they travel, up to its end."""
    await connection.send(json.dumps({"type": "follow", "message_id": str(reply_id), "after": after}))
    async for text in connection:
        frame = json.loads(text)
        if frame.get("message_id") != str(reply_id):
            continue
        yield str(text)
        if frame["type"] in ("state", "error"):
            return
