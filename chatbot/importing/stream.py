"""JSON as a stream of items: the elements of an array at the top, or whole objects one after the other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import ijson  # type: ignore[import-untyped]  # has no types

from chatbot.importing.base import MAX_DEPTH, MAX_ITEM_BYTES, Note

_CHUNK_BYTES = 1 << 16
_ENDS = frozenset({"end_map", "end_array"})
_BOM = b"\xef\xbb\xbf"
#: `read(size)` as files have it; empty at the end.
Read: TypeAlias = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Broken:
    """What ends a stream early, or takes the place of one item that is left out."""

    why: Note


class _TooDeep(Exception):
    """Objects inside each other without end."""


class _Builder:
    """Target of ijson's events. Not `ijson.items`, which has no bounds: 100 kB of brackets exhaust any memory."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.touched = False
        self.is_oversized = False
        self._stack: list[Any] = []
        # Where the next value goes: a container of the present item, None between items.
        self._parent: Any = None
        self._key = ""
        self._base: int | None = None

    @property
    def is_between_items(self) -> bool:
        """Nothing has begun that is not yet in `done`."""
        return len(self._stack) <= (self._base or 0)

    def drop(self) -> None:
        """Forget what the present item holds; its end gives a `Broken`."""
        self.is_oversized = True
        self._parent = None
        for container in self._stack:
            container.clear()

    def send(self, event: tuple[str, Any]) -> None:
        """One event of `ijson.basic_parse`: millions a minute, so the commonest come first and call nothing."""
        kind, value = event
        self.touched = True
        if kind == "map_key":
            self._key = value
        elif kind == "start_map":
            self._open({})
        elif kind == "start_array":
            self._open([])
        elif kind in _ENDS:
            self._close()
        elif type(parent := self._parent) is dict:
            parent[self._key] = value
        elif parent is not None:
            parent.append(value)
        elif not self.is_oversized:
            self.done.append(value)

    def _open(self, container: Any) -> None:
        depth = len(self._stack)
        if self._base is None:
            # An array at the top is walked; what else stands there is an item itself.
            self._base = int(isinstance(container, list))
        if depth >= MAX_DEPTH:
            raise _TooDeep
        if type(parent := self._parent) is dict:
            parent[self._key] = container
        elif parent is not None:
            parent.append(container)
        self._stack.append(container)
        if depth >= self._base and not self.is_oversized:
            self._parent = container

    def _close(self) -> None:
        container = self._stack.pop()
        depth = len(self._stack)
        if depth == self._base:
            oversized, self.is_oversized = self.is_oversized, False
            self.done.append(Broken(Note("too_large", MAX_ITEM_BYTES >> 20)) if oversized else container)
            self._parent = None
        elif depth == 0:
            self._base = None
        elif not self.is_oversized:
            self._parent = self._stack[-1]


def json_items(read: Read, *, note_bytes: Callable[[int], None] = lambda count: None) -> Iterator[Any]:
    """The items in their order; a `Broken` stands for each that was too large, and last where the file is damaged.

    `note_bytes` hears how many bytes each step took.
    """
    builder = _Builder()
    parser = ijson.basic_parse_coro(builder, use_float=True, multiple_values=True)
    position, item_from, event_at = 0, 0, 0
    why: Note | None = None
    while why is None:
        chunk = read(_CHUNK_BYTES)
        position += len(chunk)
        why = _feed(parser, chunk.removeprefix(_BOM) if position == len(chunk) else chunk, position)
        note_bytes(len(chunk))
        if builder.touched:
            builder.touched, event_at = False, position
        if builder.done or builder.is_between_items:
            item_from = position
        yield from builder.done
        builder.done.clear()
        if position - item_from > MAX_ITEM_BYTES:
            builder.drop()
        if position - event_at > MAX_ITEM_BYTES:
            # One single string: it would have to be held whole.
            why = Note("value_too_large", position)
        if not chunk:
            break
    if why is not None:
        yield Broken(why)


def _feed(parser: Any, chunk: bytes, position: int) -> Note | None:
    try:
        parser.send(chunk)
    except StopIteration:
        return None
    except _TooDeep:
        return Note("too_deep", position)
    except ijson.JSONError:
        return Note("broken_json", position)
    return None
