"""Conversations: made, changed, deleted, copied."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account
from chatbot.models import Conversation, Message
from chatbot.selectors.branches import branch
from chatbot.selectors.chatters import choose_chatter
from chatbot.services.errors import InvalidConversation
from chatbot.services.files import delete_file, hand_over
from chatbot.states import MessageStatus
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import get_abilities

MAX_SYSTEM_PROMPT = 50_000
MAX_TAGS = 20
#: Temporary chats are deleted this long after they were made.
TEMPORARY_HOURS = 24
TITLE_CHARACTERS = 60
#: What a person may change.
EDITABLE = frozenset({
    "model", "title", "system_prompt", "temperature", "max_tokens", "is_archived", "is_pinned", "folder", "tags",
    "uses_memory",
})  # fmt: skip
_MARKS = re.compile(r"^[ \t]*(?:#{1,6}|>|[-*+]|```\w*)[ \t]+|\*\*|__|`+", re.MULTILINE)
_COPIED = ("role", "content", "images", "files", "sources", "metadata", "engine_name", "engine_version", "is_edited")


def create_conversation(
    *, user: Account, project: Project, is_temporary: bool = False, **settings: Any
) -> Conversation:
    """An empty conversation; `settings` are those of EDITABLE. Raises Forbidden, InvalidConversation, UnknownEngine."""
    if not get_abilities(project=project, user=user)["submit_tasks"]:
        raise Forbidden(_("You may not start tasks in this project."))
    checked = checked_settings(settings, project)
    expires_at = timezone.now() + timedelta(hours=TEMPORARY_HOURS) if is_temporary else None
    return Conversation.objects.create(user=user, project=project, expires_at=expires_at, **checked)


def update_conversation(*, conversation: Conversation, changes: dict[str, Any]) -> Conversation:
    """Change settings; only the given columns are written, so that two tabs do not undo each other."""
    checked = checked_settings(changes, conversation.project)
    if checked:
        Conversation.objects.filter(pk=conversation.pk).update(**checked)
    conversation.refresh_from_db()
    return conversation


def checked_settings(settings: dict[str, Any], project: Project) -> dict[str, Any]:
    """The settings as they are stored; raises InvalidConversation with errors by field, or UnknownEngine."""
    unknown = set(settings) - EDITABLE
    errors: dict[str, list[str]] = {name: [_("This cannot be changed.")] for name in sorted(unknown)}
    temperature, max_tokens = settings.get("temperature"), settings.get("max_tokens")
    if temperature is not None and not 0 <= temperature <= 2:  # False for NaN as well
        errors["temperature"] = [_("Choose a value from %(low)s to %(high)s.") % {"low": "0", "high": "2"}]
    if max_tokens is not None and max_tokens < 1:
        errors["max_tokens"] = [_("At least one token must be allowed.")]
    if len(settings.get("system_prompt") or "") > MAX_SYSTEM_PROMPT:
        errors["system_prompt"] = [_("At most %(limit)d characters are accepted.") % {"limit": MAX_SYSTEM_PROMPT}]
    if len(settings.get("tags") or ()) > MAX_TAGS:
        errors["tags"] = [_("At most %(limit)d tags are accepted.") % {"limit": MAX_TAGS}]
    if errors:
        raise InvalidConversation(errors=errors)
    checked = dict(settings)
    if checked.get("model"):
        choose_chatter(checked["model"], project)
    if "tags" in checked:
        checked["tags"] = clean_tags(checked["tags"])
    if checked.get("title"):
        checked["title_is_manual"] = True
    return checked


def clean_tags(tags: Sequence[str]) -> list[str]:
    """Trimmed, without repetition, in their order."""
    return list(dict.fromkeys(tag.strip()[:50] for tag in tags if tag.strip()))


@transaction.atomic
def delete_conversation(*, conversation: Conversation) -> None:
    """Delete the conversation with all its messages; files that another one uses, too, go over to that one."""
    for file in conversation.uploaded_files.all():
        if not hand_over(file=file):
            delete_file(file=file)
    conversation.delete()


def title_from(text: str) -> str:
    """The first words of a question without its Markdown, cut at a word; the automatic title of a conversation."""
    line = " ".join(_MARKS.sub("", text).split())
    if len(line) <= TITLE_CHARACTERS:
        return line
    return line[:TITLE_CHARACTERS].rsplit(" ", 1)[0] + "…"


def replace_automatic_title(*, conversation_id: UUID, old: str, new: str, tags: Sequence[str] = ()) -> bool:
    """Put a better title in place of the automatic one `old`; False where a person has written one meanwhile.

    The tags come with it where there are none yet.
    """
    automatic = Conversation.objects.filter(pk=conversation_id, title=old, title_is_manual=False)
    if automatic.update(title=new) != 1:
        return False
    Conversation.objects.filter(pk=conversation_id, tags=[]).update(tags=clean_tags(tags))
    return True


@transaction.atomic
def fork_conversation(*, message: Message, user: Account) -> Conversation:
    """A new conversation that begins with a copy of the branch up to `message`; the old one stays as it is."""
    source = message.conversation
    fork = Conversation.objects.create(
        user=user,
        project=source.project,
        model=source.model,
        title=source.title,
        title_is_manual=source.title_is_manual,
        system_prompt=source.system_prompt,
        temperature=source.temperature,
        max_tokens=source.max_tokens,
        uses_memory=source.uses_memory,
        tags=source.tags,
        folder=source.folder,
        forked_from=source,
    )
    rows: list[Message] = []
    for original in branch(message.pk):
        copied = {name: getattr(original, name) for name in _COPIED}
        status = original.status if not original.is_streaming else MessageStatus.INTERRUPTED
        rows.append(Message(conversation=fork, parent_message=rows[-1] if rows else None, status=status, **copied))
    Message.objects.bulk_create(rows, batch_size=1_000)
    fork.refresh_from_db()
    return fork


def delete_expired_conversations() -> int:
    """Delete temporary chats whose time is over; returns how many."""
    deleted = 0
    for conversation in Conversation.objects.expired()[:1000]:
        delete_conversation(conversation=conversation)
        deleted += 1
    return deleted
