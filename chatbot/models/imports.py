"""Imports of other programs' chats: the file, the report per item, and where each conversation came from."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from chatbot.models.conversation import Conversation
from chatbot.models.memory import Memory
from chatbot.querysets import ImportItemQuerySet, ImportOriginQuerySet, ImportRunQuerySet
from chatbot.states import ImportResult, ImportStatus
from config.common.models import CreatedModel, TimestampedModel, one_of, uuid7_key
from projects.models import Project
from tasks.models import Task

#: Names of programs, which nobody translates.
FORMATS = {
    "ai_assistant": "AI-Assistant",
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "open_webui": "Open WebUI",
    "librechat": "LibreChat",
    "roundhouse": "Roundhouse",
}


class ImportRun(TimestampedModel):
    """A file that a person brings along. `dry_run` only reports; confirming it does the same with writing.

    The bytes stay until the import has been done or a week has passed: then `file_path` is empty.
    """

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(Task, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    source_format = models.CharField(_("written by"), max_length=30, blank=True, default="")
    original_filename = models.CharField(_("file name"), max_length=255)
    file_path = models.CharField(_("path in the storage"), max_length=500, blank=True, default="")
    file_size = models.PositiveBigIntegerField(_("size (bytes)"))
    checksum = models.CharField(_("SHA-256"), max_length=64)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    dry_run = models.BooleanField(_("trial run"), default=True)
    status = models.CharField(_("status"), max_length=20, choices=ImportStatus.choices, default=ImportStatus.WAITING)
    imported_count = models.PositiveIntegerField(_("imported"), default=0)
    updated_count = models.PositiveIntegerField(_("updated"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    skipped_count = models.PositiveIntegerField(_("skipped"), default=0)
    failed_count = models.PositiveIntegerField(_("failed"), default=0)
    message_count = models.PositiveBigIntegerField(_("new messages"), default=0)
    error_code = models.CharField(_("error code"), max_length=100, blank=True, default="")
    error_message = models.TextField(_("error"), blank=True, default="")
    finished_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects = ImportRunQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "import_runs"
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        constraints = [one_of("status", ImportStatus.values, name="import_runs_valid_status")]

    def __str__(self) -> str:
        return self.original_filename

    @property
    def source_title(self) -> str:
        """The program that wrote the file; empty while it is not known."""
        return FORMATS.get(self.source_format, self.source_format)

    @property
    def can_confirm(self) -> bool:
        """A trial run that has ended, and whose file is still there."""
        return self.dry_run and self.status == ImportStatus.COMPLETED and bool(self.file_path)


class ImportItem(models.Model):
    """A line of the report. `notes` are codes with a number or a name; their words come from the selector."""

    id = uuid7_key()
    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveIntegerField(_("position in the file"))
    kind = models.CharField(_("kind"), max_length=20)
    title = models.CharField(_("title"), max_length=255, blank=True, default="")
    result = models.CharField(_("result"), max_length=20, choices=ImportResult.choices)
    message_count = models.PositiveIntegerField(_("new messages"), default=0)
    notes = models.JSONField(_("notes"), default=list)
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ImportItemQuerySet.as_manager()

    class Meta:
        db_table = "import_items"
        verbose_name = _("imported item")
        verbose_name_plural = _("imported items")
        constraints = [
            one_of("result", ImportResult.values, name="import_items_valid_result"),
            one_of("kind", ["conversation", "memory", "other"], name="import_items_valid_kind"),
            models.UniqueConstraint(fields=["run", "position"], name="import_items_unique_position"),
        ]

    def __str__(self) -> str:
        return self.title


class ImportOrigin(CreatedModel):
    """What a person's conversation or memory is called where it comes from, so that it is imported once.

    `message_ids` leads from the messages' names there to ours; those of our own exports that kept their id are left
    out. `content_hash` is that of the last file that was imported.
    """

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    origin = models.CharField(_("written by"), max_length=30)
    origin_id = models.CharField(_("id there"), max_length=200)
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    memory = models.ForeignKey(Memory, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    content_hash = models.CharField(_("hash of the content"), max_length=64)
    message_ids = models.JSONField(_("messages"), default=dict)

    objects = ImportOriginQuerySet.as_manager()

    class Meta:
        db_table = "import_origins"
        verbose_name = _("origin")
        verbose_name_plural = _("origins")
        constraints = [
            models.UniqueConstraint(fields=["user", "origin", "origin_id"], name="import_origins_unique"),
            models.CheckConstraint(
                condition=Q(conversation__isnull=False, memory=None) | Q(conversation=None, memory__isnull=False),
                name="import_origins_of_conversation_or_memory",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.origin_id}"
