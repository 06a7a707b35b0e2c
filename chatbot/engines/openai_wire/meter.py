"""What a stream that is passed on untouched said: its text and usage, without parsing every chunk."""

import json
import re

from chatbot.engines.openai_wire.reply import read_usage
from chatbot.engines.openai_wire.sse import SseScanner
from tasks.engines.errors import EngineCrashed
from tasks.engines.usage import Usage

# Inside a string quotation marks are escaped, so this matches keys only, and never `reasoning_content`.
_CONTENT = re.compile(rb'"content"\s*:\s*"((?:[^"\\]++|\\.)++)"')
_USAGE = re.compile(rb'"usage"\s*:\s*\{')
_FINISHED = re.compile(rb'"finish_reason"\s*:\s*"')
_MAX_HELD_BYTES = 256 * 1024


class StreamMeter:
    """Fed with the bytes of a chat completion stream; a few microseconds a chunk, and it never raises.

    The contents of all choices are joined in the order of their arrival. Memory holds the text and at most a
    quarter of a megabyte beside it.
    """

    def __init__(self) -> None:
        self._scanner = SseScanner()
        self._payloads: list[bytes] = []
        self._held_bytes = 0
        self._fragments: list[bytes] = []
        self._usage: Usage | None = None
        self._is_finished = self._has_text = self._is_broken = False

    def feed(self, piece: bytes) -> bool:
        """Take a piece, an empty one at the end; True exactly once, when the first text is in it."""
        if self._is_broken:
            return False
        try:
            payloads = self._scanner.feed(piece) if piece else self._scanner.flush()
        except EngineCrashed:  # the reader of the stream decides what garbage means, not its meter
            self._is_broken = True
            return False
        self._payloads += payloads
        self._held_bytes += len(piece)
        if self._held_bytes > _MAX_HELD_BYTES:
            self._digest()
        if self._has_text or not any(map(_CONTENT.search, payloads)):
            return False
        self._has_text = True
        return True

    @property
    def text(self) -> str:
        """Everything said so far."""
        self._digest()
        return _decode(b"".join(self._fragments))

    @property
    def usage(self) -> Usage | None:
        """The last token counts that the stream brought; None when it brought none."""
        self._digest()
        return self._usage

    @property
    def is_finished(self) -> bool:
        """Whether a finish reason came; False means that the answer is a part."""
        self._digest()
        return self._is_finished

    def _digest(self) -> None:
        if not self._payloads:
            return
        held = b"\n".join(self._payloads)
        # Joined before they are decoded: servers may cut a surrogate pair in two.
        self._fragments = [b"".join((*self._fragments, *_CONTENT.findall(held)))]
        self._is_finished = self._is_finished or _FINISHED.search(held) is not None
        self._usage = _last_usage(self._payloads) or self._usage
        self._payloads, self._held_bytes = [], 0


def _last_usage(payloads: list[bytes]) -> Usage | None:
    for payload in reversed(payloads):
        if _USAGE.search(payload):
            try:
                document = json.loads(payload)
            except (ValueError, RecursionError):
                continue
            usage = read_usage(document) if isinstance(document, dict) else None
            if usage is not None:
                return usage
    return None


def _decode(literal: bytes) -> str:
    """The text of the inside of a JSON string; what is no JSON stays as it was written."""
    try:
        return str(json.loads(b'"' + literal + b'"', strict=False))
    except ValueError:
        return literal.decode("utf-8", "replace")
