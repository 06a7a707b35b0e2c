"""Exports that end early: a full disk, a database that goes away, a person who changes their mind."""

import csv
import errno
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from config.common.ids import uuid7
from tasks.engines.errors import Cancelled, EngineError, LeaseLost
from tasks.models import Task
from tasks.services import cancel_task, retry_task
from text2sql.models import DatabaseConnection, QueryExport, QueryHistory
from text2sql.services import exporting
from text2sql.services.asking import Caller, export_query
from text2sql.services.writers import CsvWriter, JsonWriter
from text2sql.tests.working import Ask, Work

IDS = "SELECT id FROM customers ORDER BY id"


@pytest.fixture
def made(run_sql: Ask, caller: Caller) -> QueryExport:
    """An export that waits for its worker."""
    return export_query(caller=caller, query=run_sql(IDS), file_format="csv")


def fresh(export: QueryExport) -> QueryExport:
    return QueryExport.objects.select_related("task").get(pk=export.pk)


def partial_files(media: Path) -> list[str]:
    return [path.name for path in (media / "text2sql" / "partial").iterdir()]


class Context:
    """The task of an export as its worker sees it; `stop` is raised with the first report."""

    def __init__(self, task: Task, stop: Exception | None = None) -> None:
        self.task_id, self.user_id, self.project_id, self.attempt = task.pk, task.user_id, task.project_id, 1
        self.input_data, self.reports, self._stop = task.input_data, [], stop  # type: ignore[var-annotated]  # floats

    def report_progress(self, percent: float, message: str = "") -> None:
        """Remember it."""
        self.reports.append((percent, message))
        if self._stop is not None:
            raise self._stop

    def is_cancelled(self) -> bool:
        """Not by itself."""
        return False

    def raise_if_cancelled(self) -> None:
        """Not by itself."""


@pytest.mark.parametrize(("number", "code"), [(errno.ENOSPC, "disk_full"), (errno.EIO, "store_failed")])
def test_full_disk_is_told_and_tried_again(
    made: QueryExport, work: Work, media: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def fill(self: CsvWriter, rows: Any) -> None:
        raise OSError(number, "/secret/path")

    with monkeypatch.context() as patch:
        patch.setattr(CsvWriter, "write", fill)
        assert work(made.task) == "retrying"
    task = fresh(made).task
    assert (task.error_code, "/secret" in task.error_message, fresh(made).file_path) == (code, False, "")
    assert partial_files(media) == []


def test_disk_that_is_full_when_the_file_ends_is_told(
    made: QueryExport, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: CsvWriter) -> None:
        raise OSError(errno.ENOSPC, "/secret/path")

    monkeypatch.setattr(CsvWriter, "close", refuse)
    with pytest.raises(EngineError) as error:
        exporting.export_query(Context(made.task))
    assert (error.value.code, partial_files(media)) == ("disk_full", [])


@pytest.mark.parametrize("stop", [Cancelled("The work was cancelled."), LeaseLost("Another worker owns it.")])
def test_work_that_is_stopped_leaves_nothing(made: QueryExport, media: Path, stop: Exception) -> None:
    with pytest.raises(type(stop)):
        exporting.export_query(Context(made.task, stop))
    assert (partial_files(media), fresh(made).file_path) == ([], "")


def test_progress_is_told_in_rows(made: QueryExport) -> None:
    context = Context(made.task)
    outcome = exporting.export_query(context)
    assert context.reports == [(95.0, "60")]
    assert outcome.output_data == {
        "export_id": str(made.pk), "rows": 60, "file_size": outcome.output_data["file_size"], "cut_by": "",
    }  # fmt: skip
    # A zombie's outcome is never written: the file stays without a row and is cleaned.
    assert fresh(made).file_path == ""


def test_file_that_was_removed_before_it_was_recorded_is_made_again(made: QueryExport, media: Path) -> None:
    outcome = exporting.export_query(Context(made.task))
    [name] = [str(path.relative_to(media)) for path in media.rglob("*.csv")]
    default_storage.delete(name)
    assert outcome.in_transaction is not None
    with pytest.raises(EngineError) as error:
        outcome.in_transaction()
    assert (error.value.code, error.value.retryable, fresh(made).file_path) == ("file_removed", True, "")


def test_waiting_export_is_cancelled_and_made_after_all(made: QueryExport, work: Work, caller: Caller) -> None:
    cancel_task(task_id=made.task_id, actor=caller.user)
    assert (work(made.task), fresh(made).file_path) == ("not_claimed", "")
    retry_task(task_id=made.task_id, actor=caller.user)
    assert work(made.task) == "completed"
    with default_storage.open(fresh(made).file_path) as stored:
        lines = list(csv.reader(stored.read().decode("utf-8-sig").splitlines()))
    assert (lines[0], len(lines), fresh(made).rows) == (["id"], 61, 60)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password_encrypted": "wrong"}])
def test_database_that_cannot_be_asked_any_more_is_told(
    made: QueryExport, work: Work, media: Path, change: dict[str, Any]
) -> None:
    DatabaseConnection.objects.update(**change)
    assert work(made.task) == "failed"
    assert fresh(made).task.error_code == ("connection_not_found" if "is_active" in change else "wrong_credentials")
    assert not list(media.rglob("*.csv"))


def test_query_that_the_rules_refuse_by_now_is_not_run(
    made: QueryExport, work: Work, media: Path, shop_content: Any
) -> None:
    before = shop_content()
    QueryHistory.objects.update(sql_query="DELETE FROM customers")
    assert work(made.task) == "failed"
    assert (fresh(made).task.error_code, shop_content(), list(media.rglob("*.csv"))) == ("not_a_query", before, [])


def test_equal_files_are_one_and_stay_until_the_last_row_lets_go(
    made: QueryExport, work: Work, caller: Caller, media: Path
) -> None:
    second = export_query(caller=caller, query=made.query, file_format="csv")
    for export in (made, second):
        work(export.task)
    path = media / fresh(made).file_path
    assert fresh(second).file_path == fresh(made).file_path
    old = timezone.now() - timedelta(days=400)
    os.utime(path, (old.timestamp(), old.timestamp()))
    QueryExport.objects.filter(pk=made.pk).update(created_at=old)
    assert (exporting.clean_results(), fresh(made).file_path, path.exists()) == (0, "", True)
    QueryExport.objects.update(created_at=old)
    assert (exporting.clean_results(), fresh(second).file_path, path.exists()) == (1, "", False)
    assert exporting.clean_results() == 0


def test_cleaning_leaves_what_is_young_and_what_is_named(run_sql: Ask, media: Path) -> None:
    query = run_sql(IDS)
    assert exporting.clean_results() == 0
    orphan = media / "text2sql" / "zz"
    orphan.mkdir()
    (orphan / f"{uuid7()}.csv").write_bytes(b"young")
    assert exporting.clean_results() == 0
    query.refresh_from_db()
    assert (media / query.result_file).exists()


def test_array_that_was_cut_by_a_fault_is_no_file(made: QueryExport, caller: Caller, monkeypatch: Any) -> None:
    json_export = export_query(caller=caller, query=made.query, file_format="json")
    monkeypatch.setattr(JsonWriter, "write", lambda self, rows: (_ for _ in ()).throw(OSError(errno.ENOSPC, "x")))
    with pytest.raises(EngineError):
        exporting.export_query(Context(json_export.task))
    assert fresh(json_export).file_path == ""
