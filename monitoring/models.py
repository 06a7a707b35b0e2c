"""The audit of every model call (D5 logs), its sums by the hour, and how far the streams were moved that fill it."""

from decimal import Decimal
from uuid import UUID

from django.db import models
from django.db.models import Func, Q, UUIDField, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, ApiKey
from config.common.models import one_of, uuid7_key
from monitoring.querysets import (
    InteractionQuerySet,
    InteractionUsageQuerySet,
    StreamOffsetQuerySet,
    StreamRejectQuerySet,
)
from projects.models import Project

#: `error_code` of calls whose end nobody reported.
ABANDONED = "abandoned"
_NOBODY = Value(UUID(int=0), output_field=UUIDField())


class InteractionStatus(models.TextChoices):
    """How a call ended; `started` while it runs."""

    STARTED = "started", _("Started")
    SUCCESS = "success", _("Success")
    BLOCKED = "blocked", _("Blocked")
    ERROR = "error", _("Error")


#: What a call can end as.
ENDED = [(status.value, status.label) for status in InteractionStatus if status != InteractionStatus.STARTED]


class Interaction(models.Model):
    """One call of a model, whoever asked for it. Rows come from the stream `audit:interactions`, never from `save()`.

    The table is partitioned by the month of `timestamp`, so its key is (id, timestamp). `id` alone is unique all the
    same, which Django's admin needs: a CHECK ties `timestamp` to the moment inside the UUIDv7.
    """

    id = uuid7_key()
    timestamp = models.DateTimeField(_("time"), editable=False)
    user = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("person")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("project")
    )
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("API key")
    )
    # Conversations and their messages live on a floor above and are only named.
    conversation_id = models.UUIDField(_("conversation"), null=True)
    message_id = models.UUIDField(_("message"), null=True)
    endpoint = models.CharField(_("endpoint"), max_length=100, default="")
    model = models.CharField(_("model"), max_length=200, default="")
    engine_name = models.CharField(_("engine"), max_length=100, default="")
    prompt = models.TextField(_("prompt"), default="")
    system_message = models.TextField(_("system message"), default="")
    response = models.TextField(_("response"), default="")
    content_deleted_at = models.DateTimeField(_("content deleted at"), null=True)
    intent_classification = models.CharField(_("intent"), max_length=100, default="")
    confidence_score = models.DecimalField(_("confidence"), max_digits=3, decimal_places=2, null=True)
    deviation_score_delta = models.DecimalField(
        _("change of the deviation score"), max_digits=5, decimal_places=2, default=Decimal(0)
    )
    user_score_before = models.DecimalField(_("score before"), max_digits=5, decimal_places=2, null=True)
    user_score_after = models.DecimalField(_("score after"), max_digits=5, decimal_places=2, null=True)
    total_tokens = models.PositiveIntegerField(_("tokens"), null=True)
    prompt_tokens = models.PositiveIntegerField(_("tokens of the prompt"), null=True)
    completion_tokens = models.PositiveIntegerField(_("tokens of the response"), null=True)
    usage = models.JSONField(_("usage"), default=dict, help_text=_("Quota type to amount."))
    cost = models.DecimalField(_("cost"), max_digits=14, decimal_places=6, null=True)
    currency = models.CharField(_("currency"), max_length=3, default="")
    response_time_ms = models.PositiveIntegerField(_("response time (ms)"), null=True)
    first_token_ms = models.PositiveIntegerField(_("time to first token (ms)"), null=True)
    is_streaming = models.BooleanField(_("streamed"), default=False)
    is_partial = models.BooleanField(_("ended early"), default=False)
    ip_address = models.GenericIPAddressField(_("address"), null=True)
    user_agent = models.TextField(_("program"), default="")
    request_id = models.CharField(_("request id"), max_length=64, default="")
    status = models.CharField(_("status"), max_length=20, choices=InteractionStatus.choices)
    error_code = models.CharField(_("error code"), max_length=100, default="")
    error_message = models.TextField(_("error"), default="")
    finished_at = models.DateTimeField(_("ended at"), null=True)

    objects = InteractionQuerySet.as_manager()

    class Meta:
        db_table = "interactions"
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [
            models.Index(fields=["user", "timestamp"], name="interactions_user"),
            models.Index(fields=["project", "timestamp"], name="interactions_project"),
            models.Index(fields=["status", "timestamp"], name="interactions_status"),
            models.Index(fields=["intent_classification", "timestamp"], name="interactions_intent"),
            models.Index(fields=["request_id"], name="interactions_request"),
            models.Index(fields=["timestamp"], name="interactions_time"),
            # What the retention of contents has still to look at; without it each run would read all older rows.
            models.Index(fields=["timestamp"], name="interactions_content", condition=Q(content_deleted_at=None)),
        ]
        constraints = [
            one_of("status", InteractionStatus.values, name="interactions_valid_status"),
            models.CheckConstraint(
                condition=Q(status="started", finished_at=None) | (~Q(status="started") & Q(finished_at__isnull=False)),
                name="interactions_finished_at_iff_ended",
            ),
            models.CheckConstraint(
                condition=Q(timestamp=Func("id", function="uuid7_time", output_field=models.DateTimeField())),
                name="interactions_timestamp_is_of_id",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.id}"


class InteractionUsage(models.Model):
    """Calls that ended, summed by the hour in which they began (UTC); kept when their partitions are dropped.

    `cost` is None where no call had a price; `timed_calls` are those that `response_time_ms_sum` is the sum of.
    """

    id = uuid7_key()
    hour = models.DateTimeField(_("hour"))
    user = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("person")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("project")
    )
    engine_name = models.CharField(_("engine"), max_length=100)
    endpoint = models.CharField(_("endpoint"), max_length=100)
    status = models.CharField(_("status"), max_length=20, choices=ENDED)
    currency = models.CharField(_("currency"), max_length=3)
    calls = models.PositiveBigIntegerField(_("calls"))
    prompt_tokens = models.PositiveBigIntegerField(_("tokens of the prompts"))
    completion_tokens = models.PositiveBigIntegerField(_("tokens of the responses"))
    cost = models.DecimalField(_("cost"), max_digits=20, decimal_places=6, null=True)
    timed_calls = models.PositiveBigIntegerField(_("calls with a response time"))
    response_time_ms_sum = models.PositiveBigIntegerField(_("sum of the response times (ms)"))
    response_time_ms_max = models.PositiveIntegerField(_("longest response time (ms)"), null=True)

    objects = InteractionUsageQuerySet.as_manager()

    class Meta:
        db_table = "interaction_usage"
        verbose_name = _("hourly usage")
        verbose_name_plural = _("hourly usage")
        constraints = [
            # Nobody is a value here: PostgreSQL 14 takes NULLs for different ones. As in ON CONFLICT (services.usage).
            models.UniqueConstraint(
                "hour", Coalesce("user", _NOBODY), Coalesce("project", _NOBODY), "engine_name", "endpoint", "status",
                "currency", name="interaction_usage_once",
            ),
            one_of("status", [status for status, _label in ENDED], name="interaction_usage_valid_status"),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["user", "hour"], name="interaction_usage_user"),
            models.Index(fields=["project", "hour"], name="interaction_usage_project"),
        ]

    def __str__(self) -> str:
        return f"{self.engine_name} {self.hour:%Y-%m-%d %H:%M}"


class StreamOffset(models.Model):
    """The last entry of a Redis stream whose rows are committed; written in their transaction."""

    stream = models.CharField(_("stream"), max_length=100, primary_key=True)
    last_id = models.CharField(_("last entry"), max_length=50)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now())

    objects = StreamOffsetQuerySet.as_manager()

    class Meta:
        db_table = "stream_offsets"
        verbose_name = _("stream offset")
        verbose_name_plural = _("stream offsets")

    def __str__(self) -> str:
        return f"{self.stream} {self.last_id}"


class StreamReject(models.Model):
    """An entry that the database refused, kept as it came, so that the entries behind it can go on."""

    id = uuid7_key()
    stream = models.CharField(_("stream"), max_length=100)
    entry_id = models.CharField(_("entry"), max_length=50)
    payload = models.TextField(_("content"))
    reason = models.TextField(_("reason"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    objects = StreamRejectQuerySet.as_manager()

    class Meta:
        db_table = "stream_rejects"
        verbose_name = _("rejected entry")
        verbose_name_plural = _("rejected entries")
        constraints = [models.UniqueConstraint(fields=["stream", "entry_id"], name="stream_rejects_once")]

    def __str__(self) -> str:
        return f"{self.stream} {self.entry_id}"
