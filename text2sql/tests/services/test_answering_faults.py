"""Questions whose work fails, is stopped, or is done twice: what the row says, and that nothing stays behind."""

import errno
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Account
from projects.models import Project
from results.models import Result
from tasks.engines.errors import Cancelled, EngineError
from tasks.models import Engine, Task
from tasks.services import cancel_task
from tasks.worker.context import RunningTask, StopReason
from text2sql.engines.fake import FakeSqlEngine
from text2sql.engines.llm import LlmEngine
from text2sql.models import DatabaseConnection, QueryHistory
from text2sql.services.answering import MAX_TRIED, answer_by_hand, answer_question
from text2sql.services.asking import Caller, ask_question, run_statement
from text2sql.services.results import read_rows
from text2sql.tests.services.test_exporting_faults import Context
from text2sql.tests.working import Ask, Work

GOOD = "```SELECT count(*) AS n FROM customers```"


def files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


class Stopping(Context):
    """Cancelled before its `after`th checkpoint."""

    def __init__(self, task: Task, after: int) -> None:
        super().__init__(task)
        self._left = after

    def raise_if_cancelled(self) -> None:
        """Count down."""
        self._left -= 1
        if self._left < 0:
            raise Cancelled("The work was cancelled.")


def asked(caller: Caller, connection: DatabaseConnection, question: str) -> QueryHistory:
    data = {"question": question, "connection_id": str(connection.pk), "engine": "fake"}
    return ask_question(caller=caller, input_data=data)


@pytest.mark.parametrize("after", [0, 1])
def test_question_that_is_cancelled_between_two_steps_keeps_no_rows(
    caller: Caller, read_shop: DatabaseConnection, media: Path, after: int
) -> None:
    query = asked(caller, read_shop, GOOD)
    with pytest.raises(Cancelled):
        answer_question(query, Stopping(query.task, after))
    assert (files(media), QueryHistory.objects.get().status, Result.objects.count()) == ([], "pending", 0)


def test_zombie_writes_no_answer(caller: Caller, read_shop: DatabaseConnection, work: Work, media: Path) -> None:
    query = run_statement(caller=caller, input_data={"sql": "SELECT 1 AS n", "connection_id": str(read_shop.pk)})
    late = answer_by_hand(query, Context(query.task))
    assert (late.kept is not None, QueryHistory.objects.get().status) == (True, "pending")
    assert work(query.task) == "completed"
    query.refresh_from_db()
    assert (query.status, read_rows(query), len(files(media))) == ("success", [[1]], 1)


def test_message_that_comes_twice_runs_once(
    caller: Caller, read_shop: DatabaseConnection, work: Work, media: Path
) -> None:
    query = asked(caller, read_shop, GOOD)
    assert [work(query.task) for _time in range(3)] == ["completed", "not_claimed", "not_claimed"]
    assert (Result.objects.count(), Task.objects.get().attempt) == (1, 1)


def test_disk_that_is_full_is_tried_again_and_the_answer_comes(
    caller: Caller, read_shop: DatabaseConnection, work: Work, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = asked(caller, read_shop, GOOD)

    def refuse(path: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "/secret/path")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", refuse)
        assert work(query.task) == "retrying"
    task = Task.objects.get()
    assert (task.error_code, QueryHistory.objects.get().status, files(media)) == ("disk_full", "pending", [])


WRONG = ("SELECT one FROM customers", "SELECT two FROM customers", "SELECT three FROM customers")


def test_only_a_few_candidates_are_tried(ask: Ask) -> None:
    query = ask(" ".join((*(f"```{sql}```" for sql in WRONG), GOOD)))
    assert (query.status, query.error_code, query.sql_query) == ("error", "unknown_column", WRONG[-1])
    failures = [step for step in query.answer["steps"] if step.startswith("A query failed")]
    assert len(failures) == len(WRONG) == MAX_TRIED


def test_other_candidates_are_kept_beside_the_one_that_ran(ask: Ask) -> None:
    query = ask("```SELECT 1 AS n``` ```SELECT 2 AS n``` ```SELECT 3 AS n``` ```SELECT 4 AS n``` [confidence 0.9]")
    assert query.answer["others"] == [{"sql": "SELECT 2 AS n", "confidence": 0.45},
                                      {"sql": "SELECT 3 AS n", "confidence": 0.3}]  # fmt: skip
    assert (query.confidence, query.answer["reasons"]) == (0.9, ["It stands in the question."])


def test_engine_that_fails_makes_way_for_the_next(
    caller: Caller, read_shop: DatabaseConnection, work: Work, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Engine.objects.filter(domain="text2sql", is_default=True).update(is_default=False)
    Engine.objects.filter(domain="text2sql", name="fake").update(is_default=True)

    def fail(*_given: Any, **_more: Any) -> None:
        raise EngineError("The model said no.", code="said_no")

    monkeypatch.setattr("text2sql.services.answering.language_model_for", lambda **_given: _Remote())
    monkeypatch.setattr(LlmEngine, "write_sql", fail)
    data = {"question": GOOD, "connection_id": str(read_shop.pk)}
    query = ask_question(caller=caller, input_data=data)
    assert work(query.task) == "completed"
    query.refresh_from_db()
    assert (query.engine_name, query.status) == ("fake", "success")
    assert query.answer["steps"][0].endswith("could not answer: The model said no.")


class _Remote:
    """Stands for a model elsewhere, which a light worker may ask."""

    class chatter:  # noqa: N801  (an attribute)
        is_heavy = False


def test_last_engine_that_fails_fails_the_question(ask: Ask) -> None:
    query = ask("[fail]")
    assert (query.status, query.task.error_code, query.engine_name) == ("pending", "told_to_fail", "")
    assert query.answer["steps"] == ["fake could not answer: The engine failed, as it was told to."]


def test_choice_of_another_question_is_asked_back(ask: Ask) -> None:
    query = ask("[ask a|b] ```SELECT 1 AS n``` ```SELECT 2 AS n```", choices={"which": "c", "else": "a"})
    assert (query.status, query.answer["clarification"]["id"]) == ("unclear", "which")


def test_follow_up_is_told_what_was_asked_before(
    ask: Ask, caller: Caller, read_shop: DatabaseConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask("one ```SELECT 1 AS n```")
    second = ask("[refuse no]", follows=str(first.pk))
    heard: list[Any] = []
    original = FakeSqlEngine.write_sql

    def listen(self: FakeSqlEngine, request: Any, **given: Any) -> Any:
        heard.append(request)
        return original(self, request, **given)

    monkeypatch.setattr(FakeSqlEngine, "write_sql", listen)
    ask("two ```SELECT 2 AS n```", follows=str(second.pk), language="vi")
    assert [(exchange.question, exchange.sql) for exchange in heard[0].history] == [
        ("one ```SELECT 1 AS n```", "SELECT 1 AS n"),
    ]  # fmt: skip
    assert (heard[0].language, heard[0].choices, heard[0].model) == ("vi", {}, None)


def test_running_question_that_is_cancelled_says_so(
    caller: Caller, read_shop: DatabaseConnection, work: Work, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = asked(caller, read_shop, GOOD)
    original = RunningTask.report_progress

    def cancel(self: RunningTask, percent: float, message: str = "") -> None:
        # What the lease keeper does when it reads the request.
        cancel_task(task_id=self.task_id, actor=caller.user)
        self.stop(StopReason.CANCEL)
        original(self, percent, message)

    monkeypatch.setattr(RunningTask, "report_progress", cancel)
    assert work(query.task) == "cancelled"
    query.refresh_from_db()
    assert (query.status, query.result_file, files(media)) == ("cancelled", "", [])


def test_owner_who_left_the_project_is_asked_by_nobody(
    caller: Caller, read_shop: DatabaseConnection, work: Work, media: Path, project: Project, member: Account
) -> None:
    theirs = Caller(user=member, project=project)
    query = asked(theirs, read_shop, GOOD)
    project.members.filter(user=member).update(status="removed")
    assert work(query.task) == "failed"
    query.refresh_from_db()
    assert (query.error_code, query.status, files(media)) == ("connection_not_found", "error", [])
