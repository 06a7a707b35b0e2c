"""Where sound lies: files named by their content (`tasks.storage`), as the voice domain calls and refuses them."""

import logging
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.utils.text import slugify

from tasks.engines.errors import EngineError
from tasks.storage import ORPHAN_AGE, ContentStore, StoreFailed, is_kept
from tts.audio import AudioWriteError
from tts.models import AudioFile

__all__ = [
    "FOLDER", "ORPHAN_AGE", "STORE", "check_kept_files", "download_name", "is_kept", "keep_file", "lock_kept_files",
    "partial_path", "remove_orphan_files",
]  # fmt: skip

logger = logging.getLogger(__name__)

FOLDER = "tts"
_NAME_CHARACTERS = 40


def _is_named(name: str) -> bool:
    return AudioFile.objects.filter(file_path=name).exists()


STORE = ContentStore(FOLDER, _is_named)


def partial_path(output_format: str) -> Path:
    """A new local path to encode to; raises AudioWriteError."""
    try:
        return STORE.partial_path(f".{output_format}")
    except StoreFailed as error:
        raise _write_error(error) from error


def keep_file(path: Path, *, checksum: str, output_format: str) -> str:
    """Move a finished file to the name of its content and return that name; raises AudioWriteError."""
    try:
        return STORE.keep(path, checksum=checksum, suffix=f".{output_format}")
    except StoreFailed as error:
        raise _write_error(error) from error


def _write_error(error: StoreFailed) -> AudioWriteError:
    # Old codes of the domain: programs compare with them.
    code = "disk_full" if error.code == "disk_full" else None
    return AudioWriteError(error.message, code=code, retryable=True)


def lock_kept_files(names: Collection[str], *, ahead: bool = False) -> None:
    """Keep the cleaner off these files until the transaction ends; raises EngineError (retryable) if one is gone.

    With `ahead`, in a pipeline, `check_kept_files` is for the caller, after the next answer.
    """
    with _removed_as_engine_error():
        STORE.lock(names, ahead=ahead)


def check_kept_files(names: Collection[str]) -> None:
    """Raises as `lock_kept_files`."""
    with _removed_as_engine_error():
        STORE.check_there(names)


@contextmanager
def _removed_as_engine_error() -> Iterator[None]:
    try:
        yield
    except StoreFailed as error:
        message = "The audio file was removed before it could be recorded."
        raise EngineError(message, code="audio_file_removed", retryable=True) from error


def remove_orphan_files(*, older_than: timedelta = ORPHAN_AGE) -> int:
    """Remove sound that no row names and that is older than this; returns how many files."""
    removed = STORE.remove_orphans(older_than=older_than)
    logger.info("tts.clean.completed", extra={"removed": removed})
    return removed


def download_name(text: str, voice: str, output_format: str) -> str:
    """A file name for people, ASCII and without separators whatever the text holds: `hello-world-en-us.mp3`."""
    # Unicode decomposes every Vietnamese letter but this one, and slugify would drop it.
    plain = text[:_NAME_CHARACTERS].replace("đ", "d").replace("Đ", "D")
    words = slugify(plain) or "speech"
    return f"{words}-{slugify(voice)}.{output_format}"
