"""What runs beside each other: values of an event loop, tasks that outlive whoever began them, locks by name."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from contextvars import copy_context
from functools import partial
from typing import Any, Generic, TypeVar

from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from django.db import close_old_connections, connection, connections

T = TypeVar("T")

#: The event loop itself keeps only weak references.
_running: set["asyncio.Task[Any]"] = set()


class MadeOnce(Generic[T]):
    """A function without arguments that runs once in a process, whichever threads ask first.

    `functools.cache` lets each of them make a value and keeps the last: what the others hold may close itself.
    """

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: list[T] = []
        self._making = threading.Lock()
        self.__doc__ = make.__doc__

    def __call__(self) -> T:
        """The value."""
        made = self._made
        if not made:
            with self._making:
                if not made:
                    made.append(self._make())
        return made[0]

    def cache_clear(self) -> None:
        """Make another one at the next call (tests)."""
        self._made = []


class PerLoop(dict[asyncio.AbstractEventLoop, T]):
    """One value for each event loop of the process, made at its first use and forgotten after the loop is closed."""

    def __init__(self, make: Callable[[], T]) -> None:
        super().__init__()
        self._make = make

    def here(self) -> T:
        """The value of the running event loop."""
        loop = asyncio.get_running_loop()
        if loop not in self:
            # Not by weak references: the values hold their loop. Copied first: other threads run loops, too.
            for closed in [known for known in tuple(self) if known.is_closed()]:
                self.pop(closed, None)
            self[loop] = self._make()
        return self[loop]


def in_background(work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """Run it beside its caller in the running event loop; cancelling the caller does not cancel it.

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
        end_thread(thread)


def end_thread(thread: Executor) -> None:
    """Let the one thread end after what it does now, and give its connections back; nobody waits for it."""
    thread.submit(connections.close_all)
    thread.shutdown(wait=False)


@contextmanager
def own_connections() -> Iterator[None]:
    """Database work in a thread that no request ends: it gives its connections back."""
    close_old_connections()
    try:
        yield
    finally:
        connections.close_all()


async def in_thread(work: Callable[[], T]) -> T:
    """Run database work beside the running event loop."""

    def run() -> T:
        with own_connections():
            return work()

    return await asyncio.to_thread(run)


def background_tasks() -> "list[asyncio.Task[Any]]":
    """What `in_background` began in the running event loop and has not ended."""
    loop = asyncio.get_running_loop()
    return [task for task in tuple(_running) if task.get_loop() is loop]


def lock_until_commit(name: str, *, shared: bool = False, ahead: bool = False) -> None:
    """Wait for the lock of this name and hold it until the transaction ends; shared ones exclude only the others.

    PostgreSQL holds it: one lock over all processes and machines of the house. With `ahead`, in a pipeline, whoever
    fetches next waits for it.
    """
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [name])
        if not ahead:
            # In a pipeline it has only been sent.
            cursor.fetchone()


def try_lock_until_commit(name: str) -> bool:
    """As `lock_until_commit`, if nobody has the lock; False, at once, when somebody does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        row = cursor.fetchone()
    return bool(row and row[0])
