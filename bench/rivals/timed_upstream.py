"""An upstream whose every delta is the moment it was sent at, twenty a second: `python timed_upstream.py PORT`.

Its answers begin when somebody posts to /begin, so that all who asked are answered at the same time.
"""

import asyncio
import json
import random
import sys
import time

from aiohttp import web

PAUSE_SECONDS = 1 / 20
#: Longer than anybody measures; whoever asked leaves before.
LONGEST_SECONDS = 600.0
_HEAD = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "mock-1", "object": "chat.completion.chunk"}


def _event(content: str) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": None}
    return b"data: " + json.dumps({**_HEAD, "choices": [choice]}).encode() + b"\n\n"


_begun = asyncio.Event()


async def begin(request: web.Request) -> web.Response:
    """Let all answers go."""
    _begun.set()
    return web.Response()


async def answer(request: web.Request) -> web.StreamResponse:
    """Moments of the monotonic clock in seconds, which all processes of a machine share."""
    await request.read()
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    while not _begun.is_set():
        await response.write(b": not yet\n\n")
        await asyncio.wait({asyncio.create_task(_begun.wait())}, timeout=1)
    # Answers that all spoke in step would come in bursts, which no real ones do.
    began = due = time.monotonic() + random.random() * PAUSE_SECONDS
    while due - began < LONGEST_SECONDS:
        # Due times instead of pauses: what this process is late by is not made up for by fewer deltas.
        await asyncio.sleep(due - time.monotonic())
        await response.write(_event(f"{time.monotonic():.6f} "))
        due += PAUSE_SECONDS
    return response


if __name__ == "__main__":
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    app.router.add_post("/begin", begin)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=lambda *_: None)
