"""Runs of the knowledge base against a connection: what broke after a schema change."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.common.models import CreatedModel, TimestampedModel, one_of, uuid7_key
from projects.models import Project
from tasks.models import Task
from text2sql.models.connection import DatabaseConnection
from text2sql.models.knowledge import SqlKnowledge
from text2sql.querysets import EvaluationRunQuerySet, EvaluationVerdictQuerySet


class EvaluationRun(TimestampedModel):
    """Every approved pair of a project run once against one database; the counts are written when it ends.

    `newly_broken` and `mended` compare with the run of the same project and database that ended before.
    """

    id = uuid7_key()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    connection = models.ForeignKey(DatabaseConnection, on_delete=models.CASCADE, related_name="+")
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="+")
    schema_hash = models.CharField(_("schema's hash"), max_length=64, blank=True, default="")
    total = models.IntegerField(_("pairs"), default=0)
    passed = models.IntegerField(_("run"), default=0)
    broken = models.IntegerField(_("broken"), default=0)
    refused = models.IntegerField(_("refused"), default=0)
    newly_broken = models.IntegerField(_("broken since the last one"), default=0)
    mended = models.IntegerField(_("mended since the last one"), default=0)
    finished_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = EvaluationRunQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "sql_evaluation_runs"
        verbose_name = _("evaluation")
        verbose_name_plural = _("evaluations")

    def __str__(self) -> str:
        return str(self.pk)


class Outcome(models.TextChoices):
    """What became of a pair's query.

    Refused by the house's rules is not broken by the database: the schema may be as it was.
    """

    PASSED = "passed", _("Runs")
    BROKEN = "broken", _("Broken")
    REFUSED = "refused", _("Refused")


class EvaluationVerdict(CreatedModel):
    """What one pair did in one run; `changed` says that its outcome differs from the run before."""

    id = uuid7_key()
    run = models.ForeignKey(EvaluationRun, on_delete=models.CASCADE, related_name="verdicts")
    knowledge = models.ForeignKey(SqlKnowledge, on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(_("outcome"), max_length=20, choices=Outcome.choices)
    changed = models.BooleanField(_("other than before"), default=False)
    error_code = models.CharField(_("error code"), max_length=100, blank=True, default="")
    error_message = models.TextField(_("error"), blank=True, default="")
    execution_time_ms = models.IntegerField(_("time (ms)"), null=True, blank=True)
    rows_returned = models.IntegerField(_("rows"), null=True, blank=True)

    objects = EvaluationVerdictQuerySet.as_manager()

    class Meta:
        db_table = "sql_evaluation_verdicts"
        verbose_name = _("verdict")
        verbose_name_plural = _("verdicts")
        constraints = [
            one_of("outcome", Outcome.values, name="sql_evaluation_valid_outcome"),
            models.UniqueConstraint(fields=["run", "knowledge"], name="sql_evaluation_one_per_pair"),
        ]

    def __str__(self) -> str:
        return self.outcome
