"""Reads of results and feedback."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Avg, Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from accounts.querysets import Viewer, is_staff
from tasks.models import Task

if TYPE_CHECKING:
    from results.models import Result, ResultFeedback


class ResultQuerySet(models.QuerySet["Result"]):
    """Results."""

    def visible_to(self, user: Viewer) -> Self:
        """Results of tasks one may see."""
        return self if is_staff(user) else self.filter(task__in=Task.objects.visible_to(user))

    def with_ratings(self, user: Viewer) -> Self:
        """Adds `average_rating`, `rating_count` and `my_rating` of `user`, without joining feedback to the rows."""
        # By the relation, because models.py imports this module. Averages come as subqueries: joined feedback would
        # repeat each result once per rating and make pages and counts wrong.
        feedback = self.model.feedback.rel.related_model._default_manager.filter(result_id=OuterRef("pk"))
        grouped = feedback.order_by().values("result_id")
        return self.annotate(
            average_rating=Subquery(grouped.annotate(average=Avg("rating")).values("average")),
            rating_count=Coalesce(Subquery(grouped.annotate(count=Count("pk")).values("count")), 0),
            my_rating=Subquery(feedback.filter(user_id=user.pk).values("rating")[:1]),
        )

    def final(self) -> Self:
        """The answer that counts, per task and engine."""
        return self.filter(is_final=True)


class ResultFeedbackQuerySet(models.QuerySet["ResultFeedback"]):
    """Ratings."""

    def visible_to(self, user: Viewer) -> Self:
        """Feedback on results one may see."""
        return self if is_staff(user) else self.filter(result__task__in=Task.objects.visible_to(user))
