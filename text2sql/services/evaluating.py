"""The worker's part of an evaluation: known questions run against their database, read-only like all others."""

from typing import Any

from tasks.registry import TaskContext
from text2sql.connectors.base import Finished
from text2sql.models import EvaluationRun
from text2sql.services.answering import open_database
from text2sql.services.evaluation import run_evaluation
from text2sql.services.targets import run_limits


def evaluate_now(context: TaskContext) -> dict[str, Any]:
    """Judge every approved pair; returns the counts. Raises EngineError where the database cannot be reached."""
    run = EvaluationRun.objects.select_related("connection", "project").get(task_id=context.task_id)
    database = open_database(run.connection, context)

    def run_pair(sql: str) -> tuple[int, float]:
        finished = Finished(0, 0.0)
        for event in database.stream(database.check(sql), limits=run_limits()):
            if isinstance(event, Finished):
                finished = event
        return finished.rows, finished.database_ms

    judged = run_evaluation(run=run, runner=run_pair, progress=context)
    return {"evaluation_id": str(run.pk), "total": judged.total, "passed": judged.passed, "broken": judged.broken}
