"""The task row (D1 tasks, D4 queue_status) and its history; the row is the truth, the broker carries ids."""

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Least
from django.db.models.lookups import GreaterThanOrEqual
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, ApiKey
from config.common.models import TimestampedModel, one_of, uuid7_key
from projects.models import Project
from tasks.models.queue import Worker
from tasks.models.triggers import fixed_parent_trigger, transition_trigger
from tasks.querysets import TaskHistoryQuerySet, TaskQuerySet
from tasks.states import ACTIVE, TERMINAL, ChildPolicy, TaskStatus

#: Which moment is set in which state (`task_columns_fit`, migration 0003).
_MOMENTS = ("lease_expires_at", "enqueued_at", "next_retry_at", "completed_at")
_COUNTERS = (
    "attempt", "retry_count", "max_retries", "crash_count", "publish_count", "pending_deps", "execution_order",
    "progress",
)  # fmt: skip


class Task(TimestampedModel):
    """One piece of work of any kind. `attempt` is the fencing token: +1 at each claim, never reset."""

    task_id = uuid7_key()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_column="api_key", db_index=False
    )
    task_type = models.CharField(_("kind"), max_length=50)
    title = models.CharField(_("title"), max_length=200, blank=True, default="")
    queue_name = models.CharField(_("queue"), max_length=50)
    priority = models.IntegerField(_("priority"), default=1)
    status = models.CharField(_("status"), max_length=50, choices=TaskStatus.choices, default=TaskStatus.PENDING)
    input_data = models.JSONField(_("input"))
    output_data = models.JSONField(_("output"), null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=100, blank=True, default="")
    error_message = models.TextField(_("error"), blank=True, default="")
    progress = models.SmallIntegerField(_("progress (%)"), default=0)
    progress_message = models.CharField(_("doing"), max_length=200, blank=True, default="")
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    completed_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    deadline = models.DateTimeField(_("deadline"), null=True, blank=True)
    assigned_worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    attempt = models.IntegerField(_("attempt"), default=0)
    lease_expires_at = models.DateTimeField(_("lease until"), null=True, blank=True)
    retry_count = models.IntegerField(_("retries"), default=0)
    max_retries = models.IntegerField(_("most retries"), default=3)
    next_retry_at = models.DateTimeField(_("next retry at"), null=True, blank=True)
    crash_count = models.IntegerField(_("crashes"), default=0)
    enqueued_at = models.DateTimeField(_("in queue since"), null=True, blank=True)
    publish_count = models.IntegerField(_("times published"), default=0)
    cancel_requested_at = models.DateTimeField(_("cancel asked at"), null=True, blank=True)
    pause_requested_at = models.DateTimeField(_("pause asked at"), null=True, blank=True)
    parent_task = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", db_index=False
    )
    execution_order = models.IntegerField(_("step"), null=True, blank=True)
    pending_deps = models.IntegerField(_("waits for"), default=0)
    child_policy = models.CharField(
        _("when a child fails"), max_length=20, choices=ChildPolicy.choices, default=ChildPolicy.FAIL
    )
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)
    idempotency_hash = models.CharField(max_length=64, blank=True, default="")
    request_id = models.CharField(_("request id"), max_length=64, blank=True, default="")
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "tasks"
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        triggers = [transition_trigger(), fixed_parent_trigger()]
        # Partial indexes stand on timestamp columns: one on a status looks empty to the planner, which then prefers it
        # to the primary key and slows claims tenfold while an old snapshot is open (PROTOCOLS, traps measured).
        indexes = [
            models.Index("queue_name", F("priority").desc(), "task_id", name="tasks_ready",
                         condition=Q(status="pending", pending_deps=0)),
            models.Index("project", F("task_id").desc(), name="tasks_by_project"),
            models.Index("user", F("task_id").desc(), name="tasks_by_user"),
            models.Index("parent_task", "execution_order", name="tasks_by_parent",
                         condition=Q(parent_task__isnull=False)),
            models.Index("next_retry_at", name="tasks_retry_due", condition=Q(next_retry_at__isnull=False)),
            models.Index("queue_name", "enqueued_at", name="tasks_enqueued", condition=Q(enqueued_at__isnull=False)),
            models.Index("lease_expires_at", name="tasks_leased", condition=Q(lease_expires_at__isnull=False)),
            models.Index("deadline", name="tasks_deadline",
                         condition=Q(deadline__isnull=False, completed_at__isnull=True)),
            models.Index("queue_name", name="tasks_unfinished",
                         condition=Q(completed_at__isnull=True)),
            models.Index("completed_at", name="tasks_ended", condition=Q(completed_at__isnull=False)),
            models.Index("task_id", name="tasks_blocked", condition=Q(pending_deps__gt=0)),
        ]  # fmt: skip
        constraints = [
            # PostgreSQL reads the text of every CHECK anew for each statement: few and short ones are quick (ADR 9).
            models.CheckConstraint(
                condition=Func("status", *_MOMENTS, function="task_columns_fit", output_field=models.BooleanField()),
                name="tasks_columns_fit_status",
            ),
            models.CheckConstraint(
                condition=GreaterThanOrEqual(Least(*_COUNTERS, output_field=models.IntegerField()), 0),
                name="tasks_counters_not_negative",
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="tasks_progress_at_most_100"),
            one_of("child_policy", ChildPolicy.values, name="tasks_valid_child_policy"),
            models.CheckConstraint(condition=~Q(parent_task=F("task_id")), name="tasks_not_its_own_parent"),
            models.UniqueConstraint(
                fields=["user", "idempotency_key"],
                condition=Q(idempotency_key__isnull=False),
                name="tasks_idempotency_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_type} {self.task_id}"

    @property
    def is_terminal(self) -> bool:
        """Ended; only a person's retry starts it again."""
        return self.status in TERMINAL

    @property
    def is_active(self) -> bool:
        """Not ended yet."""
        return self.status in ACTIVE


class TaskHistory(models.Model):
    """One transition, written by the database's trigger only, so psql and the admin are recorded too."""

    history_id = uuid7_key()
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="history")
    attempt = models.IntegerField(_("attempt"))
    status_from = models.CharField(_("from"), max_length=20, null=True)
    status_to = models.CharField(_("to"), max_length=20)
    changed_at = models.DateTimeField(_("at"))
    changed_by = models.UUIDField(_("account"), null=True)
    actor = models.CharField(_("by"), max_length=100)
    reason = models.TextField(_("reason"), blank=True, default="")

    objects = TaskHistoryQuerySet.as_manager()

    class Meta:
        db_table = "task_history"
        verbose_name = _("transition")
        verbose_name_plural = _("task history")
        ordering = ["changed_at", "history_id"]

    def __str__(self) -> str:
        return f"{self.status_from or '-'} -> {self.status_to}"
