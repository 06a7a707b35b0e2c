"""Reads that join several tables."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, DurationField, QuerySet, Value
from django.db.models.functions import Now

from accounts.models import Account, ApiKey
from accounts.querysets import is_staff
from config.common.problems import NotFound
from projects.selectors import visible_projects
from projects.services import get_abilities
from tasks.models import Task, Worker
from tasks.states import TERMINAL, TaskStatus


def visible_tasks(*, user: Account, key: ApiKey | None = None) -> QuerySet[Task]:
    """Tasks of the projects a person may see, narrowed to one project by a project-bound key; one query more.

    The projects are named one by one: below a subquery the planner knows no figures and walks the newest tasks of the
    whole house in search of one person's old ones.
    """
    if is_staff(user) and key is None:
        return Task.objects.all()
    return Task.objects.filter(project_id__in=list(visible_projects(user, key).values_list("pk", flat=True)))


def get_task(*, user: Account, task_id: UUID, key: ApiKey | None = None) -> Task:
    """One visible task with its project; raises NotFound for strangers as for nobody's task."""
    task = visible_tasks(user=user, key=key).select_related("project", "user").filter(pk=task_id).first()
    if task is None:
        raise NotFound(code="task_not_found")
    return task


def task_abilities(*, task: Task, user: Account) -> dict[str, bool]:
    """What this person may do to this task now: the one map for buttons and 403s.

    `manage` says whether the person may act at all; the verbs add what the state permits. The services check the state
    again under the row's lock, so a stale map is refused there and not obeyed.
    """
    abilities = get_abilities(project=task.project, user=user)
    may_manage = abilities["manage_tasks"] or (task.user_id == user.pk and abilities["submit_tasks"])
    ended, paused = task.status in TERMINAL, task.status == TaskStatus.PAUSED
    return {
        "cancel": may_manage and not ended and task.cancel_requested_at is None,
        "pause": may_manage and not ended and not paused and task.pause_requested_at is None,
        "resume": may_manage and not ended and (paused or task.pause_requested_at is not None),
        "retry": may_manage and task.status in (TaskStatus.FAILED, TaskStatus.CANCELLED),
        "manage": may_manage,
    }


@dataclass(frozen=True)
class Attempt:
    """One claim of a task, from the history."""

    number: int
    actor: str
    worker: Worker | None


def attempts_of(task: Task) -> list[Attempt]:
    """Who worked on it, attempt by attempt; two queries."""
    claims = list(task.history.filter(status_to=TaskStatus.PROCESSING).values_list("attempt", "actor"))
    ids = [actor.removeprefix("worker:") for _number, actor in claims if actor.startswith("worker:")]
    workers = {str(worker.pk): worker for worker in Worker.objects.filter(pk__in=ids)}
    return [Attempt(number, actor, workers.get(actor.removeprefix("worker:"))) for number, actor in claims]


@dataclass(frozen=True)
class QueueLine:
    """One queue on the dashboard: rows by state that have not ended, and the age of the oldest waiting one."""

    queue_name: str
    profile: str
    is_paused: bool
    counts: dict[str, int]
    oldest_waiting_seconds: float | None


# Unfinished rows only: the partial index keeps this independent of how many millions have ended.
_DEPTH = """
SELECT q.queue_name, q.profile, q.is_paused, t.status, count(t.task_id),
    extract(epoch FROM clock_timestamp() - min(t.created_at) FILTER (WHERE t.status IN ('pending', 'in_queue')))::float8
FROM task_queues q LEFT JOIN tasks t ON t.queue_name = q.queue_name AND t.completed_at IS NULL
GROUP BY 1, 2, 3, 4 ORDER BY 1
"""


def queue_overview() -> list[QueueLine]:
    """Depth of every queue by state; one query over the rows that have not ended."""
    lines: dict[str, QueueLine] = {}
    with connection.cursor() as cursor:
        cursor.execute(_DEPTH)
        for name, profile, is_paused, status, count, oldest in cursor.fetchall():
            line = lines.setdefault(name, QueueLine(name, profile, is_paused, {}, None))
            if status is not None:
                line.counts[status] = count
            if oldest is not None and (line.oldest_waiting_seconds or 0.0) < oldest:
                lines[name] = replace(line, oldest_waiting_seconds=oldest)
    return list(lines.values())


def failures_of_last_day() -> list[tuple[str, str, int]]:
    """(kind, error code, count) of tasks that failed in the last 24 hours, the most frequent first."""
    horizon = Now() - Value(timedelta(days=1), output_field=DurationField())
    rows = (
        Task.objects.filter(status=TaskStatus.FAILED, completed_at__gt=horizon)
        .values_list("task_type", "error_code")
        .annotate(count=Count("task_id"))
        .order_by("-count")[:10]
    )
    return [(kind, code, count) for kind, code, count in rows]
