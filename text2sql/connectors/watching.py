"""Ends blocking drivers: a thread looks at the clock and the token while the driver waits."""

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Literal, Self

from tasks.engines.cancel import CancelToken, NeverCancelled
from text2sql.connectors.base import ConnectorError, ErrorCode
from text2sql.connectors.clock import Deadline

_LOOK_SECONDS = 0.05
_STEP_SECONDS = 1.0


class Watch:
    """For a `with` block. When time is over or the token is set, the `steps` are taken, a second apart, until it ends.

    The first step asks politely (a cancel on the server), the last one cuts the connection. `reason` says why.
    Steps run in the watch's own thread: they may only do what a driver allows beside a blocked call.
    """

    def __init__(
        self, seconds: float, steps: Sequence[Callable[[], object]], *, cancel: CancelToken | None = None
    ) -> None:
        self._deadline = Deadline(seconds)
        self._steps = list(steps)
        self._cancel = cancel or NeverCancelled()
        self._done = threading.Event()
        self.reason: Literal["", "timeout", "cancelled"] = ""

    def __enter__(self) -> Self:
        self._cancel.raise_if_cancelled()
        self._thread = threading.Thread(target=self._look, name="database-watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def check(self, code: ErrorCode = "query_timeout") -> None:
        """Raises what the token raises, or ConnectorError with this code, when it began to end the block.

        To be called where the driver's own error arrives, which only says that the connection is gone.
        """
        if self.reason == "cancelled":
            self._cancel.raise_if_cancelled()
        if self.reason:
            text = (
                "The query took longer than it may."
                if code == "query_timeout"
                else "The server did not answer in time."
            )
            raise ConnectorError(code, text)

    def _look(self) -> None:
        while not self._done.wait(min(_LOOK_SECONDS, self._deadline.left)):
            if self._cancel.is_cancelled():
                self.reason = "cancelled"
                break
            if self._deadline.is_over:
                self.reason = "timeout"
                break
        for step in self._steps:
            if self._done.is_set():
                return
            step()
            self._done.wait(_STEP_SECONDS)
