"""The task's states and legal transitions: the one table that trigger, services and pages share."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TaskStatus(models.TextChoices):
    """The eight states of D1."""

    PENDING = "pending", _("Pending")
    IN_QUEUE = "in_queue", _("In queue")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")
    PAUSED = "paused", _("Paused")
    RETRYING = "retrying", _("Retrying")


TERMINAL = (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED)
WAITING = (TaskStatus.PENDING, TaskStatus.IN_QUEUE, TaskStatus.RETRYING, TaskStatus.PAUSED)
ACTIVE = (*WAITING, TaskStatus.PROCESSING)

#: Why these and no others: a claim needs a message (only `in_queue` leads to `processing`), what runs is fenced (only
#: its own worker or an expired lease ends it), and an end is left by a person's retry alone - but never `completed`,
#: whose results have been charged and shown.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "pending": ("in_queue", "cancelled", "paused", "failed"),
    "in_queue": ("processing", "pending", "cancelled", "paused", "failed"),
    "processing": ("completed", "failed", "retrying", "cancelled", "paused", "pending"),
    "retrying": ("pending", "cancelled", "paused", "failed"),
    "paused": ("pending", "cancelled", "failed"),
    "failed": ("pending",),
    "cancelled": ("pending",),
    "completed": (),
}


class ChildPolicy(models.TextChoices):
    """What a failed child means for its chain.

    FAIL stops the siblings and fails the parent; SKIP cancels the later steps only, and the parent runs; CONTINUE goes
    on as if the child had completed. A child that will be tried again has not failed yet.
    """

    FAIL = "fail", _("Fail the chain")
    SKIP = "skip", _("Skip the later steps")
    CONTINUE = "continue", _("Continue")


class WorkerProfile(models.TextChoices):
    """Light workers run threads; a heavy worker is one process with one resident model."""

    LIGHT = "light", _("Light")
    HEAVY = "heavy", _("Heavy")
