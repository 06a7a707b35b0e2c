"""JSON Lines over HTTP: pairs go out, and reports of imports, while they are read."""

import json
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.http import StreamingHttpResponse

from text2sql.services.knowledge_imports import LineReport, summarise

CONTENT_TYPE = "application/x-ndjson"
_LINES_AT_ONCE = 100


def lines_response(pieces: Iterator[bytes], *, filename: str = "") -> StreamingHttpResponse:
    """The pieces as they come; each is made in a thread, so that a long file holds nobody else up."""
    response = StreamingHttpResponse(_in_threads(pieces), content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    if filename:
        response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


async def _in_threads(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (piece := await sync_to_async(_next)(pieces)) is not None:
        yield piece


def _next(pieces: Iterator[bytes]) -> bytes | None:
    return next(pieces, None)


def report_lines(reports: Iterable[LineReport], *, dry_run: bool) -> Iterator[bytes]:
    """One line for each line of the file, then one with the sums.

    Whoever stops reading stops the import behind the lines that were told; the sums say that it went to its end.
    """
    iterator, totals = iter(reports), {"created": 0, "duplicate": 0, "refused": 0}
    while batch := list(islice(iterator, _LINES_AT_ONCE)):
        for result, count in summarise(batch).items():
            totals[result] += count
        yield b"".join(_line(report) for report in batch)
    yield json.dumps({"dry_run": dry_run, **totals}).encode() + b"\n"


def _line(report: LineReport) -> bytes:
    data = {
        "line": report.number,
        "result": report.result,
        "code": report.code,
        "message": report.message,
        "knowledge_id": str(report.knowledge_id) if report.knowledge_id else None,
    }
    return json.dumps({name: value for name, value in data.items() if value}, ensure_ascii=False).encode() + b"\n"
