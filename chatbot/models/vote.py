"""Which of several answers a person found best."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from chatbot.models.message import Message
from chatbot.querysets import MessageVoteQuerySet
from config.common.models import TimestampedModel, uuid7_key


class MessageVote(TimestampedModel):
    """The best version of a turn; one vote per question, and voting again changes it."""

    id = uuid7_key()
    question = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="vote", verbose_name=_("question"))
    chosen = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+", verbose_name=_("best answer"))
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", verbose_name=_("person"))

    objects = MessageVoteQuerySet.as_manager()

    class Meta(TimestampedModel.Meta):
        db_table = "message_votes"
        verbose_name = _("vote")
        verbose_name_plural = _("votes")

    def __str__(self) -> str:
        return str(self.chosen_id)
