"""Writes audio files so that a name never holds half a file: partial name, fsync, checksum, atomic rename.

The name itself is on the disk once the storage has kept the file (`tasks.storage`).
"""

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedRandom
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from tasks.engines.errors import EngineError, EngineInputError
from tts.audio.formats import get_format

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_PASSING = frozenset({errno.EIO, errno.EAGAIN, errno.ESTALE})


class AudioWriteError(EngineError):
    """The file could not be written: `disk_full` (a retry may help once there is room) or `write_failed`."""

    default_code = "write_failed"


@dataclass(frozen=True, slots=True)
class EncodedAudio:
    """A finished file: `checksum` is the SHA-256 in hex, `duration` in seconds, `file_size` in bytes."""

    path: Path
    mime_type: str
    file_size: int
    checksum: str
    duration: float
    sample_rate: int
    channels: int


def encode_to_file(
    chunks: "Iterable[NDArray[np.int16]]", *, sample_rate: int, output_format: str, path: Path
) -> EncodedAudio:
    """Encode mono int16 chunks to `path` (mode 0600, replaced in one step), holding one chunk in memory at a time.

    Raises EngineInputError (`unknown_format`, `empty_audio`), AudioWriteError, and whatever `chunks` raises; after
    each of them nothing new is on the disk.
    """
    audio_format = get_format(output_format)
    # Kept out of processes that only ask for formats: FFmpeg's libraries cost about 25 MB.
    from tts.audio.encoder import encode

    rate_out = audio_format.sample_rate or sample_rate
    with _replacing(path) as file:
        count = encode(chunks, file, audio_format=audio_format, sample_rate=sample_rate, rate_out=rate_out)
        if count == 0:
            raise EngineInputError("There is no sound to write.", code="empty_audio")
        file.flush()
        os.fsync(file.fileno())
        # Hashed from the disk and not on the way: containers go back and write their sizes into the header.
        file.seek(0)
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
        file_size = file.tell()
    return EncodedAudio(
        path=path,
        mime_type=audio_format.mime_type,
        file_size=file_size,
        checksum=checksum,
        duration=count / sample_rate,
        sample_rate=rate_out,
        channels=1,
    )


@contextmanager
def _replacing(path: Path) -> Iterator[BufferedRandom]:
    partial = path.with_name(f".{uuid4().hex}.partial")
    try:
        descriptor = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            yield file
        partial.replace(path)
    except OSError as error:
        raise _as_write_error(error) from error
    finally:
        partial.unlink(missing_ok=True)


def _as_write_error(error: OSError) -> AudioWriteError:
    if error.errno in _NO_ROOM:
        return AudioWriteError("There is no room on the disk for the audio file.", code="disk_full", retryable=True)
    reason = os.strerror(error.errno) if error.errno else type(error).__name__
    return AudioWriteError(f"The audio file could not be written: {reason}.", retryable=error.errno in _PASSING)
