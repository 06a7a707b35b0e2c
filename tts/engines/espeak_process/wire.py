"""Frames between a worker and its espeak child: one byte of kind, four of length (little endian), the payload."""

import struct
from collections.abc import Iterator
from typing import Final

HEADER: Final = struct.Struct("<cI")
WORD: Final = struct.Struct("<III")  # segment index, offset in the segment's text (code points), start in samples
MAX_PAYLOAD_BYTES: Final = 4 * 1024 * 1024

HELLO: Final = b"H"  # child, once: JSON with version, sample_rate and voices
SPEAK: Final = b"S"  # worker: JSON with voice, rate, pitch, stretch and segments
AUDIO: Final = b"A"  # child: int16 samples in native byte order
SPOKEN: Final = b"W"  # child: a WORD
FINISHED: Final = b"F"  # child: the index of the segment that is finished, as ASCII digits
END: Final = b"E"  # child: the request is finished


class BrokenStream(Exception):
    """The bytes are no frames: the other side is not what it should be."""


def pack(kind: bytes, payload: bytes = b"") -> bytes:
    """One frame as bytes."""
    return HEADER.pack(kind, len(payload)) + payload


class FrameReader:
    """Puts frames together from bytes as they arrive in pieces of any size."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[bytes, bytes]]:
        """The frames completed by `data`. Raises BrokenStream for a length that no side ever sends."""
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            kind, length = HEADER.unpack_from(self._buffer)
            if length > MAX_PAYLOAD_BYTES:
                raise BrokenStream(f"frame of {length} bytes")
            end = HEADER.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[HEADER.size : end])
            del self._buffer[:end]
            yield kind, payload
