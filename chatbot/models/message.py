"""One row per message: a tree by `parent_message`, versions are siblings, nothing is overwritten."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from chatbot.models.conversation import Conversation
from chatbot.models.searching import search_column
from chatbot.models.triggers import kept_text_trigger, total_triggers
from chatbot.querysets import MessageQuerySet
from chatbot.states import MessageRole, MessageStatus
from config.common.models import TimestampedModel, one_of, uuid7_key
from tasks.models import Task


class Message(TimestampedModel):
    """A turn. A reply has one writer (`writer_id`), which alone extends it while its heart beats.

    `content` is the text so far, `last_seq` the number of the last delta in it. `sources` is what was put into the
    prompt; `metadata` holds what the engine said (tool calls, finish reason). Tokens count for replies only.
    """

    id = uuid7_key()
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    parent_message = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="replies")
    role = models.CharField(_("role"), max_length=20, choices=MessageRole.choices)
    content = models.TextField(_("text"), blank=True, default="")
    images = models.JSONField(_("images"), default=list, blank=True)
    files = models.JSONField(_("files"), default=list, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    metadata = models.JSONField(_("metadata"), default=dict, blank=True)
    version = models.PositiveIntegerField(_("version"), default=1)
    is_edited = models.BooleanField(_("edited"), default=False)
    status = models.CharField(
        _("status"), max_length=20, choices=MessageStatus.choices, default=MessageStatus.COMPLETED
    )
    engine_name = models.CharField(_("engine"), max_length=100, blank=True, default="")
    engine_version = models.CharField(_("engine version"), max_length=200, blank=True, default="")
    prompt_tokens = models.PositiveIntegerField(_("tokens of the prompt"), default=0)
    completion_tokens = models.PositiveIntegerField(_("tokens of the reply"), default=0)
    error_code = models.CharField(_("error code"), max_length=100, blank=True, default="")
    error_message = models.TextField(_("error"), blank=True, default="")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    last_seq = models.PositiveIntegerField(_("last delta"), default=0)
    writer_id = models.UUIDField(_("writer"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("writer seen at"), null=True, blank=True)
    stop_requested_at = models.DateTimeField(_("stop asked at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    search = search_column("content")

    objects = MessageQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "messages"
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            GinIndex(fields=["search"], name="messages_search"),
            # Not by status: such an index looks empty to the planner (PROTOCOLS section 1).
            models.Index(fields=["heartbeat_at"], condition=Q(heartbeat_at__isnull=False), name="messages_beating"),
        ]
        constraints = [
            one_of("role", MessageRole.values, name="messages_valid_role"),
            one_of("status", MessageStatus.values, name="messages_valid_status"),
            models.CheckConstraint(
                condition=Q(status="streaming", heartbeat_at__isnull=False, finished_at=None)
                | (~Q(status="streaming") & Q(heartbeat_at=None)),
                name="messages_heart_beats_while_streaming",
            ),
            models.UniqueConstraint(
                fields=["conversation", "parent_message", "role", "version"],
                nulls_distinct=False,
                name="messages_unique_version",
            ),
        ]
        triggers = [*TimestampedModel.Meta.triggers, *total_triggers(), kept_text_trigger()]

    def __str__(self) -> str:
        # Never its words: the console shows this to staff.
        return str(self.pk)

    @property
    def is_streaming(self) -> bool:
        """Whether a writer still adds to it."""
        return self.status == MessageStatus.STREAMING
