"""How running work learns that it should stop."""

import threading
from typing import Protocol

from tasks.engines.errors import Cancelled


class CancelToken(Protocol):
    """Asked by engines between two steps, at least ten times a second while they wait.

    Both methods are cheap (no query) and may be called from any thread. `raise_if_cancelled` raises whichever
    `WorkInterrupted` describes the reason, so engines call it instead of raising on their own.
    """

    def is_cancelled(self) -> bool:
        """Whether the work should stop now."""

    def raise_if_cancelled(self) -> None:
        """Raises `Cancelled`, `Paused` or `LeaseLost` when the work should stop, else returns."""


class NeverCancelled:
    """The token of work that nobody can stop: probes, benchmarks, commands at a terminal."""

    def is_cancelled(self) -> bool:
        """Always False."""
        return False

    def raise_if_cancelled(self) -> None:
        """Never raises."""


class CancelFlag:
    """A token that another thread of this process can set; it stays set."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the holder to stop; asking twice is harmless."""
        self._event.set()

    def is_cancelled(self) -> bool:
        """Whether `cancel` was called."""
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raises `Cancelled` once `cancel` was called."""
        if self._event.is_set():
            raise Cancelled("The work was cancelled.")
