"""Runs long steps in threads of their own, so that a cancel is heard in the middle of them."""

import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from chatbot.engines.base import ChatEvent, Done
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import EngineCrashed

THREAD_NAME = "chat-model"
_POLL_SECONDS = 0.05
T = TypeVar("T")


class ReaderLeft(Exception):
    """Nobody reads any more: the work may stop where it is."""


class Outlet:
    """Where the work puts its events; also tells it that the reader has gone."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[ChatEvent | None] = queue.SimpleQueue()
        self._left = threading.Event()

    def put(self, event: ChatEvent) -> None:
        """Hand over the next event; raises ReaderLeft."""
        self.check()
        self.events.put(event)

    def check(self) -> None:
        """Raises ReaderLeft once nobody reads any more; cheap."""
        if self._left.is_set():
            raise ReaderLeft

    def leave(self) -> None:
        """The reader goes."""
        self._left.set()


def wait_in_thread(work: Callable[[], T], cancel: CancelToken) -> T:
    """What `work` returns or raises; within a tenth of a second what `cancel` raises, while the work goes on."""
    cancel.raise_if_cancelled()
    future = _start(work)
    while True:
        try:
            return future.result(_POLL_SECONDS)
        except TimeoutError:
            # Also what the work itself may raise.
            if future.done():
                raise
            cancel.raise_if_cancelled()


def read_in_thread(work: Callable[[Outlet], None], cancel: CancelToken) -> Generator[ChatEvent, None, None]:
    """The events of `work`, up to `Done`; raises what it raises, and within a tenth of a second what `cancel` raises.

    Closing the generator tells the work to stop; it does so at its next `check` or `put`.
    """
    cancel.raise_if_cancelled()
    outlet = Outlet()
    future = _start(lambda: work(outlet))
    future.add_done_callback(lambda _ended: outlet.events.put(None))
    try:
        while True:
            cancel.raise_if_cancelled()
            try:
                event = outlet.events.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if event is None:
                future.result()
                raise EngineCrashed("The engine stopped without an end.")
            yield event
            if isinstance(event, Done):
                return
    finally:
        outlet.leave()


def _start(work: Callable[[], T]) -> "Future[T]":
    """A thread for this work alone. A process that ends waits for it, rather than to be torn down inside a step."""
    executor = ThreadPoolExecutor(1, thread_name_prefix=THREAD_NAME)
    future = executor.submit(work)
    executor.shutdown(wait=False)
    return future
