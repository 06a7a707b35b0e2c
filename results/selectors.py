"""Reads of results that join tasks, feedback and engines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Aggregate, Avg, Count, FloatField, Q, QuerySet, Sum
from django.utils import timezone

from accounts.models import Account, ApiKey
from accounts.querysets import Viewer
from config.common.problems import NotFound
from projects.selectors import key_scope
from results.models import Result, ResultFeedback, ResultStatus
from results.querysets import ResultQuerySet
from tasks.models import Task


class Median(Aggregate):
    """PostgreSQL's continuous median: between the two middle values when their number is even.

    A mean would be moved by the one request that waited for a model to load.
    """

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def visible_results(user: Viewer, key: ApiKey | None = None) -> ResultQuerySet:
    """Results of one's projects, narrowed to one project by a project-bound key."""
    results: ResultQuerySet = Result.objects.visible_to(user)
    return results.filter(key_scope(key, "task__project_id"))


def get_result(*, user: Account, result_id: UUID, key: ApiKey | None = None) -> Result:
    """One visible result with its task and project; raises NotFound for strangers as for nobody's result."""
    results = visible_results(user, key).select_related("task__project", "engine").with_ratings(user)
    result = results.filter(pk=result_id).first()
    if result is None:
        raise NotFound(code="result_not_found")
    return result


def answers_of(*, task: Task, user: Account) -> list[Result]:
    """The final answers of all engines to one task, by engine, with ratings; one query."""
    # By name, so that the columns of a comparison stay where they are when one more engine has answered.
    results = Result.objects.visible_to(user).final().filter(task=task).with_ratings(user)
    return list(results.select_related("task__project").order_by("engine_name"))


@dataclass(frozen=True)
class EngineSummary:
    """How one engine did: what people thought, what it cost, how quick it was.

    `cost` sums the results whose cost is known, in `currency`; sums of two currencies are two rows.
    """

    engine_type: str
    engine_name: str
    currency: str
    results: int
    failures: int
    median_ms: float | None
    cost: Decimal | None
    average_rating: float | None
    ratings: int


def summarize_engines(results: QuerySet[Result], *, days: int | None = None) -> list[EngineSummary]:
    """Per engine and currency, the preferred one first; `days` looks back from now. Two queries.

    Failures count in neither speed nor rating. Engines that nobody rated come last, the busiest of them first.
    """
    if days is not None:
        results = results.filter(created_at__gte=timezone.now() - timedelta(days=days))
    final = results.filter(is_final=True).order_by()
    answered = Q(status=ResultStatus.COMPLETED)
    figures = final.values("engine_type", "engine_name", "currency").annotate(
        results=Count("pk"),
        failures=Count("pk", filter=~answered),
        median_ms=Median("processing_time", filter=answered),
        cost=Sum("cost"),
    )
    ratings = _ratings_by_engine(final)
    nobody: dict[str, Any] = {"average_rating": None, "ratings": 0}
    rows = [EngineSummary(**row, **ratings.get(_engine_key(row), nobody)) for row in figures]
    return sorted(rows, key=lambda row: (-(row.average_rating or 0), -row.ratings, -row.results, row.engine_name))


def _engine_key(row: Mapping[str, Any]) -> tuple[str, str, str]:
    return row["engine_type"], row["engine_name"], row["currency"]


def _ratings_by_engine(final: QuerySet[Result]) -> dict[tuple[str, str, str], dict[str, Any]]:
    """A query of its own: joining feedback to the figures would count a result once per rating."""
    names = {name: f"result__{name}" for name in ("engine_type", "engine_name", "currency")}
    rows = (
        ResultFeedback.objects.filter(result__in=final)
        .values(*names.values())
        .annotate(average=Avg("rating"), count=Count("pk"))
    )
    return {
        (row["result__engine_type"], row["result__engine_name"], row["result__currency"]): {
            "average_rating": row["average"],
            "ratings": row["count"],
        }
        for row in rows
    }


def count_tasks_by_status(*, project_id: UUID, days: int | None = None) -> dict[str, int]:
    """How many tasks of a project are in each state.

    States without tasks are absent. `days` looks back from now, by the tasks' creation.
    """
    tasks = Task.objects.filter(project_id=project_id)
    if days is not None:
        tasks = tasks.filter(created_at__gte=timezone.now() - timedelta(days=days))
    return dict(tasks.order_by().values_list("status").annotate(count=Count("pk")))
