"""Entries in Redis that stand only while this process lives: renewed until they are dropped, lapsing after a crash."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from config.common.concurrency import in_background
from config.common.redis import RedisDown

logger = logging.getLogger(__name__)

LEASE_SECONDS = 30.0

Command = Callable[[], Awaitable[object]]


class Lease:
    """`renew` is awaited every third of the lease; `drop` once."""

    def __init__(self, renew: Command, drop: Command) -> None:
        self._drop = drop
        self._renewing: asyncio.Task[None] | None = asyncio.get_running_loop().create_task(_keep(renew))

    def end(self) -> None:
        """Stop renewing and drop the entry, from where nothing can be awaited; the second time does nothing."""
        if self._renewing is not None:
            self._dropping()

    async def aend(self) -> None:
        """As `end`, and wait until the entry is dropped."""
        if self._renewing is not None:
            await asyncio.shield(self._dropping())

    def _dropping(self) -> "asyncio.Task[None]":
        if self._renewing is not None:
            self._renewing.cancel()
        self._renewing = None
        return in_background(_quietly(self._drop))


async def _keep(renew: Command) -> None:
    while True:
        await asyncio.sleep(LEASE_SECONDS / 3)
        await _quietly(renew)


async def _quietly(command: Command) -> None:
    """Without Redis the entry lapses by itself, which is what it is for."""
    try:
        await command()
    except RedisDown:
        logger.warning("gateway.lease.unavailable")
