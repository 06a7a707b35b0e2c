"""An engine that takes every parameter and answers in OpenAI's form; also the place where the state is put back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from threading import Thread
from typing import Any

_numbers = count(1)
_USAGE = {"prompt_tokens": 2, "completion_tokens": 1, "total_tokens": 3}


def completion(name: str) -> dict[str, Any]:
    """A whole answer with this id."""
    message = {"role": "assistant", "content": "Hello", "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {**_head(name, "chat.completion"), "choices": [choice], "usage": _USAGE}


def _head(name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "object": kind, "created": 1_700_000_000, "model": "mock-1"}


def _events(name: str) -> bytes:
    chunks = [{"index": 0, "delta": {"role": "assistant", "content": "Hello"}, "finish_reason": None}]
    chunks.append({"index": 0, "delta": {}, "finish_reason": "stop"})
    head = _head(name, "chat.completion.chunk")
    documents = [*({**head, "choices": [choice]} for choice in chunks), {**head, "choices": [], "usage": _USAGE}]
    return b"".join(b"data: %s\n\n" % json.dumps(document).encode() for document in documents) + b"data: [DONE]\n\n"


def _embeddings(body: dict[str, Any]) -> dict[str, Any]:
    numbers = [0.5] * int(body.get("dimensions") or 8)
    data = [{"object": "embedding", "index": 0, "embedding": numbers}]
    return {"object": "list", "data": data, "model": "mock-1", "usage": {"prompt_tokens": 9, "total_tokens": 9}}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    put_back: Callable[[], None]

    def do_POST(self) -> None:
        """By the path."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}")
        name = f"chatcmpl-{next(_numbers)}"
        if self.path == "/put-back":
            type(self).put_back()
            self._answer(b"{}")
        elif self.path.endswith("/embeddings"):
            self._answer(json.dumps(_embeddings(body)).encode())
        elif body.get("stream"):
            self._answer(_events(name), "text/event-stream")
        else:
            self._answer(json.dumps(completion(name)).encode())

    def _answer(self, content: bytes, kind: str = "application/json") -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Silent: the tests' own output is what is read."""


@contextmanager
def serve(put_back: Callable[[], None]) -> Iterator[str]:
    """The address of a server on loopback; `POST /put-back` calls `put_back`."""
    handler = type("Handler", (_Handler,), {"put_back": staticmethod(put_back)})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
