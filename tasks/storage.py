"""Files named by their content in the default storage, and the removal of those that no row names.

A file without a row is an orphan and is removed later; a row never lacks its file. Both sides take an advisory lock on
the name: rows are inserted under the shared one, files removed under the exclusive one.
"""

import errno
import hashlib
import logging
import os
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from config.common.concurrency import lock_until_commit
from tasks.engines.errors import EngineError

logger = logging.getLogger(__name__)

#: Longer than any piece of work and any transaction: younger files may belong to work that has not ended.
ORPHAN_AGE = timedelta(hours=24)


class StoreFailed(EngineError):
    """The file could not be written or kept; nothing was recorded."""

    default_code = "store_failed"
    default_retryable = True


@dataclass(frozen=True)
class ContentStore:
    """One folder of the storage; `is_named` says whether a row names a file. Equal contents share one file."""

    folder: str
    is_named: Callable[[str], bool]

    def partial_path(self, suffix: str) -> Path:
        """A new local path to write to, on the storage's own disk when it has one, so that keeping is a rename."""
        try:
            folder = Path(default_storage.path(f"{self.folder}/partial"))
        except NotImplementedError:  # a remote storage
            folder = Path(tempfile.gettempdir())
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise store_failed(error) from error
        return folder / f"{uuid4().hex}{suffix}"

    def receive(
        self, pieces: Iterable[bytes], *, suffix: str, check_size: Callable[[int], None]
    ) -> tuple[Path, int, str]:
        """Write the pieces to a new local path; returns it, the size and the SHA-256. Raises StoreFailed.

        `check_size` is told the bytes so far and may refuse them; whatever is raised, nothing stays on the disk.
        """
        path, digest, size = self.partial_path(suffix), hashlib.sha256(), 0
        try:
            with path.open("wb") as file:
                for piece in pieces:
                    size += len(piece)
                    check_size(size)
                    digest.update(piece)
                    file.write(piece)
        except OSError as error:
            path.unlink(missing_ok=True)
            raise store_failed(error) from error
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path, size, digest.hexdigest()

    def name_of(self, checksum: str, suffix: str) -> str:
        """Where the content with this SHA-256 lies."""
        return f"{self.folder}/{checksum[:2]}/{checksum[2:]}{suffix}"

    def keep(self, path: Path, *, checksum: str, suffix: str, waits_for_disk: bool = True) -> str:
        """Move a finished file to the name of its content and return that name; raises StoreFailed.

        Two that keep the same content replace each other's file by the same bytes. Without `waits_for_disk` a power
        cut may take the file, or its end, from a row that is already there: for what can be made again.
        """
        name = self.name_of(checksum, suffix)
        try:
            try:
                target = Path(default_storage.path(name))
            except NotImplementedError:  # a remote storage
                if not default_storage.exists(name):
                    with path.open("rb") as file:
                        default_storage.save(name, File(file))
                return name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.replace(target)
            if waits_for_disk:
                _sync_names(target.parent)
            return name
        except OSError as error:
            raise store_failed(error) from error
        finally:
            path.unlink(missing_ok=True)

    @contextmanager
    def local_path(self, name: str) -> Iterator[Path]:
        """A file on this machine's disk: itself, or a copy for as long as the context where the storage is remote."""
        try:
            own, copy = Path(default_storage.path(name)), None
        except NotImplementedError:  # a remote storage
            own = copy = self.partial_path(Path(name).suffix)
        try:
            if copy is not None:
                with default_storage.open(name, "rb") as stored, copy.open("wb") as file:
                    for piece in stored.chunks():
                        file.write(piece)
            yield own
        finally:
            if copy is not None:
                copy.unlink(missing_ok=True)

    def lock(self, names: Collection[str], *, ahead: bool = False) -> None:
        """Keep the cleaner off these files until the transaction ends; raises StoreFailed if one is gone.

        With `ahead`, in a pipeline, it waits for nothing: after the next answer the caller asks `check_there`.
        """
        # In one order for everybody, so that two transactions never wait for each other crosswise.
        for name in sorted(names):
            lock_until_commit(f"file:{name}", shared=True, ahead=ahead)
        if not ahead:
            self.check_there(names)

    @staticmethod
    def check_there(names: Iterable[str]) -> None:
        """Raises StoreFailed if a file is gone."""
        for name in names:
            if not default_storage.exists(name):
                raise StoreFailed("The file was removed before it could be recorded.", code="file_removed")

    def remove_if_orphan(self, name: str) -> bool:
        """Remove the file if no row names it; True when it was removed."""
        with transaction.atomic():
            lock_until_commit(f"file:{name}")
            if self.is_named(name):
                return False
            default_storage.delete(name)
        return True

    def let_go(self, name: str) -> None:
        """The last row that named it may be gone: as `remove_if_orphan`, and what the disk refuses is only logged."""
        try:
            self.remove_if_orphan(name)
        except OSError:
            # The daily cleaning finds it again.
            logger.warning("tasks.file.not_removed", exc_info=True, extra={"folder": self.folder})

    def remove_orphans(self, *, older_than: timedelta = ORPHAN_AGE) -> int:
        """Remove files that no row names and that are older than this; returns how many.

        One transaction per file: a lock held over the whole run would stop everybody who keeps files.
        """
        horizon = timezone.now() - older_than
        removed = 0
        for name in stored_names(self.folder):
            try:
                is_old = default_storage.get_modified_time(name) < horizon
            except FileNotFoundError:  # finished after it was listed
                continue
            if is_old and self.remove_if_orphan(name):
                removed += 1
        return removed


def is_kept(name: str, file_size: int) -> bool:
    """The file is there and whole."""
    try:
        return default_storage.size(name) == file_size
    except OSError:
        return False


def store_failed(error: OSError) -> StoreFailed:
    """The error of a full or broken disk, without its paths."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StoreFailed("There is no room on the disk for the file.", code="disk_full")
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return StoreFailed(f"The file could not be kept: {reason}.")


def stored_names(folder: str) -> Iterator[str]:
    """Every file below a folder of the storage."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in sorted(files):
        yield f"{folder}/{file}"
    for below in sorted(folders):
        yield from stored_names(f"{folder}/{below}")


#: Folders whose own names are on the disk.
_synced: set[Path] = set()


def _sync_names(folder: Path) -> None:
    """After a power cut the row would be there and the name would not, unless the folders are on the disk too.

    Each sync waits for the disk, so the folder's own name is synced by the first file that this process keeps there.
    """
    for each in (folder,) if folder in _synced else (folder, folder.parent):
        descriptor = os.open(each, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    _synced.add(folder)
