"""Where sound lies: content-addressed names in the default storage, and the removal of files that no row names.

A file without a row is an orphan and is removed later; a row never lacks its file. Both sides take an advisory lock on
the name: rows are inserted under the shared one, files removed under the exclusive one.
"""

import errno
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.queries import prepared_cursor
from tasks.engines.errors import EngineError
from tts.audio import AudioWriteError
from tts.models import AudioFile

logger = logging.getLogger(__name__)

FOLDER = "tts"
#: Sound that is being written; the names in it are never in a row.
PARTIAL_FOLDER = f"{FOLDER}/partial"
#: Longer than any synthesis and any transaction: younger files may belong to work that has not ended.
ORPHAN_AGE = timedelta(hours=24)
_NAME_CHARACTERS = 40


def partial_path(output_format: str) -> Path:
    """A new local path to encode to, on the storage's own disk when it has one, so that keeping is a rename."""
    try:
        folder = Path(default_storage.path(PARTIAL_FOLDER))
    except NotImplementedError:  # a remote storage
        folder = Path(tempfile.gettempdir())
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _write_error(error) from error
    return folder / f"{uuid4().hex}.{output_format}"


def keep_file(path: Path, *, checksum: str, output_format: str) -> str:
    """Move a finished file to the name of its content and return that name; raises AudioWriteError.

    Two workers that keep the same sound replace each other's file by the same bytes.
    """
    name = f"{FOLDER}/{checksum[:2]}/{checksum[2:]}.{output_format}"
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
        _sync_folders(target.parent, target.parent.parent)
        return name
    except OSError as error:
        raise _write_error(error) from error
    finally:
        path.unlink(missing_ok=True)


def _sync_folders(*folders: Path) -> None:
    """After a power cut the row would be there and the name would not, unless the folders are on the disk too."""
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_error(error: OSError) -> AudioWriteError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return AudioWriteError("There is no room on the disk for the audio file.", code="disk_full", retryable=True)
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return AudioWriteError(f"The audio file could not be kept: {reason}.", retryable=True)


def is_kept(name: str, file_size: int) -> bool:
    """The file is there and whole."""
    try:
        return default_storage.size(name) == file_size
    except OSError:
        return False


def lock_kept_files(names: Iterable[str]) -> None:
    """Keep the cleaner off these files until the transaction ends; raises EngineError (retryable) if one is gone."""
    # In one order for everybody, so that two transactions never wait for each other crosswise.
    for name in sorted(names):
        _lock(name, shared=True)
        if not default_storage.exists(name):
            message = "The audio file was removed before it could be recorded."
            raise EngineError(message, code="audio_file_removed", retryable=True)


def remove_orphan_files(*, older_than: timedelta = ORPHAN_AGE) -> int:
    """Remove files of FOLDER that no row names and that are older than this; returns how many.

    One transaction per file: a lock held over the whole run would stop every worker that keeps sound.
    """
    horizon = timezone.now() - older_than
    removed = 0
    for name in _stored_names(FOLDER):
        try:
            is_old = default_storage.get_modified_time(name) < horizon
        except FileNotFoundError:  # a worker finished it after it was listed
            continue
        if is_old and _remove_if_orphan(name):
            removed += 1
    logger.info("tts.clean.completed", extra={"removed": removed})
    return removed


def _remove_if_orphan(name: str) -> bool:
    with transaction.atomic():
        _lock(name, shared=False)
        if AudioFile.objects.filter(file_path=name).exists():
            return False
        default_storage.delete(name)
    return True


def _lock(name: str, *, shared: bool) -> None:
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with prepared_cursor() as cursor:
        cursor.execute(f"SELECT {function}(hashtextextended(%s, 0))", [f"audio:{name}"])


def _stored_names(folder: str) -> Iterator[str]:
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in sorted(files):
        yield f"{folder}/{file}"
    for below in sorted(folders):
        yield from _stored_names(f"{folder}/{below}")


def download_name(text: str, voice: str, output_format: str) -> str:
    """A file name for people, ASCII and without separators whatever the text holds: `hello-world-en-us.mp3`."""
    # Unicode decomposes every Vietnamese letter but this one, and slugify would drop it.
    plain = text[:_NAME_CHARACTERS].replace("đ", "d").replace("Đ", "D")
    words = slugify(plain) or "speech"
    return f"{words}-{slugify(voice)}.{output_format}"
