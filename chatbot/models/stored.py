"""Chat completions that programs asked to keep (`store: true`)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, ApiKey
from chatbot.querysets import StoredCompletionQuerySet
from config.common.models import CreatedModel, uuid7_key
from projects.models import Project


class StoredCompletion(CreatedModel):
    """A completion with what it answers; `completion_id` is the id the program read in the answer.

    `model` is the name that was asked for, `response` the completion as it came, `messages` what was asked, with files
    in words. The metadata is the program's own.
    """

    id = uuid7_key()
    completion_id = models.CharField(_("completion"), max_length=200)
    user = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"), db_index=False
    )
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+", verbose_name=_("project"))
    api_key = models.ForeignKey(
        ApiKey, on_delete=models.SET_NULL, null=True, related_name="+", db_column="api_key", db_index=False
    )
    model = models.CharField(_("engine"), max_length=200)
    messages = models.JSONField(_("messages"))
    response = models.JSONField(_("response"))
    metadata = models.JSONField(_("metadata"), default=dict)
    size_bytes = models.PositiveIntegerField(_("size"))

    objects = StoredCompletionQuerySet.as_manager()

    class Meta:
        db_table = "stored_completions"
        verbose_name = _("stored completion")
        verbose_name_plural = _("stored completions")
        indexes = [
            # Each new one adds up what its person has: from this index alone.
            models.Index(fields=["user", "id"], include=["size_bytes"], name="stored_completions_of_person"),
            models.Index(fields=["created_at"], name="stored_completions_by_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "completion_id"], name="stored_completions_unique_id"),
        ]

    def __str__(self) -> str:
        # Never its words: the console shows this to staff.
        return self.completion_id
