"""Audio files over HTTP: byte ranges (RFC 9110 section 14), validators, and names that are safe in a header."""

import asyncio
import re
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from config.common.problems import Conflict, DomainError, NotFound
from tasks.states import TaskStatus
from tts.models import AudioFile, AudioRequest
from tts.selectors.requests import files_of
from tts.services.files import is_kept

_PIECE_BYTES = 1024 * 1024
#: What is read with the opening, in the view's thread: of most files that is all there is.
_FIRST_PIECE_BYTES = 4 * 1024 * 1024
#: No file has more than 18 digits of bytes; longer numbers are no range, and int() refuses thousands of digits.
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class AudioNotReady(Conflict):
    """The request has not completed; `detail` says where it stands."""

    code = "audio_not_ready"
    title = "The audio is not ready."


class AudioFileNotFound(NotFound):
    """No file of this request, or none of the engine asked for."""

    code = "audio_file_not_found"


class RangeNotSatisfiable(DomainError):
    """The range starts behind the end of the file."""

    status_code = 416
    code = "range_not_satisfiable"
    title = "The file has no such bytes."


def ready_file(request: AudioRequest, engine_name: str | None) -> AudioFile:
    """The file of that engine, or the first; raises AudioNotReady before the end, AudioFileNotFound after it."""
    task = request.task
    if task.status != TaskStatus.COMPLETED:
        detail = f"The request is {task.get_status_display()}. {task.error_message}".strip()
        raise AudioNotReady(detail, retry_after_seconds=1 if task.is_active else None)
    # Chosen here and not by PostgreSQL, which takes no NUL in a text; there are four files at most.
    fitting = (file for file in files_of(request) if engine_name in (None, "", file.engine_name))
    audio_file = next(fitting, None)
    if audio_file is None:
        raise AudioFileNotFound
    if not is_kept(audio_file.file_path, audio_file.file_size):
        # After a restore without its files; an answer that breaks off in its middle would say nothing.
        raise AudioFileNotFound(_("The sound of this request was lost."), code="audio_file_lost")
    return audio_file


def file_response(http_request: HttpRequest, audio_file: AudioFile, *, as_attachment: bool = False) -> HttpResponseBase:
    """200, 206, 304 or 416 for this file; it never changes, because its name is its content's checksum."""
    etag = f'"{audio_file.checksum}"'
    known = get_conditional_response(http_request, etag=etag)
    if known is not None:
        known["ETag"] = etag  # RFC 9110 section 15.4.5: a cache finds its copy by it
        return known
    first, last = _requested_range(http_request, etag, audio_file.file_size)
    # In the view's thread already.
    opened = _open_at(audio_file.file_path, first, min(_FIRST_PIECE_BYTES, last - first + 1))
    pieces = file_pieces(audio_file.file_path, first, last, opened)
    response = StreamingHttpResponse(pieces, content_type=audio_file.mime_type)
    # For an answer that nobody reads; Django's own FileResponse does the same.
    vars(response)["_resource_closers"].append(opened[0].close)
    response["Content-Length"] = str(last - first + 1)
    if "Range" in http_request.headers and (first, last) != (0, audio_file.file_size - 1):
        response.status_code = 206
        response["Content-Range"] = f"bytes {first}-{last}/{audio_file.file_size}"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    response["Cache-Control"] = "private, max-age=31536000, immutable"
    response["Content-Disposition"] = content_disposition_header(as_attachment, audio_file.filename) or "inline"
    return response


def _requested_range(http_request: HttpRequest, etag: str, size: int) -> tuple[int, int]:
    """First and last byte, inclusive. Several ranges, other units and stale If-Range get the whole file, as allowed."""
    whole = (0, size - 1)
    match = _RANGE.fullmatch(http_request.headers.get("Range", "").strip())
    if match is None or http_request.headers.get("If-Range", etag) != etag:
        return whole
    start, end = match.groups()
    if not start and not end:
        return whole
    first = int(start) if start else max(0, size - int(end))
    last = min(int(end), size - 1) if start and end else size - 1
    if first >= size or (not start and int(end) == 0):
        raise RangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return (first, last) if first <= last else whole


async def file_pieces(
    name: str, first: int, last: int, opened: tuple["File[bytes]", bytes] | None = None
) -> AsyncIterator[bytes]:
    """The bytes from `first` to `last`; reading happens in threads, so that a slow disk holds nobody else up.

    Later pieces are 1 MiB: large enough that threads cost little, small enough for hundreds of listeners at once. The
    next one is read while one is sent. `opened` is what `_open_at` returned, where the caller had a thread for it.
    """
    left = last - first + 1
    file, piece = opened or await sync_to_async(_open_at)(name, first, min(_FIRST_PIECE_BYTES, left))
    try:
        while piece:
            left -= len(piece)
            if left <= 0:
                yield piece
                return
            following = asyncio.ensure_future(_read(file, min(_PIECE_BYTES, left)))
            try:
                yield piece
            finally:
                piece = await following
    finally:
        # Closing a file that was only read waits for nothing.
        file.close()


async def _read(file: "File[bytes]", size: int) -> bytes:
    piece: bytes = await sync_to_async(file.read)(size)
    return piece


def _open_at(name: str, first: int, size: int) -> tuple["File[bytes]", bytes]:
    """The file and its first piece, in one go: each way to a thread and back costs as much as the reading."""
    file = default_storage.open(name, "rb")
    try:
        file.seek(first)
        return file, file.read(size)
    except BaseException:
        file.close()
        raise
