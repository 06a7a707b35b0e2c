"""Pictures, sounds and files inside of JSON: lifted out as bytes before it is read, put back when it is sent on.

To read and write 20 MB of base64 as JSON holds Python for half a second, in whatever thread that is done. Finding the
ends of the strings takes hundredths of it, and what is left is as small as any other request.
"""

import hmac
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final

from django.conf import settings

#: Shorter ones stay where they are.
MIN_LIFTED_BYTES: Final = 4096
_CHECKED_AT_ONCE: Final = 1 << 20
# Of a data URL up to its data, or of OpenAI's `input_audio`: {"data": "...", "format": "wav"}.
_BEFORE = re.compile(rb'"data(?::[^",]{0,200};base64,|"\s{0,20}:\s{0,20}")')
_BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_"
_MARK = re.compile(rb"roundhouse-lifted-(\d{1,12})-[0-9a-f]{64}")
_MARK_TEXT = re.compile(r"roundhouse-lifted-(\d{1,12})-[0-9a-f]{64}")
_DATA_URL = re.compile(r"data:([\w.+-]{1,60}/[\w.+-]{1,60})?[^,\s\"]{0,100};base64,([A-Za-z0-9+/=_-]*)")


class LargeBody(dict[str, Any]):
    """A request without its large base64 strings: `lifted` has them by the marks that stand in their places.

    A mark is made from the content with the key of this house. So the same picture gives the same mark in every
    process, which caches rely on, and no caller can write one to have a picture put in a thousand times.
    """

    lifted: dict[bytes, bytes]
    held_bytes = 0


def lift(raw: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """The JSON with marks, and what they stand for. Runs long, so in a thread; the bytes need not be valid JSON.

    Nothing that is no base64 is lifted: what stood in a string before does so after, and what did not does not.
    """
    kept: list[bytes] = []
    lifted: dict[bytes, bytes] = {}
    at = 0
    while (found := _BEFORE.search(raw, at)) is not None:
        start = found.end()
        end = raw.find(b'"', start)
        # A quotation mark after a backslash stands inside of a string.
        is_string = end >= 0 and raw[found.start() - 1 : found.start()] != b"\\"
        piece = _base64_of(raw[start:end]) if is_string and end - start >= MIN_LIFTED_BYTES else None
        if piece is None:
            end = start
            kept.append(raw[at:end])
        else:
            mark = _mark_for(piece)
            lifted[mark] = piece
            kept += (raw[at:start], mark)
        at = end
    kept.append(raw[at:])
    return b"".join(kept), lifted


def _base64_of(piece: bytes) -> bytes | None:
    """As it is meant: PHP writes each slash with a backslash. None when anything else is in it."""
    if b"\\" in piece:
        piece = piece.replace(b"\\/", b"/")
    # In parts, because each holds Python for as long as it takes.
    parts = (piece[at : at + _CHECKED_AT_ONCE] for at in range(0, len(piece), _CHECKED_AT_ONCE))
    return None if any(part.translate(None, _BASE64) for part in parts) else piece


def _mark_for(piece: bytes) -> bytes:
    key = settings.SECRET_KEY.encode()
    name = hmac.new(key, b"gateway.lifting" + sha256(piece).digest(), sha256).hexdigest()
    return b"roundhouse-lifted-%d-%s" % (_size_of(len(piece.rstrip(b"="))), name.encode())


def _size_of(characters: int) -> int:
    """Bytes behind so many characters of base64, without those that fill it up."""
    return characters * 3 // 4


def put_back(document: bytes, lifted: dict[bytes, bytes]) -> bytes:
    """The JSON as it came, with other fields changed or not."""
    return b"".join(_pieces(document, lifted))


def _pieces(document: bytes, lifted: dict[bytes, bytes]) -> Iterator[bytes]:
    at = 0
    for found in _MARK.finditer(document):
        if (piece := lifted.get(found.group())) is not None:
            yield document[at : found.start()]
            yield piece
            at = found.end()
    yield document[at:]


def without_bytes(text: str) -> str:
    """The text with `[image/png, 1234 bytes]` in the place of each data URL: what the audit keeps of it."""
    return _DATA_URL.sub(_describe_url, text) if ";base64," in text else text


def _describe_url(found: re.Match[str]) -> str:
    return describe(found.group(1) or "", found.group(2))


def describe(kind: str, data: str) -> str:
    """A file in words: its type, and how many bytes its base64 stands for."""
    mark = _MARK_TEXT.match(data)
    size = int(mark.group(1)) if mark else _size_of(len(data.rstrip("=")))
    return f"[{kind or 'application/octet-stream'}, {size} bytes]"


def is_mark(text: str) -> bool:
    """Whether something was lifted out of this text."""
    return _MARK_TEXT.search(text) is not None
