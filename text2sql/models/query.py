"""Questions asked and what became of them (D2 query_history), and files made from results."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from config.common.models import TimestampedModel, one_of, uuid7_key
from projects.models import Project
from tasks.models import Task
from text2sql.models.connection import DatabaseConnection
from text2sql.models.knowledge import SqlKnowledge
from text2sql.models.triggers import use_counter_trigger
from text2sql.querysets import QueryExportQuerySet, QueryHistoryQuerySet


class QueryStatus(models.TextChoices):
    """D2's success, error and timeout, and what a question may be besides."""

    PENDING = "pending", _("Being answered")
    SUCCESS = "success", _("Answered")
    ERROR = "error", _("Error")
    TIMEOUT = "timeout", _("Timed out")
    UNCLEAR = "unclear", _("Asked back")
    REFUSED = "refused", _("Refused")
    CANCELLED = "cancelled", _("Cancelled")


class Feedback(models.TextChoices):
    """What a person says of an answer.

    Of one's own questions, and as often as one likes: another word takes back what the last one did.
    """

    CORRECT = "correct", _("Right")
    PARTIAL = "partial", _("Partly right")
    WRONG = "wrong", _("Wrong")


class QuerySource(models.TextChoices):
    """Where the query came from.

    An edited query is the person's, whatever it began as; `follows` leads back to the answer it was edited from.
    """

    ENGINE = "engine", _("Engine")
    KNOWLEDGE = "knowledge", _("Knowledge base")
    PERSON = "person", _("Written by hand")


class QueryHistory(TimestampedModel):
    """One question, or a query that a person wrote, with the query that ran and its result's first ten rows.

    `follows` is the question it continues, or the answer whose query was edited. `result_file` holds the rows that the
    browser may page through, until it is cleaned. `answer` holds what the page shows besides: columns, steps, reasons,
    other candidates, a question back, warnings, the plan's cost, the chart.
    """

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", verbose_name=_("project"))
    connection = models.ForeignKey(
        DatabaseConnection, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("connection"),
    )  # fmt: skip
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="+", verbose_name=_("task"))
    follows = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    question = models.TextField(_("question"), blank=True, default="")
    sql_query = models.TextField(_("query"), blank=True, default="")
    source = models.CharField(
        _("where the query came from"), max_length=20, choices=QuerySource.choices, default=QuerySource.ENGINE
    )
    engine_name = models.CharField(_("engine"), max_length=100, blank=True, default="")
    confidence = models.FloatField(_("confidence"), null=True, blank=True)
    execution_time_ms = models.IntegerField(_("time (ms)"), null=True, blank=True)
    rows_returned = models.IntegerField(_("rows"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=QueryStatus.choices, default=QueryStatus.PENDING)
    error_code = models.CharField(_("error code"), max_length=100, blank=True, default="")
    error_message = models.TextField(_("error"), blank=True, default="")
    result_preview = models.JSONField(_("first rows"), null=True, blank=True)
    result_file = models.CharField(_("rows' file"), max_length=500, blank=True, default="", editable=False)
    result_bytes = models.PositiveBigIntegerField(_("rows' size (bytes)"), null=True, blank=True, editable=False)
    answer = models.JSONField(_("answer"), default=dict, blank=True)
    kb_match = models.ForeignKey(
        SqlKnowledge, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("known as")
    )
    feedback = models.CharField(_("feedback"), max_length=20, choices=Feedback.choices, blank=True, default="")

    objects = QueryHistoryQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "query_history"
        verbose_name = _("question to a database")
        verbose_name_plural = _("questions to databases")
        triggers = [*TimestampedModel.Meta.triggers, use_counter_trigger()]
        indexes = [
            models.Index(fields=["user", "-id"], name="query_history_of_person"),
            models.Index(fields=["project", "-id"], name="query_history_of_project"),
            models.Index(fields=["result_file"], name="query_history_files"),
        ]
        constraints = [
            one_of("status", QueryStatus.values, name="query_history_valid_status"),
            one_of("source", QuerySource.values, name="query_history_valid_source"),
            one_of("feedback", ["", *Feedback.values], name="query_history_valid_feedback"),
        ]

    def __str__(self) -> str:
        return (self.question or self.sql_query)[:80]


class QueryExport(TimestampedModel):
    """All rows of a query as a file, made by a worker; cleaned some days later.

    `rows` and `file_size` (bytes) are there with the file; how far it has come, and what went wrong, is the task's to
    say.
    """

    id = uuid7_key()
    query = models.ForeignKey(QueryHistory, on_delete=models.CASCADE, related_name="exports")
    task = models.OneToOneField(Task, on_delete=models.CASCADE, related_name="+", verbose_name=_("task"))
    file_format = models.CharField(_("format"), max_length=10)
    file_path = models.CharField(_("path in the storage"), max_length=500, blank=True, default="", db_index=True)
    file_size = models.PositiveBigIntegerField(_("size (bytes)"), null=True, blank=True)
    rows = models.BigIntegerField(_("rows"), null=True, blank=True)

    objects = QueryExportQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "query_exports"
        verbose_name = _("export of a query")
        verbose_name_plural = _("exports of queries")

    def __str__(self) -> str:
        return f"{self.file_format} {self.pk}"
