"""Reads of tasks, their history, queues, workers and engines."""

from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.querysets import Viewer, is_staff
from projects.models import ProjectMember
from tasks.states import ACTIVE, TERMINAL

if TYPE_CHECKING:
    from tasks.models import Engine, Queue, Task, TaskHistory, Worker

#: A worker that was not seen for this long counts as gone; it reports every 5 s.
WORKER_ALIVE_SECONDS = 20


class TaskQuerySet(models.QuerySet["Task"]):
    """Tasks."""

    def visible_to(self, user: Viewer) -> Self:
        """Tasks of the projects one is an active member of; staff see all."""
        if is_staff(user):
            return self
        projects = ProjectMember.objects.filter(user_id=user.pk, status="active").values("project_id")
        return self.filter(project_id__in=projects)

    def active(self) -> Self:
        """Not ended.

        Paused and waiting for children included: they hold quota and can still be cancelled.
        """
        return self.filter(status__in=ACTIVE)

    def ended(self) -> Self:
        """Completed, failed or cancelled."""
        return self.filter(status__in=TERMINAL)

    # Not by `created_at`: it has no index, and rows of one statement share it.
    def newest_first(self) -> Self:
        """By primary key: UUIDv7 sorts by time."""
        return self.order_by("-task_id")


class TaskHistoryQuerySet(models.QuerySet["TaskHistory"]):
    """Transitions."""

    def visible_to(self, user: Viewer) -> Self:
        """Of tasks one may see."""
        if is_staff(user):
            return self
        projects = ProjectMember.objects.filter(user_id=user.pk, status="active").values("project_id")
        return self.filter(task__project_id__in=projects)


class QueueQuerySet(models.QuerySet["Queue"]):
    """Queues."""

    def visible_to(self, user: Viewer) -> Self:
        """Operations only."""
        return self if is_staff(user) else self.none()


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Workers."""

    def visible_to(self, user: Viewer) -> Self:
        """Operations only."""
        return self if is_staff(user) else self.none()

    def alive(self) -> Self:
        """Seen lately, by the database's clock, and not stopped."""
        horizon = Now() - models.Value(timedelta(seconds=WORKER_ALIVE_SECONDS), output_field=models.DurationField())
        return self.filter(stopped_at=None, last_seen_at__gt=horizon)


class EngineQuerySet(models.QuerySet["Engine"]):
    """The catalogue."""

    def visible_to(self, user: Viewer) -> Self:
        """Everybody signed in may see enabled engines; staff see all."""
        return self if is_staff(user) else self.filter(is_enabled=True)

    def enabled(self, domain: str) -> Self:
        """Usable engines of one domain, the default first."""
        return self.filter(domain=domain, is_enabled=True).order_by("-is_default", "name")

    def named(self, domain: str, name: str) -> Self:
        """By the name requests use."""
        return self.filter(Q(domain=domain) & Q(name=name))
