"""Values of databases as JSON: nothing is rounded, and what JSON cannot hold becomes text."""

import base64
import datetime as dt
import json
import math
from decimal import Decimal
from typing import Any

#: Beyond it JavaScript's numbers have gaps, so that larger ones travel as text.
_SAFE_INTEGER = 2**53 - 1
MAX_BINARY_SHOWN = 64


def as_cell(value: Any) -> Any:
    """None, bool, int, float or text; the grid knows from the column's kind what the text is.

    Exact decimals travel as text for the same reason as large integers: JavaScript would round them.
    """
    match value:
        case None | bool():
            return value
        case int():
            return value if -_SAFE_INTEGER <= value <= _SAFE_INTEGER else str(value)
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return format(value, "f") if value.is_finite() else str(value)
        case str():
            # PostgreSQL's jsonb, where previews lie, holds neither.
            return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
        case bytes() | bytearray() | memoryview():
            return _shown_bytes(bytes(value))
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()
        case list() | dict() | tuple():
            return as_cell(json.dumps(_with_text_keys(value), ensure_ascii=False, default=as_cell))
        case _:
            return as_cell(str(value))


def _with_text_keys(value: Any) -> Any:
    """Maps of ClickHouse and MongoDB have keys (dates, UUIDs) that JSON has not."""
    match value:
        case dict():
            return {str(as_cell(key)): _with_text_keys(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_with_text_keys(inner) for inner in value]
        case _:
            return value


def _shown_bytes(value: bytes) -> str:
    shown = value[:MAX_BINARY_SHOWN].hex()
    return f"0x{shown}" if len(value) <= MAX_BINARY_SHOWN else f"0x{shown}… ({len(value)} bytes)"


def as_full_cell(value: Any) -> Any:
    """As `as_cell`, with all bytes (base64): for exports."""
    if isinstance(value, bytes | bytearray | memoryview):
        return base64.b64encode(bytes(value)).decode()
    return as_cell(value)
