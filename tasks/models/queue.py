"""Queues and the workers that serve them."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.common.models import TimestampedModel, one_of, uuid7_key
from tasks.querysets import QueueQuerySet, WorkerQuerySet
from tasks.states import WorkerProfile


class Queue(TimestampedModel):
    """A named queue (the Celery queue and Redis LIST of the same name). Pausing it stops claims at once."""

    queue_id = uuid7_key()
    queue_name = models.CharField(_("queue"), max_length=50, unique=True)
    profile = models.CharField(_("workers"), max_length=20, choices=WorkerProfile.choices, default=WorkerProfile.LIGHT)
    is_paused = models.BooleanField(_("paused"), default=False)
    paused_at = models.DateTimeField(_("paused at"), null=True, blank=True)
    paused_by = models.ForeignKey(
        Account, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("paused by")
    )
    paused_reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    window = models.PositiveIntegerField(
        _("window"), null=True, blank=True, help_text=_("Most rows in queue at once; empty: TASK_QUEUE_WINDOW.")
    )

    objects = QueueQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "task_queues"
        verbose_name = _("queue")
        verbose_name_plural = _("queues")
        constraints = [one_of("profile", WorkerProfile.values, name="task_queues_valid_profile")]

    def __str__(self) -> str:
        return self.queue_name


class Worker(models.Model):
    """One start of one worker process; its id is new at each start.

    The id is part of the fence: a process that was taken for dead cannot come back under its old name. Rows are kept
    after the end, because the history names them.
    """

    worker_id = uuid7_key()
    hostname = models.CharField(_("host"), max_length=255)
    pid = models.PositiveIntegerField(_("process id"))
    profile = models.CharField(_("profile"), max_length=20, choices=WorkerProfile.choices)
    queues = models.JSONField(_("queues"), default=list)
    concurrency = models.PositiveSmallIntegerField(_("concurrency"), default=1)
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    last_seen_at = models.DateTimeField(_("last seen at"), db_default=Now())
    last_claim_at = models.DateTimeField(_("last claim at"), null=True, blank=True)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    stop_reason = models.CharField(_("why it stopped"), max_length=200, blank=True, default="")

    objects = WorkerQuerySet.as_manager()

    class Meta:
        db_table = "workers"
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        constraints = [one_of("profile", WorkerProfile.values, name="workers_valid_profile")]

    def __str__(self) -> str:
        return f"{self.hostname}:{self.pid}"
