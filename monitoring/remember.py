"""Answers that many ask for and that may be a moment old."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Remembered(Generic[T]):
    """Calls `make` at most once in `seconds` per process; concurrent callers wait for the one who asks.

    An exception is passed on and not remembered.
    """

    def __init__(self, make: Callable[[], T], seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._lock = threading.Lock()
        self._value: tuple[float, T] | None = None

    def __call__(self) -> T:
        """The value, at most `seconds` old."""
        with self._lock:
            if self._value is None or time.monotonic() - self._value[0] > self._seconds:
                self._value = (time.monotonic(), self._make())
            return self._value[1]

    def forget(self) -> None:
        """Ask anew next time."""
        with self._lock:
            self._value = None
