"""People's messages: appended, never overwritten; an edit is a new version beside the old one."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.models import Conversation, Message, UploadedFile
from chatbot.selectors.branches import newest_leaf
from chatbot.services.conversations import title_from
from chatbot.services.errors import ConversationNotFound, FileNotFound, InvalidMessage, MessageNotFound, ReplyRunning
from chatbot.services.files import as_entry
from chatbot.states import MessageRole, MessageStatus

#: A long book; larger texts belong into files.
MAX_CHARACTERS = 400_000
MAX_FILES = 20


def next_version(*, conversation: Conversation, parent_id: UUID | None, role: str) -> int:
    """The number of a new version in this place; the conversation's row must be locked."""
    same_place = Message.objects.filter(conversation=conversation, parent_message_id=parent_id, role=role)
    return int(same_place.aggregate(last=Max("version"))["last"] or 0) + 1


def lock_conversation(conversation: Conversation) -> None:
    """Two tabs that write at once come one after the other. Raises ConversationNotFound when one of them deleted it."""
    if not Conversation.objects.select_for_update().filter(pk=conversation.pk).values_list("pk"):
        raise ConversationNotFound


@transaction.atomic
def add_user_message(
    *,
    conversation: Conversation,
    user: Account,
    content: str,
    parent_id: UUID | None = None,
    at_root: bool = False,
    file_ids: Sequence[UUID] = (),
    memory_ids: Sequence[UUID] = (),
    is_edited: bool = False,
) -> Message:
    """Append a message after `parent_id` (default: the end of the newest branch; `at_root`: before everything).

    Raises InvalidMessage, MessageNotFound or FileNotFound, or ReplyRunning when the parent is still being written.
    """
    text = checked_text(content, has_files=bool(file_ids))
    lock_conversation(conversation)
    if parent_id is None and not at_root:
        parent_id = newest_leaf(conversation.pk)
    _check_parent(conversation, parent_id)
    message = Message.objects.create(
        conversation=conversation,
        parent_message_id=parent_id,
        role=MessageRole.USER,
        content=text,
        files=_files(user, conversation, file_ids),
        metadata={"memories": [str(memory_id) for memory_id in memory_ids]} if memory_ids else {},
        version=next_version(conversation=conversation, parent_id=parent_id, role=MessageRole.USER),
        is_edited=is_edited,
    )
    if not conversation.title:
        Conversation.objects.filter(pk=conversation.pk, title="").update(title=title_from(text))
    return message


def edit_message(*, message: Message, user: Account, content: str) -> Message:
    """A new version of a person's message, with those of its files that are still there; the old one stays."""
    if message.role != MessageRole.USER:
        raise InvalidMessage(_("Only your own messages can be edited."), code="not_your_message")
    return add_user_message(
        conversation=message.conversation,
        user=user,
        content=content,
        parent_id=message.parent_message_id,
        at_root=message.parent_message_id is None,
        file_ids=_still_there(user, [UUID(entry["id"]) for entry in message.files]),
        memory_ids=[UUID(entry) for entry in message.metadata.get("memories", ())],
        is_edited=True,
    )


def _still_there(user: Account, file_ids: Sequence[UUID]) -> list[UUID]:
    there = set(UploadedFile.objects.visible_to(user).filter(pk__in=file_ids).values_list("pk", flat=True))
    return [file_id for file_id in file_ids if file_id in there]


def checked_text(content: str, *, has_files: bool = False) -> str:
    """The text as it is stored; raises InvalidMessage."""
    # PostgreSQL cannot hold it, and nobody means it.
    text = content.replace("\x00", "")
    if not text.strip() and not has_files:
        raise InvalidMessage(errors={"content": [_("The message is empty.")]}, code="empty_message")
    if len(text) > MAX_CHARACTERS:
        message = _("The message has %(length)d characters; at most %(limit)d are accepted. Longer texts can be files.")
        detail = message % {"length": len(text), "limit": MAX_CHARACTERS}
        raise InvalidMessage(errors={"content": [detail]}, code="message_too_long")
    return text


def _check_parent(conversation: Conversation, parent_id: UUID | None) -> None:
    if parent_id is None:
        return
    parent = Message.objects.filter(pk=parent_id, conversation=conversation).only("role", "status").first()
    if parent is None:
        raise MessageNotFound
    if parent.role == MessageRole.USER:
        # Its answer is missing (a failed start, a foreign export): the next question may follow all the same.
        return
    if parent.status == MessageStatus.STREAMING:
        raise ReplyRunning


def _files(user: Account, conversation: Conversation, file_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """D2's array of files, in the order asked."""
    if len(file_ids) > MAX_FILES:
        raise InvalidMessage(_("At most %(limit)d files go with one message.") % {"limit": MAX_FILES})
    found = UploadedFile.objects.visible_to(user).in_bulk(list(file_ids))
    if len(found) < len(set(file_ids)):
        raise FileNotFound
    rows = [found[file_id] for file_id in dict.fromkeys(file_ids)]
    UploadedFile.objects.filter(pk__in=found, conversation=None).update(conversation=conversation)
    return [as_entry(row) for row in rows]
