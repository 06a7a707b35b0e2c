"""Waiting for a task from async code: the live channel tells when, the row tells what."""

import asyncio
import time
from uuid import UUID

from tasks.live import Frame, hub, next_frame
from tasks.models import Task
from tasks.states import TERMINAL

#: Frames can be lost with Redis; the row is looked at this often all the same.
POLL_SECONDS = 1.0


async def wait_until_ended(task_id: UUID, user_id: UUID, timeout_seconds: float) -> str:
    """The state of the task once it has ended, or its present state when the time is up."""
    end = time.monotonic() + timeout_seconds
    # Subscribed before the first look: an end between the look and the subscription would be missed.
    async with hub().subscribe(user_id) as queue:
        while True:
            status: str = await Task.objects.values_list("status", flat=True).aget(pk=task_id)
            left_seconds = end - time.monotonic()
            if status in TERMINAL or left_seconds <= 0:
                return status
            await _next_of(queue, task_id, min(POLL_SECONDS, left_seconds))


async def _next_of(queue: "asyncio.Queue[Frame]", task_id: UUID, timeout_seconds: float) -> None:
    end = time.monotonic() + timeout_seconds
    while (left_seconds := end - time.monotonic()) > 0:
        frame = await next_frame(queue, left_seconds)
        if frame is None or frame["type"] == "task.resync":
            return
        if frame["type"] == "task.state" and frame["task_id"] == str(task_id) and frame["status"] in TERMINAL:
            return
