"""What every call needs and seldom changes, remembered by the process for a few seconds."""

import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from asgiref.sync import sync_to_async

V = TypeVar("V")

#: As long as keys are trusted (`accounts.services.keys`); blocked accounts and revoked keys are refused at once anyway.
TRUSTED_SECONDS = 5.0
_MAX_ENTRIES = 4096


class Memo(Generic[V]):
    """Reads in a thread on a miss; refusals are not remembered, so that a new project or engine works at once."""

    def __init__(self, read: Callable[..., V]) -> None:
        self._read = read
        self._known: dict[Hashable, tuple[float, V]] = {}

    async def get(self, key: Hashable, *arguments: object) -> V:
        """The value for `key`, read with the arguments when it is not known or too old."""
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        value = await sync_to_async(self._read)(*arguments)
        # Entries live seconds: starting over costs less than keeping an order on every request.
        if len(self._known) >= _MAX_ENTRIES:
            self._known.clear()
        self._known[key] = (time.monotonic() + TRUSTED_SECONDS, value)
        return value

    def clear(self) -> None:
        """Forget everything (tests)."""
        self._known.clear()
