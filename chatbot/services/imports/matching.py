"""What an item of a file would change: nothing, a new conversation, or new messages of one that is known."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import Account
from chatbot.importing import roundhouse
from chatbot.importing.base import ImportedConversation, ImportedMemory, ImportedMessage, Note
from chatbot.models import Conversation, ImportOrigin, Memory, Message
from chatbot.states import ImportResult


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of an item. `messages` are to be added, after those that `known` names already."""

    result: ImportResult
    notes: tuple[Note, ...] = ()
    messages: Sequence[ImportedMessage] = ()
    known: dict[str, UUID] = field(default_factory=dict)
    conversation: Conversation | None = None
    origin: ImportOrigin | None = None


def hash_of(item: ImportedConversation | ImportedMemory) -> str:
    """SHA-256 of what an import would store of it."""
    digest = hashlib.sha256()
    if isinstance(item, ImportedMemory):
        parts: Iterable[object] = (item.question, item.answer, item.tags)
    else:
        parts = (item.title, item.tags, item.is_pinned, item.is_archived, item.system_prompt, item.folder)
    for part in parts:
        digest.update(repr(part).encode())
    for message in item.messages if isinstance(item, ImportedConversation) else ():
        digest.update(repr((message.origin_id, message.parent_origin_id, message.role, message.content)).encode())
    return digest.hexdigest()


def plan_conversation(*, user: Account, item: ImportedConversation, project_id: UUID | None) -> Plan:
    """`project_id` bounds what may be added to: that of a key, which must not reach other projects."""
    if not item.messages and item.origin != roundhouse.ORIGIN:
        return Plan(ImportResult.SKIPPED, (Note("no_messages"), *item.notes))
    origin = _origin(user, item)
    conversation = origin.conversation if origin else _kept(user, item)
    if conversation is None:
        return Plan(ImportResult.IMPORTED, item.notes, item.messages)
    if project_id is not None and conversation.project_id != project_id:
        return Plan(ImportResult.SKIPPED, (Note("other_project"),))
    if origin is not None and origin.content_hash == hash_of(item):
        return Plan(ImportResult.UNCHANGED, item.notes, conversation=conversation, origin=origin)
    known = known_messages(conversation, item, origin)
    new = [message for message in item.messages if message.origin_id not in known]
    result = ImportResult.UPDATED if new else ImportResult.UNCHANGED
    return Plan(result, item.notes, new, known, conversation, origin)


def plan_memory(*, user: Account, item: ImportedMemory) -> Plan:
    """A memory that says the same counts as the same one, whoever wrote it down."""
    if not (item.question.strip() and item.answer.strip()):
        return Plan(ImportResult.SKIPPED, (Note("empty_memory"),))
    same = Memory.objects.filter(user=user, question=item.question, answer=item.answer)
    if _origin(user, item) is not None or same.exists():
        return Plan(ImportResult.UNCHANGED, item.notes)
    return Plan(ImportResult.IMPORTED, item.notes)


def _origin(user: Account, item: ImportedConversation | ImportedMemory) -> ImportOrigin | None:
    found = ImportOrigin.objects.filter(user=user, origin=item.origin, origin_id=item.origin_id)
    return found.select_related("conversation").first()


def _kept(user: Account, item: ImportedConversation) -> Conversation | None:
    """The person's own conversation that was exported here and comes back."""
    if item.origin != roundhouse.ORIGIN:
        return None
    return Conversation.objects.filter(pk=item.origin_id, user=user).first()


def known_messages(
    conversation: Conversation, item: ImportedConversation, origin: ImportOrigin | None
) -> dict[str, UUID]:
    """The file's names of messages that the conversation has already."""
    known = {name: UUID(pk) for name, pk in origin.message_ids.items()} if origin else {}
    if item.origin == roundhouse.ORIGIN:
        kept = Message.objects.filter(conversation=conversation, pk__in=[row.origin_id for row in item.messages])
        known |= {str(pk): pk for pk in kept.values_list("pk", flat=True) if str(pk) not in known}
    return known
