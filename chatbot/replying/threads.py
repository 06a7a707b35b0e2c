"""Database work of jobs in the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from django.db import close_old_connections, connections

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Run database work in a thread that gives its connection back."""

    def run() -> T:
        close_old_connections()
        try:
            return work()
        finally:
            connections.close_all()

    return await asyncio.to_thread(run)
