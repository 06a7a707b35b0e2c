"""The knowledge base run against a database: what broke since the last time, and what was mended."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from text2sql.engines.base import QueryFailed
from text2sql.models import EvaluationRun, EvaluationVerdict, Outcome, SqlKnowledge
from text2sql.models.knowledge import KnowledgeStatus
from text2sql.querysets import SqlKnowledgeQuerySet
from text2sql.safety.base import StatementRefused

BATCH = 50
#: Errors by which the house, not the database, refuses a query.
_REFUSALS = frozenset({"query_refused", "query_too_costly"})
_MAX_MESSAGE = 2_000


class Runner(Protocol):
    """Runs a query, checked and read-only; returns its rows' number and the time in milliseconds."""

    def __call__(self, sql: str) -> tuple[int, float]:
        """Raises QueryFailed, or StatementRefused."""


class Progress(Protocol):
    """The part of a task's context that a long work needs."""

    def report_progress(self, percent: float, message: str = "") -> None:
        """Show it."""

    def raise_if_cancelled(self) -> None:
        """A checkpoint.

        Asked before each pair.
        """


def run_evaluation(*, run: EvaluationRun, runner: Runner, progress: Progress) -> EvaluationRun:
    """Judge every approved pair of the run's project and database, in batches.

    Raises what the checkpoint raises; verdicts so far stay, and a second attempt goes on behind them.
    """
    pairs = _pairs_of(run)
    judged = run.verdicts.order_by("-knowledge_id").values_list("knowledge_id", flat=True).first()
    total, done = pairs.count(), run.verdicts.count()
    previous = _previous(run)
    while batch := list(pairs.filter(pk__gt=judged)[:BATCH] if judged else pairs[:BATCH]):
        verdicts = []
        for pair in batch:
            progress.raise_if_cancelled()
            verdicts.append(_judge(run, pair, runner))
        _write(verdicts, previous)
        judged, done = batch[-1].pk, done + len(batch)
        progress.report_progress(100 * done / max(total, done), f"{done} / {max(total, done)}")
    return _finish(run, previous)


def _pairs_of(run: EvaluationRun) -> SqlKnowledgeQuerySet:
    rows: SqlKnowledgeQuerySet = SqlKnowledge.objects.filter(
        project_id=run.project_id, status=KnowledgeStatus.APPROVED, database_type=run.connection.type
    )
    fitting = rows.filter(connection=None) | rows.filter(connection_id=run.connection_id)
    return fitting.only("pk", "sql_query").order_by("pk")


def _previous(run: EvaluationRun) -> EvaluationRun | None:
    earlier = EvaluationRun.objects.filter(
        project_id=run.project_id, connection_id=run.connection_id, finished_at__isnull=False
    )
    return earlier.exclude(pk=run.pk).order_by("-finished_at", "-pk").first()


def _judge(run: EvaluationRun, pair: SqlKnowledge, runner: Callable[[str], tuple[int, float]]) -> EvaluationVerdict:
    verdict = EvaluationVerdict(run=run, knowledge=pair, outcome=Outcome.PASSED)
    try:
        verdict.rows_returned, time_ms = runner(pair.sql_query)
        verdict.execution_time_ms = round(time_ms)
    except (QueryFailed, StatementRefused) as error:
        # Refused is not broken: the schema may be as it was, and the rules another.
        is_refused = isinstance(error, StatementRefused) or error.code in _REFUSALS
        verdict.outcome = Outcome.REFUSED if is_refused else Outcome.BROKEN
        verdict.error_code = error.code[:100]
        verdict.error_message = error.message.replace("\0", "")[:_MAX_MESSAGE]
    return verdict


def _write(verdicts: Sequence[EvaluationVerdict], previous: EvaluationRun | None) -> None:
    before = _outcomes(previous, [verdict.knowledge_id for verdict in verdicts])
    for verdict in verdicts:
        verdict.changed = before.get(verdict.knowledge_id, verdict.outcome) != verdict.outcome
    # Pairs that were removed meanwhile have no row to point to.
    with transaction.atomic():
        ids = [verdict.knowledge_id for verdict in verdicts]
        alive = set(
            SqlKnowledge.objects.select_for_update(of=("self",)).filter(pk__in=ids).values_list("pk", flat=True)
        )
        EvaluationVerdict.objects.bulk_create(verdict for verdict in verdicts if verdict.knowledge_id in alive)


def _outcomes(run: EvaluationRun | None, ids: Sequence[UUID]) -> dict[UUID, str]:
    if run is None:
        return {}
    return dict(run.verdicts.filter(knowledge_id__in=ids).values_list("knowledge_id", "outcome"))


def _finish(run: EvaluationRun, previous: EvaluationRun | None) -> EvaluationRun:
    """Counts come from the rows, so that they are right whatever happened between two attempts.

    A pair that is new since the run before has changed nothing: it is neither mended nor newly broken by itself.
    """
    counts: Counter[tuple[str, bool]] = Counter(run.verdicts.values_list("outcome", "changed"))
    by_outcome = {outcome: counts[outcome, False] + counts[outcome, True] for outcome in Outcome.values}
    run.passed, run.broken, run.refused = (by_outcome[outcome] for outcome in Outcome.values)
    run.total = sum(by_outcome.values())
    run.mended = counts[Outcome.PASSED.value, True]
    was_passed = previous.verdicts.filter(outcome=Outcome.PASSED).values("knowledge_id") if previous else []
    run.newly_broken = run.verdicts.exclude(outcome=Outcome.PASSED).filter(knowledge_id__in=was_passed).count()
    run.finished_at = timezone.now()
    run.save(update_fields=["passed", "broken", "refused", "total", "mended", "newly_broken", "finished_at"])
    return run
