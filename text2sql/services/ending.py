"""What becomes of a question's row: when its work ends well, when it fails, and when people say what they think."""

from typing import Any

from tasks.registry import Outcome
from tasks.states import TaskStatus
from text2sql.charts import choose_chart, shapes_of
from text2sql.models import QueryHistory, QueryStatus
from text2sql.querysets import QueryHistoryQuerySet
from text2sql.services.answering import Answer
from text2sql.services.knowledge_feedback import record_run
from text2sql.services.results import STORE, KeptRows, column_json


def begin_query(query: QueryHistory, attempt: int) -> None:
    """An attempt begins; after a person's retry the row forgets how the one before ended.

    Nothing for an attempt that is no longer the task's: one that wakes up late would open an answered question again.
    """
    if query.status != QueryStatus.PENDING:
        _of_attempt(query, attempt).update(status=QueryStatus.PENDING, error_code="", error_message="")


def outcome_of(query: QueryHistory, answer: Answer) -> Outcome:
    """What the task ends with; the row is written in that transaction.

    So a zombie, whose task another worker ends, leaves the row alone; its file has no row then and is cleaned later.
    Runs of known queries are counted there, too: an attempt that is repeated counts once.
    """
    fields = _fields(answer)
    output = {
        "query_id": str(query.pk), "status": fields["status"], "sql": answer.sql, "rows": fields["rows_returned"],
        "confidence": answer.confidence, "source": answer.source,
    }  # fmt: skip

    def write() -> None:
        if answer.kept is not None:
            STORE.lock([answer.kept.file_path])
        QueryHistory.objects.filter(pk=query.pk).update(**fields)
        if answer.failed_match is not None:
            record_run(knowledge_id=answer.failed_match, succeeded=False)
        if answer.kb_match is not None and answer.kept is not None:
            record_run(
                knowledge_id=answer.kb_match.knowledge_id, succeeded=True,
                execution_time_ms=round(answer.kept.database_ms),
            )  # fmt: skip

    results = (answer.outcome(output),) if answer.engine_name else ()
    return Outcome(output_data=output, results=results, in_transaction=write)


def note_failure(query: QueryHistory, answer: Answer, attempt: int) -> None:
    """Keep what was known when the work failed; nothing for an attempt that is no longer the task's."""
    known = {"sql_query": answer.sql} if answer.sql else {}
    is_ours = _of_attempt(query, attempt).update(
        source=answer.source, engine_name=answer.engine_name, answer=_shown(answer), **known
    )
    if is_ours and answer.failed_match is not None:
        record_run(knowledge_id=answer.failed_match, succeeded=False)


def _of_attempt(query: QueryHistory, attempt: int) -> QueryHistoryQuerySet:
    """The row, as long as this attempt holds the task; a zombie finds none."""
    rows: QueryHistoryQuerySet = QueryHistory.objects.filter(
        pk=query.pk, task__attempt=attempt, task__status=TaskStatus.PROCESSING
    )
    return rows


def _fields(answer: Answer) -> dict[str, Any]:
    kept = answer.kept
    status = QueryStatus.SUCCESS if kept else QueryStatus.UNCLEAR if answer.clarification else QueryStatus.REFUSED
    fields: dict[str, Any] = {
        "status": status,
        "sql_query": answer.sql,
        "source": answer.source,
        "engine_name": answer.engine_name,
        "confidence": answer.confidence,
        "error_code": "",
        "error_message": answer.refusal,
        "rows_returned": None,
        "answer": _shown(answer),
    }
    if answer.kb_match is not None:
        fields["kb_match_id"] = answer.kb_match.knowledge_id
    if kept is not None:
        fields |= {
            "execution_time_ms": round(kept.database_ms),
            "rows_returned": kept.rows,
            "result_preview": kept.preview,
            "result_file": kept.file_path,
            "result_bytes": kept.file_size,
        }
    return fields


def _shown(answer: Answer) -> dict[str, Any]:
    """What the page shows besides the columns of the row."""
    shown: dict[str, Any] = {"steps": answer.steps, "reasons": list(answer.reasons)}
    if answer.clarification is not None:
        asked = answer.clarification
        options = [{"id": option.id, "label": option.label} for option in asked.options]
        shown["clarification"] = {"id": asked.id, "question": asked.question, "options": options}
    if answer.others:
        shown["others"] = [{"sql": other.sql, "confidence": other.confidence} for other in answer.others]
    if answer.plan_cost is not None:
        shown["plan_cost"] = answer.plan_cost
    if answer.kept is not None:
        shown |= _shape(answer.kept)
    return shown


def _shape(kept: KeptRows) -> dict[str, Any]:
    columns = [(column.name, column.kind) for column in kept.columns]
    chart = choose_chart(shapes_of(columns, kept.preview), kept.rows)
    return {
        "columns": [column_json(column) for column in kept.columns],
        "cut_by": kept.cut_by,
        "chart": chart.to_json(),
    }
