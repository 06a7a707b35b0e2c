"""Keeps one loaded model per worker process, because two rarely fit into memory."""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """Anything that gives its memory back when told to."""

    def close(self) -> None:
        """Release memory and devices; called exactly once, when nobody uses the object any more."""


M = TypeVar("M", bound=Closable)


class ResidentCache(Generic[M]):
    """One resident model; asking for another one waits until the present one is unused, closes it, loads the new.

    Threads are served in the order they came: a stream of requests for the resident model cannot starve a request
    for another. A load happens once however many threads ask for the same key. A failed load leaves the
    cache empty, raises in the thread that tried, and lets the next thread try.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: deque[object] = deque()
        self._resident: tuple[Hashable, M] | None = None
        self._users = 0
        self._busy = False

    @property
    def resident_key(self) -> Hashable | None:
        """The key of the model in memory, None when there is none."""
        with self._changed:
            return None if self._resident is None else self._resident[0]

    @contextmanager
    def use(self, key: Hashable, load: Callable[[], M]) -> Iterator[M]:
        """The model for `key`, safe from eviction inside the `with` block; `load` makes it when it is not there."""
        model = self._enter(key, load)
        try:
            yield model
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()

    def close(self) -> None:
        """Wait until the resident model is unused, then close it."""
        with self._changed:
            self._changed.wait_for(lambda: self._users == 0 and not self._busy)
            evicted, self._resident = self._resident, None
        if evicted is not None:
            evicted[1].close()

    def _enter(self, key: Hashable, load: Callable[[], M]) -> M:
        # A ticket in a line, because a Condition wakes its waiters in no order that could be relied on.
        turn = object()
        with self._changed:
            self._queue.append(turn)
            self._changed.wait_for(lambda: self._queue[0] is turn and self._may_enter(key))
            self._queue.popleft()
            # The first in the queue may have changed: let the others look.
            self._changed.notify_all()
            if self._resident is not None and self._resident[0] == key:
                self._users += 1
                return self._resident[1]
            evicted, self._resident = self._resident, None
            self._busy = True
        # Without the lock: loading takes seconds to minutes, and `resident_key` must answer meanwhile. Closed first,
        # because the memory of two models at once is what this class is there to avoid.
        try:
            if evicted is not None:
                evicted[1].close()
            model = load()
        except BaseException:
            self._settle(None)
            raise
        self._settle((key, model))
        return model

    def _may_enter(self, key: Hashable) -> bool:
        if self._busy:
            return False
        return self._users == 0 or (self._resident is not None and self._resident[0] == key)

    def _settle(self, resident: tuple[Hashable, M] | None) -> None:
        with self._changed:
            self._resident = resident
            self._users = 0 if resident is None else 1
            self._busy = False
            self._changed.notify_all()
