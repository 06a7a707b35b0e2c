"""The file of an import: received with limits, looked at, kept under the name of its content."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.importing.base import ImportRefused
from chatbot.importing.reading import Export
from chatbot.models import ImportRun
from chatbot.services.errors import FileRefused
from config.common.concurrency import lock_until_commit
from config.common.problems import Unavailable
from tasks.storage import ContentStore, StoreFailed, store_failed

#: JSON becomes five to ten times smaller in an archive.
MAX_UNPACKING = 10
_SUFFIX = ".import"


def _is_named(name: str) -> bool:
    return ImportRun.objects.filter(file_path=name).exists()


STORE = ContentStore("imports", _is_named)


@dataclass(frozen=True, slots=True)
class Received:
    """A file that is kept; `name` leads to it in the storage."""

    name: str
    size: int
    checksum: str


def receive_export(*, user: Account, pieces: Iterable[bytes], filename: str) -> Received:
    """Take the bytes in. Raises FileRefused (400, 413) when they are too many or no export, or Unavailable."""
    try:
        path = STORE.partial_path(_SUFFIX)
        try:
            size, checksum = _write(path, pieces, user)
            Export(path, name=filename, max_unpacked_bytes=most_unpacked())
            return Received(STORE.keep(path, checksum=checksum, suffix=_SUFFIX), size, checksum)
        finally:
            path.unlink(missing_ok=True)
    except ImportRefused as error:
        raise FileRefused(error.message, code=error.code) from error
    except StoreFailed as error:
        raise Unavailable(error.message) from error


def most_unpacked() -> int:
    """What the conversations of an archive may come to."""
    return int(settings.CHAT_MAX_IMPORT_BYTES) * MAX_UNPACKING


def _write(path: Path, pieces: Iterable[bytes], user: Account) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    room = room_of(user)
    try:
        with path.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                check_room(size, room)
                digest.update(piece)
                file.write(piece)
    except OSError as error:
        raise store_failed(error) from error
    return size, digest.hexdigest()


def room_of(user: Account) -> int:
    """What a person's imports that are not done yet leave for another one."""
    waiting = ImportRun.objects.filter(user=user).stored_bytes()
    return int(settings.CHAT_MAX_IMPORT_BYTES) - waiting


def check_room(size: int, room: int) -> None:
    """Raises FileRefused (413)."""
    if size > settings.CHAT_MAX_IMPORT_BYTES:
        raise FileRefused.too_large(settings.CHAT_MAX_IMPORT_BYTES)
    if size > room:
        message = _("Your earlier imports still hold their files. Do them or delete them first.")
        raise FileRefused(message, code="storage_full", status_code=413)


def lock_imports(user: Account) -> None:
    """Two uploads, or two imports of one person, come one after the other until the transaction ends."""
    lock_until_commit(f"import:{user.pk}")


@contextmanager
def local_path(run: ImportRun) -> Iterator[Path]:
    """The file on this machine's disk: itself, or a copy where the storage is remote."""
    try:
        yield Path(default_storage.path(run.file_path))
        return
    except NotImplementedError:
        path = STORE.partial_path(_SUFFIX)
    try:
        with default_storage.open(run.file_path, "rb") as stored, path.open("wb") as copy:
            for piece in stored.chunks():
                copy.write(piece)
        yield path
    finally:
        path.unlink(missing_ok=True)
