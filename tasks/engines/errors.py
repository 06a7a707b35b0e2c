"""Errors that engines and task handlers raise; the worker decides what to do from `code` and `retryable`."""

import re
from typing import ClassVar

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


class EngineError(Exception):
    """A failure with a stable machine-readable `code` (snake_case) and a verdict on whether a retry may help.

    The message is shown to people, so it holds no secret, no path and no traceback. Raises ValueError when the
    code is not snake_case.
    """

    default_code: ClassVar[str] = "engine_error"
    default_retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = self.default_code if code is None else code
        self.retryable = self.default_retryable if retryable is None else retryable
        if _SNAKE_CASE.fullmatch(self.code) is None:
            raise ValueError(f"error code is not snake_case: {self.code!r}")

    def __reduce__(self) -> tuple[object, ...]:
        # Exceptions pickle their positional arguments only; prefork workers hand errors across processes.
        return type(self), (self.message,), {"code": self.code, "retryable": self.retryable}


class EngineUnavailable(EngineError):
    """The engine cannot work now: its library, weights, credential or remote server is not there."""

    default_code = "engine_unavailable"
    default_retryable = True


class EngineInputError(EngineError):
    """The request itself is wrong; the same request fails again however often it is tried."""

    default_code = "invalid_input"


class EngineCrashed(EngineError):
    """The engine or its child process died in the middle of the work."""

    default_code = "engine_crashed"
    default_retryable = True


class EngineTimeout(EngineError):
    """The engine gave no sign of life for longer than its limit."""

    default_code = "engine_timeout"
    default_retryable = True


class WorkInterrupted(EngineError):
    """The work stopped because somebody asked for it or because it is no longer ours; not a failure of the engine."""

    default_code = "interrupted"


class Cancelled(WorkInterrupted):
    """A person or a program cancelled the work."""

    default_code = "cancelled"


class Paused(WorkInterrupted):
    """The work stops at this checkpoint and may be taken up again later."""

    default_code = "paused"


class LeaseLost(WorkInterrupted):
    """Another worker owns the task now: whatever was computed must be thrown away.

    Nothing may be written any more, not even a failure; files and remote work of the attempt may be cleaned up.
    """

    default_code = "lease_lost"
