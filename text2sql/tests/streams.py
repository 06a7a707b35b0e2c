"""Reading what a view streams."""

from typing import Any

from asgiref.sync import async_to_sync


@async_to_sync
async def whole(answer: Any) -> bytes:
    """All pieces of a `StreamingHttpResponse` whose iterator is asynchronous."""
    return b"".join([piece async for piece in answer])
