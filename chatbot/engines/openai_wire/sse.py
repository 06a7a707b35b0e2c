"""Server-sent events, cut out of a byte stream. Source: WHATWG HTML, section 9.2 "Server-sent events"."""

from typing import Final, Protocol

from tasks.engines.errors import EngineCrashed

MAX_EVENT_BYTES: Final = 4 * 1024 * 1024
DONE: Final = b"[DONE]"


class Scanner(Protocol):
    """Finds JSON documents in bytes that arrive in pieces of any size."""

    def feed(self, data: bytes) -> list[bytes]:
        """The documents that `data` completes. Raises EngineCrashed `upstream_garbage` for one without end."""

    def flush(self) -> list[bytes]:
        """What the end of the stream completes."""


class SseScanner:
    """Cuts the payloads of `data:` fields out of bytes that arrive in pieces of any size; nothing is decoded.

    Lines end with LF or CRLF. Several `data:` lines of one event are joined by LF; comments and other fields are
    dropped.
    """

    __slots__ = ("_fields", "_partial", "_waiting_bytes")

    def __init__(self) -> None:
        self._partial: list[bytes] = []
        self._fields: list[bytes] = []
        self._waiting_bytes = 0

    def feed(self, data: bytes) -> list[bytes]:
        """The payloads that `data` completes; raises as `Scanner.feed`."""
        self._waiting_bytes += len(data)
        if b"\n" not in data:
            self._partial.append(data)
            self._check_size()
            return []
        if self._partial:
            data = b"".join((*self._partial, data))
        lines = data.split(b"\n")
        self._partial = [lines.pop()]
        payloads: list[bytes] = []
        for line in lines:
            if line and line != b"\r":
                self._take_line(line)
            elif self._fields:
                payloads.append(self._end_event())
        self._waiting_bytes = len(self._partial[0]) + sum(map(len, self._fields))
        self._check_size()
        return payloads

    def flush(self) -> list[bytes]:
        """What the end of the stream leaves behind: an event whose empty line never came."""
        rest = b"".join(self._partial)
        self._partial, self._waiting_bytes = [], 0
        if rest:
            self._take_line(rest)
        return [self._end_event()] if self._fields else []

    def _take_line(self, line: bytes) -> None:
        if line.startswith(b"data:"):
            start = 6 if line.startswith(b"data: ") else 5
            self._fields.append(line[start:].removesuffix(b"\r"))

    def _end_event(self) -> bytes:
        payload = self._fields[0] if len(self._fields) == 1 else b"\n".join(self._fields)
        self._fields = []
        return payload

    def _check_size(self) -> None:
        if self._waiting_bytes > MAX_EVENT_BYTES:
            raise EngineCrashed("The engine's answer has an event without an end.", code="upstream_garbage")


class WholeBody:
    """The scanner of an answer that is one document, because the server knows no streams."""

    __slots__ = ("_body",)

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Nothing yet; raises as `Scanner.feed`."""
        self._body += data
        if len(self._body) > MAX_EVENT_BYTES:
            raise EngineCrashed("The engine's answer is too long.", code="upstream_garbage")
        return []

    def flush(self) -> list[bytes]:
        """The body."""
        return [bytes(self._body)]
