"""Files of all rows, and the removal of what is too old."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from config.common.problems import NotFound
from text2sql.engines.base import QueryFailed
from text2sql.errors import ResultGone
from text2sql.models import DatabaseConnection, QueryExport, QueryHistory
from text2sql.services.asking import Caller, export_query
from text2sql.services.exporting import clean_results
from text2sql.services.results import export_response, open_rows
from text2sql.tests.working import Ask, Work


def exported(caller: Caller, query: QueryHistory, work: Work, file_format: str = "csv") -> QueryExport:
    made = export_query(caller=caller, query=query, file_format=file_format)
    work(made.task)
    return QueryExport.objects.select_related("query", "task").get(pk=made.pk)


def test_export_goes_beyond_what_the_page_shows(run_sql: Ask, caller: Caller, work: Work, settings: Any) -> None:
    settings.TEXT2SQL_MAX_ROWS = 5
    query = run_sql("SELECT id FROM customers")
    export = exported(caller, query, work)
    assert (query.rows_returned, export.rows, (export.task.output_data or {})["cut_by"]) == (5, 60, "")


def test_export_says_which_limit_ended_it(run_sql: Ask, caller: Caller, work: Work, settings: Any) -> None:
    settings.TEXT2SQL_EXPORT_ROWS = 7
    export = exported(caller, run_sql("SELECT id FROM customers"), work)
    assert (export.rows, (export.task.output_data or {})["cut_by"]) == (7, "rows")


def test_query_that_fails_meanwhile_leaves_no_file(
    run_sql: Ask, caller: Caller, work: Work, media: Path, shop: DatabaseConnection
) -> None:
    query = run_sql("SELECT 1 AS n")
    QueryHistory.objects.filter(pk=query.pk).update(sql_query="SELECT gone FROM customers")
    export = exported(caller, query, work)
    assert (export.task.status, export.task.error_code, export.file_path) == ("failed", "unknown_column", "")
    assert list((media / "text2sql" / "partial").iterdir()) == []


def test_old_rows_and_files_are_removed_and_the_question_stays(
    run_sql: Ask, caller: Caller, work: Work, media: Path
) -> None:
    query = run_sql("SELECT id FROM customers")
    export = exported(caller, query, work)
    long_ago = timezone.now() - timedelta(days=400)
    QueryHistory.objects.update(created_at=long_ago)
    QueryExport.objects.update(created_at=long_ago)
    assert clean_results() == 0  # the files themselves are young: they may belong to work that has not ended
    query.refresh_from_db()
    export.refresh_from_db()
    assert (query.result_file, export.file_path, query.status, len(query.result_preview or [])) == (
        "",
        "",
        "success",
        10,
    )
    with pytest.raises(ResultGone):
        open_rows(query)
    with pytest.raises(ResultGone):
        export_response(export)


def test_file_that_vanished_is_told_like_one_that_was_cleaned(run_sql: Ask) -> None:
    query = run_sql("SELECT 1 AS n")
    default_storage.delete(query.result_file)
    with pytest.raises(NotFound):
        open_rows(query)


def test_errors_of_queries_carry_their_code() -> None:
    assert (QueryFailed("no").code, QueryFailed("no", "query_timeout").code) == ("query_failed", "query_timeout")
