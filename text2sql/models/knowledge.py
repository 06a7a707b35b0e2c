"""Questions whose queries are known (D2 sql_knowledge_base)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _
from pgvector.django import HnswIndex, VectorField

from accounts.models import Account
from chatbot.models.file import DIMENSIONS
from chatbot.models.searching import search_column
from config.common.models import TimestampedModel, one_of, uuid7_key
from projects.models import Project
from text2sql.models.connection import DatabaseConnection, DatabaseKind
from text2sql.querysets import SqlKnowledgeQuerySet


class KnowledgeStatus(models.TextChoices):
    """Only approved pairs answer questions (`is_correct` of D2 says the same)."""

    PROPOSED = "proposed", _("Proposed")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class SqlKnowledge(TimestampedModel):
    """A question with its query, for one project and, where `connection` is set, one database.

    `question_mask` is the question with those values replaced by typed slots that stand in the query, `slots` are their
    values (`text2sql.knowledge`); `mask_hash` finds those equal but for types, `question_hash` the same question,
    `sql_hash` the same query but for these values. `schema_references` are the names it reads. `wrong_count` takes rank
    away, `confirmed_count` gives it back. `wordings` are questions of pairs that were merged into this one.
    """

    id = uuid7_key()
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", verbose_name=_("project"))
    connection = models.ForeignKey(
        DatabaseConnection, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("connection"),
    )  # fmt: skip
    question = models.TextField(_("question"))
    sql_query = models.TextField(_("query"))
    database_type = models.CharField(_("type"), max_length=50, choices=DatabaseKind.choices)
    schema_name = models.CharField(_("schema"), max_length=100, blank=True, default="")
    schema_hash = models.CharField(_("schema's hash"), max_length=64, blank=True, default="", db_index=True)
    status = models.CharField(
        _("status"), max_length=20, choices=KnowledgeStatus.choices, default=KnowledgeStatus.PROPOSED
    )
    is_correct = models.GeneratedField(
        expression=Case(When(status=KnowledgeStatus.APPROVED.value, then=True), default=False),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    usage_count = models.IntegerField(_("used"), default=0, editable=False)
    success_count = models.IntegerField(_("ran well"), default=0, editable=False)
    failure_count = models.IntegerField(_("failed"), default=0, editable=False)
    wrong_count = models.IntegerField(_("called wrong"), default=0, editable=False)
    confirmed_count = models.IntegerField(_("called right"), default=0, editable=False)
    avg_execution_time_ms = models.IntegerField(_("average time (ms)"), null=True, blank=True, editable=False)
    success_rate = models.DecimalField(
        _("success (%)"), max_digits=5, decimal_places=2, null=True, blank=True, editable=False
    )
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    question_mask = models.TextField(_("question without its values"), default="", editable=False)
    mask_hash = models.CharField(max_length=64, default="", editable=False)
    question_hash = models.CharField(max_length=64, default="", editable=False)
    sql_hash = models.CharField(max_length=64, default="", editable=False)
    slots = models.JSONField(_("its values"), default=list, editable=False)
    schema_references = models.JSONField(_("names it reads"), default=list, editable=False)
    wordings = ArrayField(models.TextField(), verbose_name=_("other wordings"), default=list, blank=True)
    search = search_column("question")
    embedding = VectorField(_("meaning"), dimensions=DIMENSIONS, null=True, blank=True, editable=False)
    created_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    approved_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    objects = SqlKnowledgeQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "sql_knowledge_base"
        verbose_name = _("known question")
        verbose_name_plural = _("knowledge base")
        indexes = [
            models.Index(fields=["project", "database_type", "mask_hash"], name="sql_knowledge_masks"),
            models.Index(fields=["project", "question_hash"], name="sql_knowledge_questions"),
            models.Index(fields=["project", "-id"], name="sql_knowledge_newest"),
            models.Index(fields=["-usage_count"], name="idx_kb_usage"),
            GinIndex(fields=["tags"], name="idx_kb_tags"),
            GinIndex(fields=["search"], name="sql_knowledge_search"),
            HnswIndex(fields=["embedding"], opclasses=["vector_cosine_ops"], name="sql_knowledge_meaning"),
        ]
        constraints = [
            one_of("status", KnowledgeStatus.values, name="sql_knowledge_valid_status"),
            one_of("database_type", DatabaseKind.values, name="sql_knowledge_valid_type"),
        ]

    def __str__(self) -> str:
        return self.question[:80]
