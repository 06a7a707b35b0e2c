"""Links that show a branch to people without an account: read-only, with an end."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.models import Conversation, ShareLink
from chatbot.selectors.branches import newest_leaf
from chatbot.services.errors import InvalidConversation, MessageNotFound, ReplyRunning, ShareNotFound

MAX_DAYS = 365
DEFAULT_DAYS = 30
MAX_OPEN_LINKS = 50


def hash_token(token: str) -> str:
    """SHA-256: 256 random bits cannot be guessed, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def share_conversation(
    *, conversation: Conversation, user: Account, leaf_id: UUID | None = None, days: int = DEFAULT_DAYS
) -> tuple[ShareLink, str]:
    """A link to the branch up to `leaf_id` (default: the newest) and its token, which is stored nowhere.

    Raises InvalidConversation, MessageNotFound, or ReplyRunning while the last reply is being written.
    """
    if not 1 <= days <= MAX_DAYS:
        raise InvalidConversation(errors={"days": [_("Between 1 and %(limit)d.") % {"limit": MAX_DAYS}]})
    if conversation.expires_at is not None:
        raise InvalidConversation(_("A temporary chat cannot be shared."), code="temporary")
    wanted = leaf_id or newest_leaf(conversation.pk)
    leaf = conversation.messages.filter(pk=wanted).first() if wanted else None
    if leaf is None:
        raise MessageNotFound
    if leaf.is_streaming:
        raise ReplyRunning
    if conversation.shares.open().count() >= MAX_OPEN_LINKS:
        raise InvalidConversation(_("There are too many links to this conversation; revoke one."), code="too_many")
    token = secrets.token_urlsafe(32)
    link = ShareLink.objects.create(
        conversation=conversation,
        leaf=leaf,
        user=user,
        token_hash=hash_token(token),
        expires_at=timezone.now() + timedelta(days=days),
    )
    return link, token


def revoke_share(*, link: ShareLink) -> ShareLink:
    """End it now; revoking twice changes nothing."""
    ShareLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=Now())
    link.refresh_from_db()
    return link


def open_share(token: str) -> ShareLink:
    """The link behind a token; raises ShareNotFound for unknown, revoked and ended ones alike."""
    links = ShareLink.objects.open().select_related("conversation").filter(token_hash=hash_token(token[:200]))
    link = links.first()
    if link is None:
        raise ShareNotFound
    ShareLink.objects.filter(pk=link.pk).update(last_opened_at=Now())
    return link
