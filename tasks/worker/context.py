"""What a handler sees of its task, and how it learns that it should stop."""

import threading
import time
from enum import Enum
from uuid import UUID

from tasks.engines.errors import Cancelled, LeaseLost, Paused, WorkInterrupted
from tasks.live import publish_frame
from tasks.registry import JsonObject
from tasks.services.running import Beat, Claim

#: People see at most this many progress frames a second per task.
FRAMES_PER_SECOND = 4


class StopReason(Enum):
    """Why a running attempt should end early; the first one given stays."""

    CANCEL = "cancelled"
    PAUSE = "paused"
    DEADLINE = "deadline_exceeded"
    DRAIN = "worker shutting down"
    LOST = "lease lost"


class Drained(WorkInterrupted):
    """The worker shuts down: the task goes back to its queue, uncounted."""

    default_code = "drained"


_ERRORS: dict[StopReason, type[WorkInterrupted]] = {
    StopReason.CANCEL: Cancelled,
    StopReason.PAUSE: Paused,
    StopReason.DEADLINE: Cancelled,
    StopReason.DRAIN: Drained,
    StopReason.LOST: LeaseLost,
}


class RunningTask:
    """The `TaskContext` of one attempt; thread-safe, because the lease keeper reads and stops it."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        self.task_id: UUID = claim.task_id
        self.project_id: UUID = claim.project_id
        self.user_id: UUID = claim.user_id
        self.attempt: int = claim.attempt
        self.input_data: JsonObject = claim.input_data
        self.stop_reason: StopReason | None = None
        self.stop_asked_at = 0.0
        self.percent = 0
        self.message = ""
        self._lock = threading.Lock()
        self._next_frame_at = 0.0

    def report_progress(self, percent: float, message: str = "") -> None:
        """Show progress to the person now (throttled); the lease keeper writes it to the row with its next beat."""
        self.percent = max(0, min(100, int(percent)))
        self.message = message[:200]
        now = time.monotonic()
        if now < self._next_frame_at:
            return
        # Not locked: a second frame that slips through costs less than a lock at every report.
        self._next_frame_at = now + 1 / FRAMES_PER_SECOND
        publish_frame(
            self.user_id,
            {"type": "task.progress", "task_id": str(self.task_id), "progress": self.percent, "message": self.message},
        )

    def stop(self, reason: StopReason) -> None:
        """Ask the handler to end; LOST overrides every other reason, because nothing may be written any more."""
        with self._lock:
            if self.stop_reason is None:
                self.stop_reason = reason
                self.stop_asked_at = time.monotonic()
            elif reason is StopReason.LOST:
                self.stop_reason = reason

    def is_cancelled(self) -> bool:
        """True once any reason to stop was given."""
        return self.stop_reason is not None

    def raise_if_cancelled(self) -> None:
        """A checkpoint: raises the WorkInterrupted of the reason."""
        if self.stop_reason is not None:
            raise _ERRORS[self.stop_reason](f"The work was interrupted: {self.stop_reason.value}.")

    def beat(self) -> Beat:
        """Progress as the lease keeper writes it."""
        return Beat(self.claim, self.percent, self.message)
