"""What people want to be remembered (D2 chatbot_memory)."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from pgvector.django import HnswIndex, VectorField

from accounts.models import Account
from chatbot.models.conversation import Conversation
from chatbot.models.file import DIMENSIONS
from chatbot.models.searching import search_column
from chatbot.querysets import MemoryQuerySet
from config.common.models import TimestampedModel, uuid7_key


class Memory(TimestampedModel):
    """A question with its answer, or a note (the question is its title)."""

    id = uuid7_key()
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    question = models.TextField(_("question"))
    answer = models.TextField(_("answer"))
    context = models.TextField(_("context"), blank=True, default="")
    rating = models.SmallIntegerField(
        _("rating"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    tags = ArrayField(models.CharField(max_length=50), verbose_name=_("tags"), default=list, blank=True)
    is_public = models.BooleanField(_("others may use it"), default=False)
    embedding = VectorField(_("meaning"), dimensions=DIMENSIONS, null=True, blank=True)
    search = search_column("question", "answer")

    objects = MemoryQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "chatbot_memory"
        verbose_name = _("memory")
        verbose_name_plural = _("memories")
        indexes = [
            GinIndex(fields=["tags"], name="chatbot_memory_tags"),
            GinIndex(fields=["search"], name="chatbot_memory_search"),
            HnswIndex(fields=["embedding"], opclasses=["vector_cosine_ops"], name="chatbot_memory_meaning"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="chatbot_memory_valid_rating"
            )
        ]

    def __str__(self) -> str:
        # Never its words: the console shows this to staff.
        return str(self.pk)
