"""Files of all rows of a query, made by a worker, and their removal after some days."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from tasks.registry import Outcome, TaskContext
from tasks.storage import store_failed
from text2sql.connectors.base import Batch, Finished, Header
from text2sql.engines.base import QueryFailed
from text2sql.models import QueryExport, QueryHistory
from text2sql.services.access import HouseDatabase
from text2sql.services.answering import engine_error, open_database
from text2sql.services.results import STORE, sha256_of
from text2sql.services.targets import export_limits
from text2sql.services.writers import Writer, writer_for


def export_query(context: TaskContext) -> Outcome:
    """Run the query again without the browser's limits and keep its rows as a file; raises EngineError.

    Again, because what is kept for the page was cut by the page's limits: the file may hold newer rows than were shown.
    Whatever ends the work early, what was written so far is removed; the row names the file only once it is whole.
    """
    joined = QueryExport.objects.select_related("query__connection", "query__project", "task__user")
    export = joined.get(task_id=context.task_id)
    query = export.query
    database = open_database(query.connection, context, user=export.task.user, project=query.project)
    path = STORE.partial_path(f".{export.file_format}")
    try:
        rows, cut_by = _write(export, database, path, context)
        size, checksum = path.stat().st_size, sha256_of(path)
        name = STORE.keep(path, checksum=checksum, suffix=f".{export.file_format}")
    except OSError as error:
        raise store_failed(error) from error
    except QueryFailed as error:
        raise engine_error(error.code, error.message) from error
    finally:
        path.unlink(missing_ok=True)

    def write() -> None:
        STORE.lock([name])
        QueryExport.objects.filter(pk=export.pk).update(file_path=name, file_size=size, rows=rows)

    output = {"export_id": str(export.pk), "rows": rows, "file_size": size, "cut_by": cut_by}
    return Outcome(output_data=output, in_transaction=write)


def _write(export: QueryExport, database: HouseDatabase, path: Path, context: TaskContext) -> tuple[int, str]:
    """How many rows were written, and which limit ended it.

    Progress is told in rows against what the page's run returned, and stays below 100 until the file is kept.
    """
    writer: Writer | None = None
    rows, cut_by = 0, ""
    expected = export.query.rows_returned or 1
    try:
        for event in database.stream(database.check(export.query.sql_query), limits=export_limits()):
            match event:
                case Header():
                    writer = writer_for(export.file_format, path, event.columns)
                case Batch() if writer is not None:
                    writer.write(event.rows)
                    rows += len(event.rows)
                    context.report_progress(min(95.0, 100 * rows / expected), f"{rows:,}")
                case Finished():
                    cut_by = event.cut_by
    finally:
        if writer is not None:
            writer.close()
    return rows, cut_by


def clean_results() -> int:
    """Forget rows and exports whose time is over, and remove files that nothing names any more; returns how many.

    In this order, so that a file goes in the first run after its last row let go of it. The first ten rows stay with
    the question, and files younger than a day stay, because work that has not ended may be about to name them.
    """
    now = timezone.now()
    old_rows = QueryHistory.objects.filter(created_at__lt=now - timedelta(days=settings.TEXT2SQL_RESULT_DAYS))
    old_rows.exclude(result_file="").update(result_file="", result_bytes=None)
    old_files = QueryExport.objects.filter(created_at__lt=now - timedelta(days=settings.TEXT2SQL_EXPORT_DAYS))
    old_files.exclude(file_path="").update(file_path="")
    return STORE.remove_orphans()
