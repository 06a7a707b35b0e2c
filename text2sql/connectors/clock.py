"""How long something may still take."""

import time


class Deadline:
    """A moment in time, from a number of seconds.

    Of the monotonic clock: what the administrator does to the wall clock ends no query and keeps none alive.
    """

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def left(self) -> float:
        """Seconds until then, never negative."""
        return max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether it has passed."""
        return self.left == 0.0


def milliseconds_since(start: float) -> float:
    """From a `time.perf_counter()` until now."""
    return (time.perf_counter() - start) * 1000
