"""Replies on their way to a page, over `/ws/chat/`; nothing is generated here."""

import asyncio
import contextlib
import json
import logging
from functools import partial
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.models import Account
from chatbot.models import Message
from chatbot.streams.changes import last_change
from chatbot.streams.frames import ErrorFrame, changes_of
from chatbot.streams.reader import stream_hub
from chatbot.streams.tail import tail

logger = logging.getLogger(__name__)

#: Close codes: 4401 not signed in, 4403 no longer allowed, 1011 as in RFC 6455.
NOT_SIGNED_IN = 4401
NO_LONGER_ALLOWED = 4403
INTERNAL_ERROR = 1011
#: Rights are looked at again this often while a socket is open.
RECHECK_SECONDS = 30.0
MAX_FOLLOWED = 50
_OWN_JOBS = ("changes", "recheck")


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """One socket per tab. The client follows messages: `{"type": "follow", "message_id": ..., "after": seq}`."""

    async def connect(self) -> None:
        """Only for people who are signed in and may act."""
        user: object = self.scope["user"]
        self.jobs: dict[str, asyncio.Task[None]] = {}
        # Accepted even to be refused: browsers do not tell a page the code of a handshake that failed.
        await self.accept()
        # A lazy user is not an Account by type, only by what it stands for.
        if not isinstance(user, Account) or not user.may_act:
            await self.close(NOT_SIGNED_IN)
            return
        self.account = user
        for name, work in zip(_OWN_JOBS, (self._forward_changes(), self._recheck()), strict=True):
            self.jobs[name] = asyncio.create_task(work)

    async def disconnect(self, code: int) -> None:
        """End every follower."""
        for job in self.jobs.values():
            job.cancel()
        await asyncio.gather(*self.jobs.values(), return_exceptions=True)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Empty and binary frames are invalid frames too."""
        await self.receive_json(await self.decode_json(text_data or ""))

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
        if len(self.jobs) - len(_OWN_JOBS) >= MAX_FOLLOWED:
            await self._refuse(name, "too_many", "This page follows too many messages.")
            return
        job = self.jobs[name] = asyncio.create_task(self._forward(message_id, after))
        job.add_done_callback(partial(self._forget, name))

    def _forget(self, name: str, job: "asyncio.Task[None]") -> None:
        """A reply that has ended makes room for the next one."""
        if self.jobs.get(name) is job:
            del self.jobs[name]

    @classmethod
    async def encode_json(cls, content: Any) -> str:
        """UTF-8 as it is, without spaces: escapes would double what a Vietnamese answer costs."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """Malformed text becomes an invalid frame instead of ending the socket."""
        with contextlib.suppress(ValueError, RecursionError):
            return await super().decode_json(text_data)
        return None

    async def _forward(self, message_id: UUID, after: int) -> None:
        """Everything after `after`, until the reply has ended."""
        try:
            async with contextlib.aclosing(tail(message_id, after, partial(self._message, message_id))) as frames:
                async for frame in frames:
                    await self.send_json(frame)
        except Exception:
            # The socket's edge: a page that is not told would wait for ever; closed, it connects and asks again.
            logger.exception("chat.socket.crashed")
            await self.close(INTERNAL_ERROR)

    async def _forward_changes(self) -> None:
        after = await last_change(self.account.pk)
        async with stream_hub().follow(changes_of(self.account.pk), after) as follower:
            while True:
                frame = await follower.queue.get()
                if frame is not None:
                    await self.send_json(frame)

    async def _recheck(self) -> None:
        """Close when the person was blocked. What is followed is their own, and stays so."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            account = await Account.objects.filter(pk=self.account.pk).afirst()
            if account is None or not account.may_act:
                await self.close(NO_LONGER_ALLOWED)
                return

    async def _refuse(self, message_id: str, code: str, message: str) -> None:
        frame: ErrorFrame = {"type": "error", "message_id": message_id, "code": code, "message": message}
        await self.send_json(frame)

    @database_sync_to_async
    def _message(self, message_id: UUID) -> Message | None:
        return Message.objects.visible_to(self.account).filter(pk=message_id).defer("search").first()
