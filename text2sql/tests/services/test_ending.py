"""What becomes of a question's row when its work ends, and that an attempt of the past changes nothing."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Account
from projects.models import Project
from tasks.engines.errors import EngineError
from text2sql.connectors.base import ResultColumn
from text2sql.engines.base import Candidate, Clarification, Option
from text2sql.models import QueryHistory, QueryStatus, SqlKnowledge
from text2sql.selectors.knowledge import ExactMatch
from text2sql.services.answering import Answer
from text2sql.services.closing import end_abandoned
from text2sql.services.ending import begin_query, note_failure, outcome_of
from text2sql.services.results import STORE, KeptRows
from text2sql.tests.pairs import answered, known, make_connection, make_task, move_task, reread


@pytest.fixture
def query(owner: Account, project: Project) -> QueryHistory:
    """A question whose second attempt runs."""
    made = answered(owner, project, make_connection(owner, project), status="pending", sql_query="")
    move_task(made.task_id, "in_queue", "processing", attempt=2)
    return made


@pytest.fixture
def kept(media: Any) -> KeptRows:
    """Two rows in the storage."""
    path = STORE.partial_path(".jsonl.gz")
    path.write_bytes(b"rows")
    name = STORE.keep(path, checksum="ab" * 32, suffix=".jsonl.gz")
    columns = (ResultColumn("city", "text", "text"), ResultColumn("n", "bigint", "integer"))
    return KeptRows(columns, [["Huế", 1], ["Đà Nẵng", 2]], 2, 12.4, "rows", name, 4)


def row(query: QueryHistory) -> dict[str, Any]:
    names = ("status", "sql_query", "source", "engine_name", "error_code", "error_message", "rows_returned")
    found: dict[str, Any] = QueryHistory.objects.filter(pk=query.pk).values(*names).get()
    return found


PAIR = "SELECT count(*) FROM customers"


def test_good_answer_is_written_with_its_rows_and_the_pair_is_counted(
    query: QueryHistory, kept: KeptRows, project: Project
) -> None:
    pair = known(project)
    answer = Answer(
        sql=PAIR, source="knowledge", engine_name="knowledge", confidence=0.97, kept=kept, plan_cost=1.5,
        kb_match=ExactMatch(pair.pk, pair.question, PAIR), steps=["Known."], others=(Candidate("SELECT 2", 0.4),),
    )  # fmt: skip
    outcome = outcome_of(query, answer)
    assert row(query)["status"] == "pending"
    assert outcome.in_transaction is not None
    outcome.in_transaction()
    written = QueryHistory.objects.get()
    assert (written.status, written.rows_returned, written.execution_time_ms, written.result_bytes) == (
        "success", 2, 12, 4,
    )  # fmt: skip
    assert written.answer == {
        "steps": ["Known."], "reasons": [], "others": [{"sql": "SELECT 2", "confidence": 0.4}], "plan_cost": 1.5,
        "columns": [{"name": "city", "data_type": "text", "kind": "text"},
                    {"name": "n", "data_type": "bigint", "kind": "integer"}],
        "cut_by": "rows", "chart": {"type": "bar", "x": 0, "y": [1]},
    }  # fmt: skip
    fresh = reread(pair)
    assert (fresh.usage_count, fresh.success_count, fresh.avg_execution_time_ms) == (1, 1, 12)


def test_task_tells_what_its_question_did(query: QueryHistory, kept: KeptRows) -> None:
    outcome = outcome_of(query, Answer(sql=PAIR, engine_name="fake", engine_version="1", model="m", kept=kept,
                                       confidence=0.5, engine_ms=7, usage={"requests": 1}))  # fmt: skip
    assert outcome.output_data == {
        "query_id": str(query.pk), "status": "success", "sql": PAIR, "rows": 2, "confidence": 0.5, "source": "engine",
    }  # fmt: skip
    [result] = outcome.results
    assert (result.engine_version, result.processing_time_ms, result.usage, result.confidence) == (
        "1 m", 7, {"requests": 1}, 0.5,
    )  # fmt: skip
    assert outcome_of(query, Answer(sql=PAIR, source="person", kept=kept)).results == ()


def test_question_back_and_refusal_have_no_rows(query: QueryHistory) -> None:
    asked = Clarification("which", "Which one?", (Option("a", "By city"),))
    outcomes = {
        "unclear": outcome_of(query, Answer(engine_name="fake", clarification=asked)),
        "refused": outcome_of(query, Answer(engine_name="fake", refusal="Not about this.")),
    }
    told = {}
    for name, outcome in outcomes.items():
        assert outcome.in_transaction is not None
        outcome.in_transaction()
        told[name] = row(query)
    nothing = {"sql_query": "", "source": "engine", "engine_name": "fake", "error_code": "", "rows_returned": None}
    assert told == {
        "unclear": nothing | {"status": "unclear", "error_message": ""},
        "refused": nothing | {"status": "refused", "error_message": "Not about this."},
    }
    assert QueryHistory.objects.get().answer == {"steps": [], "reasons": []}


def test_file_that_was_removed_before_it_was_recorded_ends_the_attempt(query: QueryHistory, kept: KeptRows) -> None:
    from django.core.files.storage import default_storage

    default_storage.delete(kept.file_path)
    outcome = outcome_of(query, Answer(sql=PAIR, kept=kept))
    assert outcome.in_transaction is not None
    with pytest.raises(EngineError) as error:
        outcome.in_transaction()
    assert (error.value.code, error.value.retryable, row(query)["status"]) == ("file_removed", True, "pending")


def test_failure_keeps_what_was_known(query: QueryHistory, project: Project) -> None:
    pair = known(project)
    note_failure(query, Answer(sql=PAIR, engine_name="fake", steps=["Tried."], failed_match=pair.pk), 2)
    assert row(query) == {
        "status": "pending", "sql_query": PAIR, "source": "engine", "engine_name": "fake", "error_code": "",
        "error_message": "", "rows_returned": None,
    }  # fmt: skip
    assert QueryHistory.objects.get().answer["steps"] == ["Tried."]
    assert (reread(pair).failure_count, reread(pair).success_rate) == (1, Decimal(0))


def test_failure_without_a_query_leaves_the_one_of_the_attempt_before(query: QueryHistory) -> None:
    note_failure(query, Answer(sql=PAIR), 2)
    note_failure(query, Answer(engine_name="other"), 2)
    assert (row(query)["sql_query"], row(query)["engine_name"]) == (PAIR, "other")


@pytest.mark.parametrize(
    ("attempt", "status"), [(1, None), (3, None), (2, "completed"), (2, "cancelled"), (2, "retrying")]
)
def test_attempt_that_is_no_longer_the_task_s_changes_nothing(
    query: QueryHistory, project: Project, attempt: int, status: str | None
) -> None:
    pair = known(project)
    move_task(query.task_id, *([status] if status else []))
    QueryHistory.objects.update(status="success", sql_query="SELECT 'good'")
    before, query.status = row(query), QueryStatus.SUCCESS
    begin_query(query, attempt)
    note_failure(query, Answer(sql="SELECT 'late'", failed_match=pair.pk), attempt)
    assert row(query) == before
    assert SqlKnowledge.objects.get().failure_count == 0


def test_retry_forgets_how_the_attempt_before_ended(query: QueryHistory) -> None:
    QueryHistory.objects.update(status="error", error_code="query_failed", error_message="No.", sql_query=PAIR)
    begin_query(QueryHistory.objects.get(), 2)
    assert {name: row(query)[name] for name in ("status", "error_code", "error_message", "sql_query")} == {
        "status": "pending", "error_code": "", "error_message": "", "sql_query": PAIR,
    }  # fmt: skip


def test_first_attempt_writes_nothing(query: QueryHistory, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        begin_query(query, 2)


#: How a task ended, and what its question says then.
ENDS = {
    ("cancelled", ""): "cancelled", ("cancelled", "deadline_passed"): "cancelled",
    ("failed", "query_timeout"): "timeout",
    ("failed", "engine_timeout"): "timeout", ("failed", "deadline_passed"): "timeout",
    ("failed", "query_failed"): "error", ("failed", "connection_refused"): "error",
    ("failed", "engine_crashed"): "error",
    ("failed", "lease_expired"): "error", ("failed", ""): "error",
}  # fmt: skip


def test_question_says_what_its_task_says(owner: Account, project: Project) -> None:
    made = {}
    for status, code in ENDS:
        made[status, code] = query = answered(owner, project, None, status="pending")
        move_task(query.task_id, status, error_code=code, error_message=f"because {code}")
    untouched = answered(owner, project, None, status="pending")
    end_abandoned(task_ids=[query.task_id for query in made.values()])
    told = {key: QueryHistory.objects.get(pk=query.pk) for key, query in made.items()}
    assert {key: query.status for key, query in told.items()} == ENDS
    assert {query.error_message for query in told.values()} == {f"because {code}" for _status, code in ENDS}
    untouched.refresh_from_db()
    assert untouched.status == "pending"


def test_question_that_has_its_answer_keeps_it(owner: Account, project: Project) -> None:
    ended = {status: answered(owner, project, None, status=status) for status in QueryStatus.values}
    for query in ended.values():
        move_task(query.task_id, "failed", error_code="query_failed")
    end_abandoned(task_ids=[query.task_id for query in ended.values()])
    end_abandoned(task_ids=[])
    kept = {status: QueryHistory.objects.get(pk=query.pk).status for status, query in ended.items()}
    assert kept == {status: status for status in QueryStatus.values} | {"pending": "error"}


def test_task_of_other_work_ends_no_question(owner: Account, project: Project) -> None:
    query = answered(owner, project, None, status="pending")
    end_abandoned(task_ids=[make_task(owner, project).pk])
    assert row(query)["status"] == "pending"
