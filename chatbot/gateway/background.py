"""Work that must go on although the request that began it is over."""

import asyncio
from collections.abc import Coroutine
from typing import Any

#: The event loop itself keeps only weak references.
_running: set["asyncio.Task[Any]"] = set()


def in_background(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Run it beside the request; cancelling the request does not cancel it."""
    task = asyncio.get_running_loop().create_task(work)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


async def background_done() -> None:
    """Wait for what runs in this loop now (tests)."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(task for task in _running if task.get_loop() is loop), return_exceptions=True)
