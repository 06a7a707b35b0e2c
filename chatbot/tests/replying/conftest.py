"""Replies of remote engines: an upstream and the writer's jobs in the test's own event loop."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async

from accounts.models import Account
from chatbot.models import Conversation, Message
from chatbot.replying import remote
from chatbot.services import ask_question
from chatbot.tests.streaming import Reading, reading, stored
from chatbot.tests.upstream import Behaviour, Upstream, running_upstream
from projects.models import Project
from tasks.models import Engine
from tasks.services import load_adapter


class House:
    """Asks the upstream in one conversation of `owner`."""

    def __init__(self, upstream: Upstream, conversation: Conversation) -> None:
        self.upstream, self.conversation = upstream, conversation

    async def ask(self, content: str = "Hello", *, behave: Behaviour | None = None, **fields: Any) -> Message:
        """Begin a reply; it is written in this event loop."""
        if behave is not None:
            self.upstream.behave = behave
        ask = database_sync_to_async(ask_question)
        given: dict[str, Any] = {"conversation": self.conversation, "user": self.conversation.user} | fields
        _question, reply = await ask(content=content, engine="upstream", **given)
        return reply

    async def follow(self, content: str = "Hello", **fields: Any) -> Reading:
        """Ask and read what comes."""
        return reading((await self.ask(content, **fields)).pk)

    async def answer(self, content: str = "Hello", **fields: Any) -> Message:
        """Ask, and read the reply to its end."""
        reply = await self.ask(content, **fields)
        await reading(reply.pk).end()
        return await self.row(reply)

    async def row(self, reply: Message) -> Message:
        """As it is stored, once its job has ended."""
        await asyncio.gather(*remote._jobs)
        found = await stored(reply.pk)
        assert found is not None
        return found


@pytest.fixture
async def house(
    owner: Account, project: Project, remote_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[House]:
    """An upstream that answers "Hello world" until it is told otherwise."""
    monkeypatch.setattr(remote, "_loop", asyncio.get_running_loop())
    async with running_upstream() as upstream:
        await Engine.objects.filter(pk=remote_engine.pk).aupdate(base_url=upstream.base_url)
        conversation = await Conversation.objects.acreate(user=owner, project=project, model="upstream")
        yield House(upstream, conversation)
        for job in remote._jobs:
            job.cancel()
        await asyncio.gather(*remote._jobs, return_exceptions=True)
        load_adapter(remote_engine).close()
