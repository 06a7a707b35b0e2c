"""Live task events of one person (and of tasks they may see) over a WebSocket; no work is done here."""

import asyncio
import contextlib
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from accounts.models import Account
from tasks.live import Frame, hub
from tasks.models import Task

#: Close codes: 4401 not signed in, 4403 no longer allowed.
NOT_SIGNED_IN = 4401
NO_LONGER_ALLOWED = 4403
#: Rights are looked at again this often while a socket is open.
RECHECK_SECONDS = 30.0
MAX_WATCHED = 50


class TaskConsumer(AsyncJsonWebsocketConsumer):
    """Forwards frames of `tasks.live`; the client may send `{"type": "task.watch", "task_id": ...}`."""

    async def connect(self) -> None:
        """Only for people who are signed in and may act."""
        user: object = self.scope["user"]
        self.watched: dict[UUID, set[str]] = {}
        self.followers: dict[UUID, asyncio.Task[None]] = {}
        # Accepted even to be refused: browsers do not tell a page the code of a handshake that failed.
        await self.accept()
        # A lazy user is not an Account by type, only by what it stands for.
        if not isinstance(user, Account) or not user.may_act:
            await self.close(NOT_SIGNED_IN)
            return
        self.account = user
        self._follow(self.account.pk)
        self.recheck = asyncio.create_task(self._recheck())

    async def disconnect(self, code: int) -> None:
        """End every follower."""
        # Awaited after the cancel: each leaves its channel on its way out, and Redis would else keep sending to nobody.
        tasks = [*self.followers.values(), *([self.recheck] if hasattr(self, "recheck") else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any) -> None:
        """Empty and binary frames are invalid frames too."""
        await self.receive_json(await self.decode_json(text_data or ""))

    async def receive_json(self, content: Any, **kwargs: Any) -> None:
        """Watch somebody else's task in a shared project; anything else is answered with an error frame."""
        try:
            task_id = UUID(content["task_id"])
            if content["type"] != "task.watch":
                raise ValueError
        except (KeyError, TypeError, ValueError, AttributeError):
            await self.send_json({"type": "error", "code": "invalid_frame"})
            return
        owner_id = await self._owner_of(task_id)
        if owner_id is None or len(self.watched) >= MAX_WATCHED:
            await self.send_json({"type": "error", "code": "task_not_found", "task_id": str(task_id)})
            return
        if owner_id != self.account.pk:
            self.watched.setdefault(owner_id, set()).add(str(task_id))
            self._follow(owner_id)

    @classmethod
    async def decode_json(cls, text_data: str) -> Any:
        """Malformed text becomes an invalid frame instead of ending the socket."""
        with contextlib.suppress(ValueError, RecursionError):
            return await super().decode_json(text_data)
        return None

    # One channel per person: watching a task means to follow its owner and to pass on only frames of watched tasks.
    def _follow(self, owner_id: UUID) -> None:
        if owner_id not in self.followers:
            self.followers[owner_id] = asyncio.create_task(self._forward(owner_id))

    async def _forward(self, owner_id: UUID) -> None:
        async with hub().subscribe(owner_id) as queue:
            while True:
                frame: Frame = await queue.get()
                if owner_id == self.account.pk or self._is_watched(owner_id, frame):
                    await self.send_json(frame)

    def _is_watched(self, owner_id: UUID, frame: Frame) -> bool:
        return frame["type"] == "task.resync" or frame["task_id"] in self.watched.get(owner_id, ())

    async def _recheck(self) -> None:
        """Close when the person was blocked, and forget tasks they may no longer see."""
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            account = await Account.objects.filter(pk=self.account.pk).afirst()
            if account is None or not account.may_act:
                await self.close(NO_LONGER_ALLOWED)
                return
            for owner_id, task_ids in self.watched.items():
                self.watched[owner_id] = {task_id for task_id in task_ids if await self._owner_of(UUID(task_id))}

    @database_sync_to_async
    def _owner_of(self, task_id: UUID) -> UUID | None:
        return Task.objects.visible_to(self.account).filter(pk=task_id).values_list("user_id", flat=True).first()
