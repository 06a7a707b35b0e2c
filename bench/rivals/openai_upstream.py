"""An upstream that answers at once, or with a stream of 50 tokens: `python openai_upstream.py PORT`.

With `"pace_ms"` in the body so long passes before each token, as from a model that computes.
"""

import asyncio
import json
import sys

from aiohttp import web

TOKENS = 50
USAGE = {"prompt_tokens": 20, "completion_tokens": TOKENS, "total_tokens": 20 + TOKENS}
_HEAD = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "mock-1"}


def _event(delta: dict[str, str], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    document = {**_HEAD, "object": "chat.completion.chunk", "choices": [choice]}
    return b"data: " + json.dumps(document, separators=(",", ":")).encode() + b"\n\n"


_TEXT = "".join(f"tok{number} " for number in range(TOKENS))
_WHOLE = {
    **_HEAD,
    "object": "chat.completion",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": _TEXT}, "finish_reason": "stop"}],
    "usage": USAGE,
}
_EVENTS = [
    _event({"role": "assistant", "content": ""}),
    *(_event({"content": f"tok{number} "}) for number in range(TOKENS)),
    _event({}, "stop"),
    b"data: " + json.dumps({**_HEAD, "choices": [], "usage": USAGE}).encode() + b"\n\n",
    b"data: [DONE]\n\n",
]


async def answer(request: web.Request) -> web.StreamResponse:
    """Whole or as a stream, as the body asks."""
    body = await request.json()
    if not body.get("stream"):
        return web.json_response(_WHOLE)
    pace_seconds = body.get("pace_ms", 0) / 1000
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    for event in _EVENTS:
        if pace_seconds:
            await asyncio.sleep(pace_seconds)
        await response.write(event)
    await response.write_eof()
    return response


if __name__ == "__main__":
    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=lambda *_: None)
