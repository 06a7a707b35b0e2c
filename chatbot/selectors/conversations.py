"""Reads of conversations and messages for pages and programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.search import SearchVectorField
from django.db.models import ExpressionWrapper, Q

from accounts.models import Account, ApiKey
from chatbot.models import Conversation, Message
from chatbot.models.searching import PrefixQuery, folded_vector
from chatbot.querysets import ConversationQuerySet, MessageQuerySet
from chatbot.selectors.branches import branch, newest_leaf, newest_leaf_below, version_counts
from chatbot.states import CONTINUABLE, MessageRole
from projects.selectors import key_scope

PAGE_MESSAGES = 40
MAX_SEARCH_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class BranchPage:
    """A stretch of a branch, oldest first. `versions` are all versions of each message's turn."""

    messages: Sequence[Message]
    versions: dict[UUID, list[UUID]]
    leaf_id: UUID | None
    has_more: bool


def conversations_for(user: Account, key: ApiKey | None = None) -> ConversationQuerySet:
    """What a request may see: one's own, and with a bound key only those of its project."""
    return Conversation.objects.visible_to(user).filter(key_scope(key, "project_id"))


def search_conversations(rows: ConversationQuerySet, words: str) -> ConversationQuerySet:
    """Title or any message holds all words, whatever their accents (đ too); the last word may be unfinished."""
    query = PrefixQuery(words[:MAX_SEARCH_CHARACTERS])
    hits = Message.objects.filter(conversation__in=rows.values("pk"), search=query)
    title_words = ExpressionWrapper(folded_vector("title"), output_field=SearchVectorField())
    titled = rows.alias(title_words=title_words).filter(title_words=query)
    return rows.filter(Q(pk__in=hits.values("conversation_id")) | Q(pk__in=titled.values("pk")))


def messages_for(user: Account, key: ApiKey | None = None) -> MessageQuerySet:
    """Messages of `conversations_for`."""
    return (
        Message.objects.visible_to(user)
        .filter(key_scope(key, "conversation__project_id"))
        .select_related("conversation__project", "parent_message")
        .defer("search", "parent_message__search", "parent_message__content")
    )


def branch_page(
    conversation: Conversation,
    *,
    leaf_id: UUID | None = None,
    before_id: UUID | None = None,
    limit: int = PAGE_MESSAGES,
) -> BranchPage:
    """The end of a branch, or the stretch before one of its messages; four queries whatever its length.

    `leaf_id` may be any message: the branch goes on from it to the newest leaf below.
    """
    if before_id is not None:
        parent = (
            Message.objects.filter(pk=before_id, conversation=conversation).values_list("parent_message_id").first()
        )
        start = parent[0] if parent else None
        leaf = leaf_id
    else:
        wanted = leaf_id if leaf_id and conversation.messages.filter(pk=leaf_id).exists() else None
        leaf = start = newest_leaf_below(wanted) if wanted else newest_leaf(conversation.pk)
    if start is None:
        return BranchPage([], {}, leaf, False)
    rows = branch(start, most=limit + 1)
    has_more = len(rows) > limit
    shown = rows[-limit:]
    return BranchPage(shown, version_counts(shown), leaf, has_more)


def message_abilities(message: Message) -> dict[str, bool]:
    """What the owner may do with a message; buttons and refusals both come from here."""
    is_reply = message.role == MessageRole.ASSISTANT
    was_cut = message.metadata.get("finish_reason") == "length"
    return {
        "stop": is_reply and message.is_streaming,
        "continue": is_reply and (message.status in CONTINUABLE or was_cut) and bool(message.content),
        "regenerate": is_reply and not message.is_streaming,
        "edit": message.role == MessageRole.USER,
        "fork": not message.is_streaming,
    }
