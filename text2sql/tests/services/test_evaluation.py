"""The knowledge base against a database."""

from collections.abc import Callable

import pytest

from accounts.models import Account
from projects.models import Project
from tasks.engines.errors import Cancelled
from text2sql.engines.base import QueryFailed
from text2sql.models import DatabaseConnection, EvaluationRun, EvaluationVerdict, SqlKnowledge
from text2sql.safety.base import StatementRefused
from text2sql.services import evaluation
from text2sql.services.evaluation import run_evaluation
from text2sql.tests.pairs import known, make_connection, make_task, propose

pytestmark = pytest.mark.django_db


class Watch:
    """The progress of a task; `stop_after` checkpoints it is cancelled."""

    def __init__(self, stop_after: int = 1_000) -> None:
        self.percents: list[float] = []
        self._left = stop_after

    def report_progress(self, percent: float, message: str = "") -> None:
        """Remember it."""
        self.percents.append(round(percent))

    def raise_if_cancelled(self) -> None:
        """Count down."""
        self._left -= 1
        if self._left < 0:
            raise Cancelled("The work was cancelled.")


class Database:
    """Answers 7 rows in 12.4 ms, or fails for queries that hold a word."""

    def __init__(self, **failures: Exception) -> None:
        self.asked: list[str] = []
        self._failures = failures

    def __call__(self, sql: str) -> tuple[int, float]:
        """See `Runner`."""
        self.asked.append(sql)
        for word, error in self._failures.items():
            if word in sql:
                raise error
        return 7, 12.4


@pytest.fixture
def connection(owner: Account, project: Project) -> DatabaseConnection:
    """Shared with the project."""
    return make_connection(owner, project)


@pytest.fixture
def make_run(owner: Account, project: Project, connection: DatabaseConnection) -> Callable[[], EvaluationRun]:
    """A run that has not begun."""
    return lambda: EvaluationRun.objects.create(project=project, connection=connection, task=make_task(owner, project))


def read(column: str) -> str:
    return f"SELECT {column}"


def fill(project: Project, *words: str) -> list[SqlKnowledge]:
    return [known(project, f"Question of {word}", read(word)) for word in words]


def counts(run: EvaluationRun) -> tuple[int, ...]:
    run.refresh_from_db()
    return run.total, run.passed, run.broken, run.refused, run.newly_broken, run.mended


def test_every_approved_pair_of_the_database_runs_once(
    project: Project, owner: Account, connection: DatabaseConnection, make_run: Callable[[], EvaluationRun]
) -> None:
    fill(project, "a", "b")
    known(project, "Its own", "SELECT c", connection_id=connection.pk)
    known(project, "Of another", "SELECT d", connection_id=make_connection(owner, project).pk)
    known(project, "MySQL's", "SELECT e", database_type="mysql")
    propose(project, owner, "Proposed", "SELECT f")
    database, watch, run = Database(), Watch(), make_run()
    run_evaluation(run=run, runner=database, progress=watch)
    assert database.asked == [read(word) for word in "abc"]
    assert (counts(run), watch.percents) == ((3, 3, 0, 0, 0, 0), [100])
    verdict = EvaluationVerdict.objects.order_by("pk")[0]
    assert (verdict.outcome, verdict.rows_returned, verdict.execution_time_ms) == ("passed", 7, 12)
    assert run.finished_at is not None


def test_what_broke_and_what_was_mended_is_told(project: Project, make_run: Callable[[], EvaluationRun]) -> None:
    fill(project, "alpha", "beta", "gamma", "delta")
    gone = QueryFailed("column beta does not exist", "unknown_column")
    costly = QueryFailed("too costly", "query_too_costly")
    refused = StatementRefused("function_refused", "Not this function.")
    first, second, third = make_run(), make_run(), make_run()
    run_evaluation(run=first, runner=Database(alpha=costly, gamma=refused), progress=Watch())
    run_evaluation(run=second, runner=Database(beta=gone, gamma=refused), progress=Watch())
    run_evaluation(run=third, runner=Database(beta=gone), progress=Watch())
    assert [counts(run) for run in (first, second, third)] == [
        (4, 2, 0, 2, 0, 0),
        (4, 2, 1, 1, 1, 1),
        (4, 3, 1, 0, 0, 1),
    ]
    told = second.verdicts.order_by("knowledge_id").values_list("outcome", "changed", "error_code")
    assert list(told) == [
        ("passed", True, ""),
        ("broken", True, "unknown_column"),
        ("refused", False, "function_refused"),
        ("passed", False, ""),
    ]


def test_stopped_run_keeps_its_verdicts_and_goes_on_behind_them(
    project: Project, make_run: Callable[[], EvaluationRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation, "BATCH", 2)
    fill(project, "a", "b", "c", "d", "e")
    run, watch, database = make_run(), Watch(stop_after=3), Database()
    with pytest.raises(Cancelled):
        run_evaluation(run=run, runner=database, progress=watch)
    assert (run.verdicts.count(), watch.percents, run.finished_at) == (2, [40], None)
    again, later = Database(), Watch()
    run_evaluation(run=run, runner=again, progress=later)
    assert (again.asked, later.percents) == ([read(word) for word in "cde"], [80, 100])
    assert counts(run) == (5, 5, 0, 0, 0, 0)


def test_unfinished_runs_are_not_compared_with(project: Project, make_run: Callable[[], EvaluationRun]) -> None:
    pair = fill(project, "a")[0]
    EvaluationVerdict.objects.create(run=make_run(), knowledge=pair, outcome="broken")
    run = make_run()
    run_evaluation(run=run, runner=Database(), progress=Watch())
    assert counts(run) == (1, 1, 0, 0, 0, 0)


def test_pair_that_is_removed_meanwhile_is_left_out(project: Project, make_run: Callable[[], EvaluationRun]) -> None:
    pairs = fill(project, "a", "b")

    def remove_first(sql: str) -> tuple[int, float]:
        SqlKnowledge.objects.filter(pk=pairs[0].pk).delete()
        return 1, 1.0

    run = make_run()
    run_evaluation(run=run, runner=remove_first, progress=Watch())
    assert counts(run) == (1, 1, 0, 0, 0, 0)


def test_empty_knowledge_base_ends_at_once(make_run: Callable[[], EvaluationRun]) -> None:
    run = make_run()
    run_evaluation(run=run, runner=Database(), progress=Watch())
    assert counts(run) == (0, 0, 0, 0, 0, 0)
