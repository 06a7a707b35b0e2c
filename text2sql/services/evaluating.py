"""The worker's part of an evaluation: known questions run against their database, read-only like all others."""

from typing import Any

from tasks.engines.errors import EngineError
from tasks.registry import TaskContext
from text2sql.connectors.base import Finished
from text2sql.engines.base import QueryFailed
from text2sql.errors import UNREACHED
from text2sql.models import EvaluationRun
from text2sql.services.answering import open_database
from text2sql.services.evaluation import run_evaluation
from text2sql.services.targets import run_limits


def evaluate_now(context: TaskContext) -> dict[str, Any]:
    """Judge every approved pair; returns the counts.

    Raises EngineError where the database cannot be reached, also in the middle: verdicts of the batches before stay,
    and the next attempt goes on behind them.
    """
    run = EvaluationRun.objects.select_related("connection", "project", "task__user").get(task_id=context.task_id)
    database = open_database(run.connection, context, user=run.task.user, project=run.project)
    EvaluationRun.objects.filter(pk=run.pk).update(schema_hash=database.catalog.structure_hash())

    def run_pair(sql: str) -> tuple[int, float]:
        finished = Finished(0, 0.0)
        try:
            for event in database.stream(database.check(sql), limits=run_limits()):
                if isinstance(event, Finished):
                    finished = event
        except QueryFailed as error:
            # No verdict: a database that went away would make every pair behind look broken.
            if error.code in UNREACHED:
                raise EngineError(error.message, code=error.code, retryable=True) from error
            raise
        return finished.rows, finished.database_ms

    judged = run_evaluation(run=run, runner=run_pair, progress=context)
    return {"evaluation_id": str(run.pk), "total": judged.total, "passed": judged.passed, "broken": judged.broken}
