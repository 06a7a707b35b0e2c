"""Pictures and other files that an export carries: beside its conversations in the archive, or inside of them."""

import base64
import binascii
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from typing import Any

from chatbot.importing.base import Attached, AttachedBroken, ImportedConversation, ImportedItem, ImportedMessage, Note

_PIECE_BYTES = 1 << 16
#: A multiple of four: so many characters of base64 stand for whole bytes.
_PIECE_CHARACTERS = 1 << 16
_NAMED = 10
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError)
# ChatGPT calls a file `file-Ab12` or `file_00ab`, and its entry in the archive `file-Ab12-cat.png`, in any folder.
_CHATGPT_ID = re.compile(r"file[-_][A-Za-z0-9]{1,64}")
_DATA_URL = re.compile(r"data:[^,;]{0,100}(?:;[^,;]{0,100}){0,5};base64,")


def named(attached: Iterable[Mapping[str, Any]]) -> tuple[Attached, ...]:
    """What a message names, as `values.attachment` writes it; what the program read from it is kept as text already."""
    return tuple(
        Attached(str(entry["name"]), str(entry.get("id") or ""), entry.get("size"))
        for entry in attached
        if not entry.get("text")
    )


def inline(name: str, url: object) -> Attached | None:
    """A file that is written into its message as a data URL; None for any other address."""
    if not isinstance(url, str) or (head := _DATA_URL.match(url)) is None:
        return None
    return Attached(name, f"inline:{sha256(url.encode()).hexdigest()}", pieces=partial(_decoded, url, head.end()))


def _decoded(url: str, start: int) -> Iterator[bytes]:
    for at in range(start, len(url), _PIECE_CHARACTERS):
        try:
            yield base64.b64decode(url[at : at + _PIECE_CHARACTERS], validate=True)
        except (binascii.Error, ValueError) as error:
            raise AttachedBroken from error


class Assets:
    """The files of an archive, found by what messages call them; without an archive there are none."""

    def __init__(self, archive: zipfile.ZipFile | None = None, entries: Iterable[zipfile.ZipInfo] = ()) -> None:
        self._archive = archive
        self.used: set[str] = set()
        self._by_id: dict[str, zipfile.ZipInfo] = {}
        self._by_name: dict[str, zipfile.ZipInfo] = {}
        times: Counter[str] = Counter()
        for entry in entries:
            name = _last_part(entry.filename)
            times[name] += 1
            self._by_name[name] = entry
            if (found := _CHATGPT_ID.match(name)) is not None:
                self._by_id.setdefault(found.group(), entry)
        # Of two files with one name nobody knows which is meant.
        self._by_name = {name: entry for name, entry in self._by_name.items() if times[name] == 1}

    def complete(self, item: ImportedItem) -> ImportedItem:
        """The item with its files, if it has any."""
        return self.attach(item) if isinstance(item, ImportedConversation) else item

    def attach(self, item: ImportedConversation) -> ImportedConversation:
        """The conversation with the files of its messages, and a note that names those which are not there."""
        if not any(message.attached for message in item.messages):
            return item
        messages = tuple(self._found(message) for message in item.messages)
        missing = [entry.name for message in messages for entry in message.attached if entry.pieces is None]
        notes = (Note("attached_missing", in_words(missing)),) if missing else ()
        return replace(item, messages=messages, notes=(*item.notes, *notes))

    def _found(self, message: ImportedMessage) -> ImportedMessage:
        if not message.attached:
            return message
        return replace(message, attached=tuple(self._resolved(entry) for entry in message.attached))

    def _resolved(self, attached: Attached) -> Attached:
        """`name` becomes the entry's where the message knows only the id: people read suffixes."""
        entry = self._entry_of(attached)
        if attached.pieces is not None or entry is None:
            return attached
        self.used.add(entry.filename)
        name = attached.name if "." in attached.name else _last_part(entry.filename)
        return Attached(name, entry.filename, entry.file_size, partial(self._pieces, entry))

    def _entry_of(self, attached: Attached) -> zipfile.ZipInfo | None:
        for called in (attached.key, attached.name):
            if (found := _CHATGPT_ID.search(called)) is not None and found.group() in self._by_id:
                return self._by_id[found.group()]
        entry = self._by_name.get(_last_part(attached.name))
        return entry if entry is not None and attached.size in (None, entry.file_size) else None

    def _pieces(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """Never more than the directory states; nothing is written under the names of the archive."""
        if self._archive is None:
            return
        try:
            with self._archive.open(entry) as part:
                while piece := part.read(_PIECE_BYTES):
                    yield piece
        except _BROKEN as error:
            raise AttachedBroken from error


def in_words(names: Iterable[str]) -> str:
    """The first ten, each once."""
    known = list(dict.fromkeys(names))
    return ", ".join(known[:_NAMED]) + ("…" if len(known) > _NAMED else "")


def _last_part(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]
