"""Read-only links to a branch."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from chatbot.models.conversation import Conversation
from chatbot.models.message import Message
from chatbot.querysets import ShareLinkQuerySet
from config.common.models import CreatedModel, uuid7_key


class ShareLink(CreatedModel):
    """Shows the branch that ends at `leaf` to everybody who has the link; what is written later is not in it.

    Only a hash of the token is stored: the link is shown once.
    """

    id = uuid7_key()
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="shares")
    leaf = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    token_hash = models.CharField(_("hash of the token"), max_length=64, unique=True)
    expires_at = models.DateTimeField(_("ends at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_opened_at = models.DateTimeField(_("last opened at"), null=True, blank=True)

    objects = ShareLinkQuerySet.as_manager()

    class Meta:
        db_table = "share_links"
        verbose_name = _("shared link")
        verbose_name_plural = _("shared links")

    def __str__(self) -> str:
        return str(self.pk)
