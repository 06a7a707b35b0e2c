"""Runs long steps in threads of their own, so that a cancel is heard in the middle of them."""

import queue
import threading
from collections.abc import Callable, Generator
from concurrent.futures import Future
from typing import TypeVar

from chatbot.engines.base import ChatEvent, Done
from tasks.engines.cancel import CancelToken
from tasks.engines.errors import EngineCrashed

_POLL_SECONDS = 0.05
T = TypeVar("T")


class ReaderLeft(Exception):
    """Nobody reads any more: the work may stop where it is."""


class Outlet:
    """Where the work puts its events; also tells it that the reader has gone."""

    def __init__(self) -> None:
        self.events: queue.SimpleQueue[ChatEvent | BaseException] = queue.SimpleQueue()
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

    def run(self, work: Callable[["Outlet"], None]) -> None:
        """The body of the thread: whatever the work raises reaches the reader, and the thread ends in silence."""
        try:
            work(self)
        except ReaderLeft:
            return
        except BaseException as error:  # noqa: BLE001  # raised again by the reader
            self.events.put(error)
        else:
            self.events.put(EngineCrashed("The engine stopped without an end."))


def wait_in_thread(work: Callable[[], T], cancel: CancelToken) -> T:
    """What `work` returns or raises; within a tenth of a second what `cancel` raises, while the work goes on."""
    cancel.raise_if_cancelled()
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001  # raised again by the one who waits
            future.set_exception(error)

    threading.Thread(target=run, name="chat-model").start()
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
    # Not a daemon: a process that ends waits for the step in hand, rather than to be torn down inside of it.
    threading.Thread(target=outlet.run, args=(work,), name="chat-model").start()
    try:
        while True:
            cancel.raise_if_cancelled()
            try:
                found = outlet.events.get(timeout=_POLL_SECONDS)
            except queue.Empty:
                continue
            if isinstance(found, BaseException):
                raise found
            yield found
            if isinstance(found, Done):
                return
    finally:
        outlet.leave()
