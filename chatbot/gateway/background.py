"""Work that must go on although the request that began it is over."""

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from functools import partial
from typing import Any

from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from django.db import connections

#: The event loop itself keeps only weak references.
_running: set["asyncio.Task[Any]"] = set()


def in_background(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Run it beside the request; cancelling the request does not cancel it.

    What it does in `sync_to_async` runs in a thread of its own, begun at its first use: the request's goes to others.
    """
    context, own_thread = copy_context(), ThreadSensitiveContext()
    context.run(SyncToAsync.thread_sensitive_context.set, own_thread)
    task = asyncio.get_running_loop().create_task(work, context=context)
    _running.add(task)
    task.add_done_callback(partial(_end, own_thread))
    return task


def _end(own_thread: ThreadSensitiveContext, task: "asyncio.Task[Any]") -> None:
    _running.discard(task)
    thread = SyncToAsync.context_to_thread_executor.pop(own_thread, None)
    if thread is not None:
        thread.submit(connections.close_all)
        thread.shutdown(wait=False)


async def background_done() -> None:
    """Wait for what runs in this loop now (tests)."""
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(task for task in _running if task.get_loop() is loop), return_exceptions=True)
