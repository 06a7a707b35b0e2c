"""The file of an import: received with limits, looked at, kept under the name of its content."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.importing.base import ImportRefused
from chatbot.importing.reading import Export
from chatbot.models import ImportRun
from chatbot.services.errors import FileRefused
from config.common.concurrency import lock_until_commit
from config.common.problems import Unavailable
from tasks.storage import ContentStore, StoreFailed

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
        check_size = partial(check_room, room=room_of(user))
        path, size, checksum = STORE.receive(pieces, suffix=_SUFFIX, check_size=check_size)
        try:
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
