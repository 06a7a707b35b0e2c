"""The rows of an answer: kept as gzipped JSON lines, the first with the columns, until they are cleaned."""

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse

from tasks.storage import ContentStore, store_failed
from text2sql.connectors.base import Batch, Finished, Header, ResultColumn, RunEvent
from text2sql.errors import ResultGone
from text2sql.models import QueryExport, QueryHistory
from text2sql.services.cells import as_cell
from text2sql.services.writers import MIME_TYPES

PREVIEW_ROWS = 10
SUFFIX = ".jsonl.gz"


def _is_named(name: str) -> bool:
    named = QueryHistory.objects.filter(result_file=name).exists()
    return named or QueryExport.objects.filter(file_path=name).exists()


STORE = ContentStore("text2sql", _is_named)


@dataclass(frozen=True, slots=True)
class KeptRows:
    """A finished result: where its rows lie, and what the question's row says of it.

    `preview` holds the first PREVIEW_ROWS as JSON cells, `database_ms` the time to the first row, `cut_by` the limit
    that ended it, empty where all rows are there.
    """

    columns: tuple[ResultColumn, ...]
    preview: list[list[Any]]
    rows: int
    database_ms: float
    cut_by: str
    file_path: str
    file_size: int


def keep_rows(events: Iterable[RunEvent]) -> KeptRows:
    """Write the rows as they come and keep the file; raises what the events raise, or StoreFailed.

    Memory holds one batch at a time. The file gets its name when it is whole; whatever comes before leaves nothing, and
    a file without a row that names it is an orphan, which the daily cleaning removes.
    """
    path = STORE.partial_path(SUFFIX)
    header, finished = Header(()), Finished(0, 0.0)
    preview: list[list[Any]] = []
    try:
        # Without a name and a time in its header: equal rows are equal files, and the content names them.
        with path.open("wb") as raw, gzip.GzipFile("", fileobj=raw, mode="wb", compresslevel=1, mtime=0) as file:
            for event in events:
                match event:
                    case Header():
                        header = event
                        file.write(_line([column_json(column) for column in event.columns]))
                    case Batch():
                        cells = [[as_cell(value) for value in row] for row in event.rows]
                        preview += cells[: PREVIEW_ROWS - len(preview)]
                        file.write(b"".join(map(_line, cells)))
                    case Finished():
                        finished = event
        size, checksum = path.stat().st_size, sha256_of(path)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise store_failed(error) from error
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    # A query can be run again, and most of the house's own time would be waiting for the disk.
    name = STORE.keep(path, checksum=checksum, suffix=SUFFIX, waits_for_disk=False)
    return KeptRows(
        header.columns, preview, finished.rows, finished.database_ms, finished.cut_by, name, size
    )  # fmt: skip


def column_json(column: ResultColumn) -> dict[str, str]:
    """A column as the page reads it."""
    return {"name": column.name, "data_type": column.data_type, "kind": column.kind}


def read_rows(query: QueryHistory, *, offset: int = 0, limit: int = 200) -> list[list[Any]]:
    """Some rows of a kept result; raises ResultGone.

    Read from the beginning each time: gzip knows no places, and TEXT2SQL_MAX_BYTES keeps files small.
    """
    lines = _lines(query)
    next(lines)
    return [json.loads(line) for line in islice(lines, offset, offset + limit)]


def open_rows(query: QueryHistory) -> Any:
    """The file itself, gzipped JSON lines with the columns first, for streaming; raises ResultGone.

    Also for a file that a power cut has shortened: `keep_rows` does not wait for the disk.
    """
    if not query.result_file:
        raise ResultGone
    try:
        stored = default_storage.open(query.result_file, "rb")
    except FileNotFoundError as error:
        raise ResultGone from error
    if stored.size != query.result_bytes:
        stored.close()
        raise ResultGone
    return stored


def export_response(export: QueryExport) -> FileResponse:
    """The file of an export, as an attachment with a plain name; raises ResultGone.

    The name says nothing of the question, because it ends in the downloads of whoever shares the machine.
    """
    if not export.file_path:
        raise ResultGone
    try:
        stored = default_storage.open(export.file_path, "rb")
    except FileNotFoundError as error:
        raise ResultGone from error
    name = f"query-{export.query_id}.{export.file_format}"
    return FileResponse(stored, as_attachment=True, filename=name, content_type=MIME_TYPES[export.file_format])


def _lines(query: QueryHistory) -> Iterator[bytes]:
    with open_rows(query) as stored, gzip.open(stored, "rb") as file:
        yield from file


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def sha256_of(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
