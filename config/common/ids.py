"""UUID version 7 keys (RFC 9562 section 5.7): they sort by the time they were made."""

import os
import threading
import time
import uuid

_lock = threading.Lock()
_last_tick = 0


def uuid7() -> uuid.UUID:
    """New UUIDv7, strictly increasing within one process.

    48 bits of Unix milliseconds, 12 bits of the millisecond's fraction (RFC 9562 section 6.2, method 3), 62 random
    bits.
    """
    global _last_tick
    with _lock:
        tick = time.time_ns() * 4096 // 1_000_000
        # Two calls within one 244 ns tick, or a clock set back, must still increase.
        tick = max(tick, _last_tick + 1)
        _last_tick = tick
    milliseconds, fraction = divmod(tick, 4096)
    random_bits = int.from_bytes(os.urandom(8)) & ((1 << 62) - 1)
    value = (milliseconds & ((1 << 48) - 1)) << 80 | 0x7 << 76 | fraction << 64 | 0b10 << 62 | random_bits
    return uuid.UUID(int=value)
