"""Reads of results and feedback."""

from typing import TYPE_CHECKING, Self

from django.db import models

from accounts.querysets import Viewer, is_staff
from tasks.models import Task

if TYPE_CHECKING:
    pass


class ResultQuerySet(models.QuerySet["Result"]):
    """Results."""

    def visible_to(self, user: Viewer) -> Self:
        """Results of tasks one may see."""
        return self if is_staff(user) else self.filter(task__in=Task.objects.visible_to(user))

    def final(self) -> Self:
        """The answer that counts, per task and engine."""
        return self.filter(is_final=True)


class ResultFeedbackQuerySet(models.QuerySet["ResultFeedback"]):
    """Ratings."""

    def visible_to(self, user: Viewer) -> Self:
        """Feedback on results one may see."""
        return self if is_staff(user) else self.filter(result__task__in=Task.objects.visible_to(user))
