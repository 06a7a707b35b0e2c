"""Conversations (D2)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from chatbot.models.searching import folded_vector
from chatbot.querysets import ConversationQuerySet
from config.common.models import TimestampedModel, uuid7_key
from projects.models import Project


class Conversation(TimestampedModel):
    """A tree of messages. `model` names the engine that answers, empty the default one.

    `total_messages` and `total_tokens` are kept by a trigger on `messages`. `expires_at` makes it temporary.
    """

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(_("engine"), max_length=100, blank=True, default="")
    title = models.CharField(_("title"), max_length=255, blank=True, default="")
    #: A title that a person wrote is never replaced by an automatic one.
    title_is_manual = models.BooleanField(_("title written by hand"), default=False)
    system_prompt = models.TextField(_("system prompt"), blank=True, default="")
    temperature = models.FloatField(_("temperature"), null=True, blank=True)
    max_tokens = models.PositiveIntegerField(_("most tokens of a reply"), null=True, blank=True)
    total_messages = models.IntegerField(_("messages"), default=0, editable=False)
    total_tokens = models.BigIntegerField(_("tokens"), default=0, editable=False)
    is_archived = models.BooleanField(_("archived"), default=False)
    is_pinned = models.BooleanField(_("pinned"), default=False)
    folder = models.CharField(_("folder"), max_length=100, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    uses_memory = models.BooleanField(_("propose memories"), default=True)
    forked_from = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    last_message_at = models.DateTimeField(_("last message at"), null=True, blank=True, editable=False)
    expires_at = models.DateTimeField(_("deleted at"), null=True, blank=True, db_index=True)

    objects = ConversationQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "conversations"
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        indexes = [
            models.Index(fields=["user", "-is_pinned", "-last_message_at", "-id"], name="conversations_of_person"),
            # Without it each search folds every title of the person anew.
            GinIndex(folded_vector("title"), name="conversations_title_words"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(temperature=None) | Q(temperature__gte=0, temperature__lte=2),
                name="conversations_valid_temperature",
            ),
            models.CheckConstraint(
                condition=Q(total_messages__gte=0, total_tokens__gte=0), name="conversations_totals_not_negative"
            ),
        ]

    def __str__(self) -> str:
        # Never its words: the console shows this to staff.
        return str(self.pk)
