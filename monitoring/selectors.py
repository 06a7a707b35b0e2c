"""What the home page shows, in a constant number of queries; whose model calls a request may read; sums of calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, Sum

from accounts.models import Account, ApiKey, UsageQuota
from accounts.querysets import is_staff
from config.common.problems import NotFound
from monitoring.audit.entries import moment_of
from monitoring.models import Interaction, InteractionStatus
from monitoring.querysets import OVERSEERS, InteractionQuerySet, InteractionUsageQuerySet
from projects.models import ProjectMember
from projects.selectors import key_scope
from results.models import Result
from tasks.models import Task
from tasks.registry import kind_title, metered_quota_types, quiet_kinds

#: How far back Home looks; older work lives on its own pages.
RECENT_TASKS = 40
SHOWN = 5


@dataclass(frozen=True)
class Work:
    """One task with the title of its kind."""

    task: Task
    title: str


@dataclass(frozen=True)
class Answer:
    """One final result with the title of the work it answers."""

    result: Result
    title: str


@dataclass(frozen=True)
class Overview:
    """The home page's lists, newest first, each at most `SHOWN` long except quotas."""

    running: list[Work] = field(default_factory=list)
    finished: list[Work] = field(default_factory=list)
    results: list[Answer] = field(default_factory=list)
    quotas: list[UsageQuota] = field(default_factory=list)


def overview_of(user: Account) -> Overview:
    """Four queries whatever the account holds: work in hand, recent work, its results, quotas.

    Tasks in hand are found by their lease, so an old one still shows after forty newer ones.
    """
    own = Task.objects.filter(user=user).exclude(task_type__in=quiet_kinds())
    own = own.select_related("project").defer("input_data", "output_data")
    leased = list(own.filter(lease_expires_at__isnull=False).newest_first()[:SHOWN])
    recent = list(own.newest_first()[:RECENT_TASKS])
    known = {task.pk for task in leased}
    waiting = [task for task in recent if task.is_active and task.pk not in known]
    finished = [task for task in recent if task.is_terminal]
    # Outputs may be a megabyte each, and Home shows none of them.
    results = Result.objects.final().filter(task__in=[task.pk for task in finished]).select_related("task")
    results = results.defer("output_data", "task__input_data", "task__output_data")
    return Overview(
        running=[_work(task) for task in [*leased, *waiting][:SHOWN]],
        finished=[_work(task) for task in finished[:SHOWN]],
        results=[Answer(result, _title(result.task)) for result in results.order_by("-result_id")[:SHOWN]],
        quotas=list(
            UsageQuota.objects.filter(user=user, quota_type__in=metered_quota_types()).order_by("quota_type", "period")
        ),
    )


def _work(task: Task) -> Work:
    return Work(task, _title(task))


def _title(task: Task) -> str:
    return task.title or kind_title(task.task_type)


def visible_interactions(*, user: Account, key: ApiKey | None = None) -> InteractionQuerySet:
    """Model calls a person may see, narrowed to one project by a project-bound key; at most two queries more.

    The projects are named one by one, as in `tasks.selectors.visible_tasks`: below a subquery the planner knows no
    figures and would read the calls of the whole house.
    """
    calls: InteractionQuerySet = Interaction.objects.filter(key_scope(key, "project_id"))
    if is_staff(user):
        return calls
    overseen = ProjectMember.objects.active().filter(user_id=user.pk, role__in=OVERSEERS)
    return calls.filter(Q(user_id=user.pk) | Q(project_id__in=list(overseen.values_list("project_id", flat=True))))


def get_interaction(*, user: Account, interaction_id: UUID, key: ApiKey | None = None) -> Interaction:
    """One visible call; raises NotFound for strangers as for nobody's call."""
    try:
        # With its time, only one partition is looked into.
        moment = moment_of(interaction_id)
    except (ValueError, OverflowError):
        raise NotFound(code="interaction_not_found") from None
    call = visible_interactions(user=user, key=key).filter(pk=interaction_id, timestamp=moment).first()
    if call is None:
        raise NotFound(code="interaction_not_found")
    return call


@dataclass
class UsageSum:
    """Calls of any number of hours. `costs` are amounts by currency; times are in milliseconds, None when unknown."""

    calls: int = 0
    errors: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    costs: dict[str, Decimal] = field(default_factory=dict)
    timed_calls: int = 0
    time_sum_ms: int = 0
    slowest_ms: int | None = None

    @property
    def mean_ms(self) -> float | None:
        """Of the calls that told their time."""
        return self.time_sum_ms / self.timed_calls if self.timed_calls else None

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a row of `_SUMS` and its currency in."""
        for name in ("calls", "errors", "prompt_tokens", "completion_tokens", "timed_calls", "time_sum_ms"):
            setattr(self, name, getattr(self, name) + (row[f"all_{name}"] or 0))
        if row["all_cost"] is not None:
            self.costs[row["currency"]] = self.costs.get(row["currency"], Decimal(0)) + row["all_cost"]
        times = [time for time in (self.slowest_ms, row["all_slowest_ms"]) if time is not None]
        self.slowest_ms = max(times, default=None)


_SUMS = {
    "all_calls": Sum("calls"),
    "all_errors": Sum("calls", filter=Q(status=InteractionStatus.ERROR)),
    "all_prompt_tokens": Sum("prompt_tokens"),
    "all_completion_tokens": Sum("completion_tokens"),
    "all_cost": Sum("cost"),
    "all_timed_calls": Sum("timed_calls"),
    "all_time_sum_ms": Sum("response_time_ms_sum"),
    "all_slowest_ms": Max("response_time_ms_max"),
}


def usage_by_engine(rows: InteractionUsageQuerySet) -> dict[str, UsageSum]:
    """Sums of each engine, the most called first; one query."""
    engines: dict[str, UsageSum] = {}
    for row in rows.order_by().values("engine_name", "currency").annotate(**_SUMS):
        engines.setdefault(row["engine_name"], UsageSum()).add(row)
    return dict(sorted(engines.items(), key=lambda item: (-item[1].calls, item[0])))


def usage_total(rows: InteractionUsageQuerySet) -> UsageSum:
    """One sum of all rows; one query."""
    total = UsageSum()
    for row in rows.order_by().values("currency").annotate(**_SUMS):
        total.add(row)
    return total
