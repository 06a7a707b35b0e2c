"""Rows on the disk: whole, or not at all."""

import errno
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.common.ids import uuid7
from tasks.engines.errors import Cancelled, EngineError
from text2sql.connectors.base import Batch, Finished, Header, ResultColumn, RunEvent
from text2sql.engines.base import QueryFailed
from text2sql.errors import ResultGone
from text2sql.models import QueryExport, QueryHistory
from text2sql.services.results import (
    PREVIEW_ROWS,
    STORE,
    export_response,
    keep_rows,
    open_rows,
    read_rows,
    sha256_of,
)

NUMBER = Header((ResultColumn("n", "integer", "integer"),))


def events(*counts: int, cut_by: Any = "", fails: Exception | None = None) -> Iterator[RunEvent]:
    """A run whose batches have so many rows: 0, 1, 2 ..."""
    yield NUMBER
    rows = 0
    for count in counts:
        yield Batch(tuple((rows + number,) for number in range(count)))
        rows += count
    if fails is not None:
        raise fails
    yield Finished(rows, 3.6, cut_by)


def kept_files(media: Path) -> list[str]:
    return [path.name for path in media.rglob("*") if path.is_file()]


def test_rows_are_kept_as_they_come_and_read_in_pages(media: Path) -> None:
    kept = keep_rows(events(7, 5, cut_by="rows"))
    assert (kept.rows, kept.cut_by, kept.database_ms, kept.columns) == (12, "rows", 3.6, NUMBER.columns)
    assert (kept.preview, PREVIEW_ROWS) == ([[number] for number in range(10)], 10)
    path = media / kept.file_path
    assert kept.file_size == path.stat().st_size
    assert kept.file_path == STORE.name_of(sha256_of(path), ".jsonl.gz")
    query = QueryHistory(result_file=kept.file_path, result_bytes=kept.file_size)
    pages = {(0, 3): [0, 1, 2], (10, 5): [10, 11], (12, 5): [], (99, 1): [], (3, 0): []}
    assert {page: [row[0] for row in read_rows(query, offset=page[0], limit=page[1])] for page in pages} == pages


def test_result_without_rows_has_its_columns(media: Path) -> None:
    kept = keep_rows(events())
    assert (kept.rows, kept.preview, kept.cut_by) == (0, [], "")
    with open_rows(QueryHistory(result_file=kept.file_path, result_bytes=kept.file_size)) as stored:
        lines = gzip.decompress(stored.read()).splitlines()
    assert [json.loads(line) for line in lines] == [[{"name": "n", "data_type": "integer", "kind": "integer"}]]


def test_equal_rows_are_one_file_and_others_another(media: Path) -> None:
    names = [keep_rows(events(*counts)).file_path for counts in ((3,), (1, 2), (4,))]
    assert names[0] == names[1] != names[2]
    assert len(kept_files(media)) == 2


@pytest.mark.parametrize(
    "error", [QueryFailed("lost", "connection_lost"), Cancelled("The work was cancelled."), RuntimeError("a bug")]
)
def test_run_that_ends_early_keeps_nothing(media: Path, error: Exception) -> None:
    with pytest.raises(type(error)):
        keep_rows(events(3, fails=error))
    assert kept_files(media) == []


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EDQUOT, "disk_full"), (errno.EIO, "store_failed")]
)
def test_disk_that_is_full_in_the_middle_is_told_and_nothing_stays(
    media: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    written: list[int] = []

    def fill(self: gzip.GzipFile, data: bytes) -> int:
        written.append(len(data))
        if len(written) > 2:
            raise OSError(number, "/secret/path")
        return len(data)

    monkeypatch.setattr(gzip.GzipFile, "write", fill)
    with pytest.raises(EngineError) as error:
        keep_rows(events(3, 3, 3))
    assert (error.value.code, error.value.retryable, "/secret" in error.value.message) == (code, True, False)
    assert (len(written), kept_files(media)) == (3, [])


def test_disk_that_is_full_when_the_file_gets_its_name_is_told(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "/secret/path")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(EngineError) as error:
        keep_rows(events(3))
    assert (error.value.code, kept_files(media)) == ("disk_full", [])


def test_a_file_that_lost_its_end_is_gone(media: Path) -> None:
    kept = keep_rows(events(3))
    query = QueryHistory(result_file=kept.file_path, result_bytes=kept.file_size)
    assert len(read_rows(query)) == 3
    (media / kept.file_path).write_bytes((media / kept.file_path).read_bytes()[:-1])
    for read in (open_rows, read_rows):
        with pytest.raises(ResultGone):
            read(query)


def test_what_was_never_kept_is_gone(media: Path) -> None:
    for query in (QueryHistory(result_file=""), QueryHistory(result_file="text2sql/aa/gone.jsonl.gz")):
        for read in (open_rows, read_rows):
            with pytest.raises(ResultGone):
                read(query)


@pytest.mark.parametrize("path", ["", "text2sql/aa/gone.csv"])
def test_export_that_is_not_there_is_gone(media: Path, path: str) -> None:
    with pytest.raises(ResultGone):
        export_response(QueryExport(query_id=uuid7(), file_format="csv", file_path=path))


def test_file_has_a_plain_name_and_its_own_type(media: Path, db: None) -> None:
    (media / "text2sql").mkdir()
    query = uuid7()
    answers = {}
    for file_format in ("csv", "json", "xlsx", "parquet"):
        (media / "text2sql" / f"rows.{file_format}").write_bytes(b"content")
        export = QueryExport(query_id=query, file_format=file_format, file_path=f"text2sql/rows.{file_format}")
        answer = export_response(export)
        answers[file_format] = (answer["Content-Type"], answer["Content-Disposition"], answer["Content-Length"])
        answer.close()
    assert answers == {
        name: (kind, f'attachment; filename="query-{query}.{name}"', "7")
        for name, kind in (
            ("csv", "text/csv"), ("json", "application/json"),
            ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            ("parquet", "application/vnd.apache.parquet"),
        )
    }  # fmt: skip


def test_values_that_json_cannot_hold_are_kept_as_text(media: Path) -> None:
    values = (float("inf"), 2**60, "a\x00b", "\ud800", b"\x00\xff", {"k": {1: 2}}, None)
    header = Header(tuple(ResultColumn(str(number), "x", "other") for number in range(len(values))))
    kept = keep_rows([header, Batch((values,)), Finished(1, 0.1)])
    expected = ["inf", "1152921504606846976", "a\ufffdb", "?", "0x00ff", '{"k": {"1": 2}}', None]
    assert (
        kept.preview == read_rows(QueryHistory(result_file=kept.file_path, result_bytes=kept.file_size)) == [expected]
    )
