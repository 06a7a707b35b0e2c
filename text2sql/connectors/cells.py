"""Values of results: made fit for the contract, measured, and cut where they are too long."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from text2sql.connectors.base import RunLimits

#: What a value of these types weighs, roughly; it need not be exact.
_SMALL_BYTES = 16
_SMALL = (bool, int, float, Decimal, date, datetime, time, timedelta, UUID, type(None))
_SMALL_TYPES = frozenset(_SMALL)
_TOO_DEEP = "(nested too deeply to be shown)"
Cut = Literal["", "rows", "bytes"]


def fit_cell(value: Any, max_bytes: int) -> tuple[Any, int]:
    """The value as it is shown, and its size in bytes. Long text, binary and nested values are cut to `max_bytes`.

    A nested value that is too long becomes its JSON text, cut; what the contract does not know becomes text. Text is
    cut between characters, so that its UTF-8 stays valid; the size of small values is a rough constant.
    """
    if isinstance(value, str):
        return _fit_text(value, max_bytes)
    if isinstance(value, _SMALL):
        return value, _SMALL_BYTES
    if isinstance(value, (bytes, bytearray, memoryview)):
        return bytes(value[:max_bytes]), min(len(value), max_bytes)
    if isinstance(value, (list, tuple, set, frozenset, dict)):
        return _fit_nested(value, max_bytes)
    return _fit_text(str(value), max_bytes)


def _fit_nested(value: Any, max_bytes: int) -> tuple[Any, int]:
    try:
        nested = _plain(value)
        text = json.dumps(nested, ensure_ascii=False, default=str)
    except RecursionError:
        # PostgreSQL's json may be thousands of brackets deep; Python's stack is not.
        return _fit_text(_TOO_DEEP, max_bytes)
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return (nested, size) if size <= max_bytes else _fit_text(text, max_bytes)


def _fit_text(text: str, max_bytes: int) -> tuple[str, int]:
    if len(text) <= max_bytes and text.isascii():
        return text, len(text)
    encoded = text.encode("utf-8", "replace")
    if len(encoded) > max_bytes:
        encoded = encoded[:max_bytes]
        return encoded.decode("utf-8", "ignore"), len(encoded)
    return text, len(encoded)


def _plain(value: Any) -> Any:
    """Nested values as lists and dicts of what the contract knows.

    Keys become text: JSON, in which such values are shown, knows no others.
    """
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    return value if isinstance(value, (str, bytes, *_SMALL)) else str(value)


class Meter:
    """Counts rows and bytes of one run, and says when a limit is reached.

    Bytes are those of text and binary; other values are taken as 16, so that the count is cheap.
    """

    def __init__(self, limits: RunLimits) -> None:
        self._limits = limits
        self._max_cell_bytes = limits.max_cell_bytes
        self.rows = 0
        self.bytes = 0
        self.cut_by: Cut = ""

    def take(self, rows: Iterable[Sequence[Any]]) -> list[tuple[Any, ...]]:
        """The rows that still fit; `cut_by` is set when one did not. At least one row always fits.

        May be called piece by piece; the rows and bytes of all calls count together.
        """
        taken: list[tuple[Any, ...]] = []
        for row in rows:
            if self.rows >= self._limits.max_rows:
                self.cut_by = "rows"
                break
            cells, size = self._fit_row(row)
            if self.rows and self.bytes + size > self._limits.max_bytes:
                self.cut_by = "bytes"
                break
            self.rows += 1
            self.bytes += size
            taken.append(cells)
        return taken

    def _fit_row(self, row: Sequence[Any]) -> tuple[tuple[Any, ...], int]:
        cells, total = [], 0
        for value in row:
            # Most values are small: asking for their type first makes a result twice as fast.
            cell, size = (value, _SMALL_BYTES) if type(value) in _SMALL_TYPES else fit_cell(value, self._max_cell_bytes)
            cells.append(cell)
            total += size
        return tuple(cells), total
