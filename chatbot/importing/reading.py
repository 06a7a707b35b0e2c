"""An export file from its first byte to its last item: JSON, JSON lines, or a zip archive of them."""

import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from chatbot.extraction.archive import MAGIC, open_archive
from chatbot.extraction.base import ExtractionError
from chatbot.importing.assets import Assets
from chatbot.importing.base import ImportedItem, ImportRefused, Note, Skipped
from chatbot.importing.detect import reader_of, unwrapped
from chatbot.importing.stream import Broken, Read, json_items
from chatbot.importing.values import Clock, line

_SUFFIXES = (".json", ".jsonl")
#: Written beside the conversations, and of no use without their program.
_NOT_EXPORTS = ("_index.json", "package.json", "manifest.json")
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
_NAMED = 3
_HEAD_BYTES = 4096


class Export:
    """A file on the local disk. Entries of an archive are read one after the other and never written anywhere.

    Raises ImportRefused: `unsupported_type`, or `file_damaged`, `file_encrypted`, `file_too_complex` for archives.
    """

    def __init__(self, path: Path, *, name: str, max_unpacked_bytes: int) -> None:
        self.path = path
        self.name = name
        self.max_unpacked_bytes = max_unpacked_bytes
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        self.is_archive = head.startswith(MAGIC)
        if self.is_archive:
            with self._archive() as archive:
                self.total_bytes = sum(entry.file_size for entry in _conversation_entries(archive))
        elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
            self.total_bytes = path.stat().st_size
        else:
            raise ImportRefused("The file is neither JSON nor a zip archive.", code="unsupported_type")

    def items(self, clock: Clock, note_bytes: Callable[[int], None] = lambda count: None) -> Iterator[ImportedItem]:
        """Conversations, memories and what is left out, in an order that is the same each time."""
        if self.is_archive:
            yield from self._archived(clock, note_bytes)
            return
        unknown: Counter[str] = Counter()
        with self.path.open("rb") as file:
            yield from map(Assets().complete, _read(file.read, self.name, clock, note_bytes, unknown))
        yield from _report(unknown)

    def _archive(self) -> zipfile.ZipFile:
        try:
            return open_archive(self.path, max_unpacked_bytes=self.max_unpacked_bytes)
        except ExtractionError as error:
            raise ImportRefused(error.message, code=error.code) from error

    def _archived(self, clock: Clock, note_bytes: Callable[[int], None]) -> Iterator[ImportedItem]:
        unknown: Counter[str] = Counter()
        with self._archive() as archive:
            entries, others = _conversation_entries(archive), _other_entries(archive)
            assets = Assets(archive, others)
            for entry in entries:
                try:
                    with archive.open(entry) as part:
                        yield from map(assets.complete, _read(part.read, entry.filename, clock, note_bytes, unknown))
                except _BROKEN:
                    yield Skipped(line(entry.filename), Note("broken_entry"))
        yield from _report(unknown)
        if left_out := len(others) - len(assets.used):
            yield Skipped(line(self.name), Note("files_left_out", left_out))


def _conversation_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """By name, so that shards come in their order. Names lead nowhere: they only say what the entry is."""
    found = [entry for entry in archive.infolist() if _may_hold_conversations(entry.filename)]
    return sorted(found, key=lambda entry: (entry.filename, entry.header_offset))


def _other_entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    found = (entry for entry in archive.infolist() if not entry.is_dir())
    return [entry for entry in found if not _may_hold_conversations(entry.filename)]


def _may_hold_conversations(name: str) -> bool:
    base = name.replace("\\", "/").rpartition("/")[2].lower()
    is_ours = base.endswith(_SUFFIXES) and not base.endswith(_NOT_EXPORTS)
    return is_ours and not base.startswith(".") and not name.startswith("__MACOSX/")


def _read(
    read: Read, name: str, clock: Clock, note_bytes: Callable[[int], None], unknown: Counter[str]
) -> Iterator[ImportedItem]:
    for item in json_items(read, note_bytes=note_bytes):
        if isinstance(item, Broken):
            yield Skipped(line(name), item.why)
            continue
        for entry in unwrapped(item):
            yield from _items_of(entry, name, clock, unknown)


def _items_of(entry: Any, name: str, clock: Clock, unknown: Counter[str]) -> Iterator[ImportedItem]:
    reader = reader_of(entry)
    if reader is None:
        unknown[name] += 1
    else:
        yield from reader(entry, clock)


def _report(unknown: Counter[str]) -> Iterator[Skipped]:
    """One line for all of them: an archive may hold thousands of objects that are no conversations."""
    if unknown:
        names = list(unknown)
        what = ", ".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
        yield Skipped(line(what), Note("not_a_conversation", unknown.total()))
