"""Live task events of one person (and of tasks they may see) over a WebSocket; no work is done here."""

from functools import partial
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async

from accounts.consumers import PersonConsumer
from tasks.live import Frame, hub
from tasks.models import Task

MAX_WATCHED = 50


class TaskConsumer(PersonConsumer):
    """Forwards frames of `tasks.live`; the client may send `{"type": "task.watch", "task_id": ...}`."""

    def begin(self) -> None:
        """Follow the person's own tasks."""
        self.watched: dict[UUID, set[str]] = {}
        self._follow(self.account.pk)

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

    async def forget_unseen(self) -> None:
        """Stop watching tasks of projects that the person has left."""
        # Copied: the page may ask for more meanwhile.
        for task_ids in tuple(self.watched.values()):
            for task_id in tuple(task_ids):
                if await self._owner_of(UUID(task_id)) is None:
                    task_ids.discard(task_id)

    # One channel per person: watching a task means to follow its owner and to pass on only frames of watched tasks.
    def _follow(self, owner_id: UUID) -> None:
        if str(owner_id) not in self.jobs:
            self.start_job(str(owner_id), partial(self._forward, owner_id))

    async def _forward(self, owner_id: UUID) -> None:
        async with hub().subscribe(owner_id) as queue:
            while True:
                frame: Frame = await queue.get()
                if owner_id == self.account.pk or self._is_watched(owner_id, frame):
                    await self.send_json(frame)

    def _is_watched(self, owner_id: UUID, frame: Frame) -> bool:
        return frame["type"] == "task.resync" or frame["task_id"] in self.watched.get(owner_id, ())

    @database_sync_to_async
    def _owner_of(self, task_id: UUID) -> UUID | None:
        return Task.objects.visible_to(self.account).filter(pk=task_id).values_list("user_id", flat=True).first()
