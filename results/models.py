"""Results (one per task, engine and attempt) and what people thought of them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.common.models import CreatedModel, TimestampedModel, one_of, uuid7_key
from results.querysets import ResultFeedbackQuerySet, ResultQuerySet
from tasks.models import Engine, Task


class ResultStatus(models.TextChoices):
    """How the engine ended."""

    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")


class Result(CreatedModel):
    """What one engine answered in one attempt, with the price of that day.

    `processing_time` is in milliseconds and the engine's alone; `token_usage` maps units to amounts and
    `price_snapshot` units to the price of one. `cost` is NULL when it is unknown, never 0 for it.
    """

    result_id = uuid7_key()
    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="results")
    attempt = models.PositiveIntegerField(_("attempt"))
    # The name and type below outlive the catalogue's row: history must read the same after an engine was taken out.
    engine = models.ForeignKey(Engine, on_delete=models.SET_NULL, null=True, related_name="+")
    engine_type = models.CharField(_("kind of engine"), max_length=50)
    engine_name = models.CharField(_("engine"), max_length=100)
    engine_version = models.CharField(_("version"), max_length=100, blank=True, default="")
    status = models.CharField(_("status"), max_length=20, choices=ResultStatus.choices, default=ResultStatus.COMPLETED)
    is_final = models.BooleanField(_("final"), default=True)
    output_data = models.JSONField(_("output"))
    confidence_score = models.FloatField(_("confidence"), null=True, blank=True)
    processing_time = models.PositiveIntegerField(_("processing time (ms)"), null=True)
    token_usage = models.JSONField(_("usage"), default=dict, blank=True)
    price_snapshot = models.JSONField(_("prices then"), default=dict, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True, default="")
    error_message = models.TextField(_("error"), blank=True, default="")

    objects = ResultQuerySet.as_manager()

    class Meta:
        db_table = "results"
        verbose_name = _("result")
        verbose_name_plural = _("results")
        indexes = [models.Index(fields=["engine_type"], name="idx_results_engine_type")]
        constraints = [
            models.UniqueConstraint(fields=["task", "engine_name", "attempt"], name="results_unique_attempt"),
            models.UniqueConstraint(
                fields=["task", "engine_name"], condition=Q(is_final=True), name="results_one_final_per_engine"
            ),
            one_of("status", ResultStatus.values, name="results_valid_status"),
            models.CheckConstraint(
                condition=Q(confidence_score=None) | Q(confidence_score__range=(0, 1)),
                name="results_confidence_between_0_and_1",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.engine_name} {self.result_id}"


class ResultFeedback(TimestampedModel):
    """One person's rating of one result; rating again replaces it.

    `rating` is one to five stars. It outlives the membership: averages must not change because people move on.
    """

    feedback_id = uuid7_key()
    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="feedback")
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    rating = models.PositiveSmallIntegerField(_("rating"))
    feedback_text = models.TextField(_("comment"), blank=True, default="")

    objects = ResultFeedbackQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "result_feedback"
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [
            models.UniqueConstraint(fields=["result", "user"], name="result_feedback_one_per_person"),
            models.CheckConstraint(condition=Q(rating__range=(1, 5)), name="result_feedback_rating_1_to_5"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} {self.result_id}"
