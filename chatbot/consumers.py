"""Replies on their way to a page, over `/ws/chat/`; nothing is generated here."""

import contextlib
import json
from functools import partial
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async

from accounts.consumers import PersonConsumer
from chatbot.models import Message
from chatbot.streams.changes import last_change
from chatbot.streams.frames import ErrorFrame, changes_of
from chatbot.streams.reader import stream_hub
from chatbot.streams.tail import tail

MAX_FOLLOWED = 50
#: Jobs of every socket, which follow no message: its person's changes and rights.
_OWN_JOBS = 2


class ChatConsumer(PersonConsumer):
    """One socket per tab. The client follows messages: `{"type": "follow", "message_id": ..., "after": seq}`.

    What is followed is the person's own, and stays so: their rights are looked at again, what they follow is not.
    """

    def begin(self) -> None:
        """Tell what changes in the person's other tabs."""
        self.start_job("changes", self._forward_changes)

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Follow a message from a number on, or stop following it; anything else is answered with an error frame."""
        try:
            kind, message_id = content["type"], UUID(content["message_id"])
            after = int(content.get("after", 0))
            if kind not in ("follow", "unfollow") or not 0 <= after < 2**31:
                raise ValueError
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            await self._refuse("", "invalid_frame", "The frame is not understood.")
            return
        name = str(message_id)
        if name in self.jobs:
            self.jobs.pop(name).cancel()
        if kind == "unfollow":
            return
        if len(self.jobs) - _OWN_JOBS >= MAX_FOLLOWED:
            await self._refuse(name, "too_many", "This page follows too many messages.")
            return
        self.start_job(name, partial(self._forward, message_id, after))

    @classmethod
    async def encode_json(cls, content: Any) -> str:
        """UTF-8 as it is, without spaces: escapes would double what a Vietnamese answer costs."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    async def _forward(self, message_id: UUID, after: int) -> None:
        """Everything after `after`, until the reply has ended."""
        async with contextlib.aclosing(tail(message_id, after, partial(self._message, message_id))) as frames:
            async for frame in frames:
                await self.send_json(frame)

    async def _forward_changes(self) -> None:
        after = await last_change(self.account.pk)
        async with stream_hub().follow(changes_of(self.account.pk), after) as follower:
            while True:
                frame = await follower.queue.get()
                if frame is not None:
                    await self.send_json(frame)

    async def _refuse(self, message_id: str, code: str, message: str) -> None:
        frame: ErrorFrame = {"type": "error", "message_id": message_id, "code": code, "message": message}
        await self.send_json(frame)

    @database_sync_to_async
    def _message(self, message_id: UUID) -> Message | None:
        return Message.objects.visible_to(self.account).filter(pk=message_id).defer("search").first()
