"""States of messages and files."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageRole(models.TextChoices):
    """Who speaks (D2)."""

    USER = "user", _("Person")
    ASSISTANT = "assistant", _("Assistant")
    SYSTEM = "system", _("System")


class MessageStatus(models.TextChoices):
    """How far a message is; people's messages are complete when they are stored."""

    STREAMING = "streaming", _("Streaming")
    COMPLETED = "completed", _("Completed")
    STOPPED = "stopped", _("Stopped")
    INTERRUPTED = "interrupted", _("Interrupted")
    FAILED = "failed", _("Failed")


class FileStatus(models.TextChoices):
    """How far an uploaded file is."""

    WAITING = "waiting", _("Waiting")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Failed")


class ImportStatus(models.TextChoices):
    """How far an import is; a worker takes up those that wait."""

    WAITING = "waiting", _("Waiting")
    COMPLETED = "completed", _("Completed")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class ImportResult(models.TextChoices):
    """What became of one item of a file; in a trial run, what would become of it."""

    IMPORTED = "imported", _("Imported")
    UPDATED = "updated", _("Updated")
    UNCHANGED = "unchanged", _("Unchanged")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


#: A reply in one of these has ended for good; "continue" makes a new message that begins with its text.
ENDED = frozenset({
    MessageStatus.COMPLETED, MessageStatus.STOPPED, MessageStatus.INTERRUPTED, MessageStatus.FAILED,
})  # fmt: skip
#: What a person may take up again.
CONTINUABLE = frozenset({MessageStatus.STOPPED, MessageStatus.INTERRUPTED, MessageStatus.FAILED})
