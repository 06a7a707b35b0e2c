"""What the home page shows: one's own work, quotas and results, in a constant number of queries."""

from dataclasses import dataclass, field

from accounts.models import Account, UsageQuota
from results.models import Result
from tasks.models import Task
from tasks.registry import kind_title, metered_quota_types

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
    own = Task.objects.filter(user=user).select_related("project").defer("input_data", "output_data")
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
