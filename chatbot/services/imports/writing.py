"""Writing what was planned: conversations with their messages in batches, memories, and where they came from."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from chatbot.importing import roundhouse
from chatbot.importing.base import ImportedConversation, ImportedMemory, ImportedMessage, Note
from chatbot.models import Conversation, ImportOrigin, ImportRun, Memory, Message
from chatbot.selectors.embedders import as_vector, embed_texts
from chatbot.services.conversations import title_from
from chatbot.services.imports.attaching import Entries, attach_files
from chatbot.services.imports.matching import Plan, hash_of
from chatbot.services.memories import MAX_CHARACTERS
from chatbot.states import MessageStatus
from config.common.ids import uuid7
from tasks.engines.errors import EngineError


def write_conversation(run: ImportRun, item: ImportedConversation, plan: Plan) -> tuple[Conversation, tuple[Note, ...]]:
    """Add what is new; what is there already stays as it is. With notes on its files. In the caller's transaction."""
    conversation = plan.conversation or _create(run, item)
    keys = _keys(item, plan)
    files, notes = attach_files(run, conversation, plan.messages)
    _copy(list(_rows(conversation, plan, keys, files)))
    _note_origin(run, item, plan, conversation, keys)
    return conversation, notes


def _create(run: ImportRun, item: ImportedConversation) -> Conversation:
    first = next((row.content for row in item.messages if row.role == "user" and row.content), "")
    is_ours = item.origin == roundhouse.ORIGIN
    moments = [row.created_at for row in item.messages if row.created_at]
    return Conversation.objects.create(
        # Ours keeps its id, unless it is somebody else's here.
        pk=_free(Conversation, [item.origin_id]).get(item.origin_id, uuid7()) if is_ours else uuid7(),
        user=run.user,
        project=run.project,
        model=item.model,
        title=item.title or ("" if is_ours else title_from(first)),
        title_is_manual=bool(item.title),
        system_prompt=item.system_prompt,
        tags=list(item.tags),
        folder=item.folder,
        is_pinned=item.is_pinned,
        is_archived=item.is_archived,
        forked_from=_forked_from(run, item),
        created_at=item.created_at or min(moments, default=timezone.now()),
        **item.columns,
    )


def _forked_from(run: ImportRun, item: ImportedConversation) -> Conversation | None:
    if not item.forked_from_origin_id:
        return None
    origins = ImportOrigin.objects.filter(user=run.user, origin=item.origin, origin_id=item.forked_from_origin_id)
    found = origins.select_related("conversation").first()
    return found.conversation if found else None


def _free(model: type[Conversation | Message], names: Sequence[str]) -> dict[str, UUID]:
    """Those of these ids that no row has."""
    taken = set(model._default_manager.filter(pk__in=names).values_list("pk", flat=True))
    return {name: UUID(name) for name in names if UUID(name) not in taken}


def _keys(item: ImportedConversation, plan: Plan) -> dict[str, UUID]:
    """Primary keys by the file's names. New ones increase in the file's order, so that equal moments keep theirs."""
    names = [row.origin_id for row in plan.messages]
    free = {}
    if item.origin == roundhouse.ORIGIN:
        # A made-up name stands for the second of two messages with one id.
        free = _free(Message, [name for name in names if len(name) == 36])
    return plan.known | {name: free.get(name) or uuid7() for name in names}


def _rows(conversation: Conversation, plan: Plan, keys: dict[str, UUID], files: Entries) -> Iterator[Message]:
    versions = _versions(conversation) if plan.conversation else defaultdict(set)
    moments: dict[str, datetime] = {}
    before = conversation.created_at
    for row in plan.messages:
        parent = keys[row.parent_origin_id] if row.parent_origin_id else None
        before = row.created_at or moments.get(row.parent_origin_id or "", before) + timedelta(microseconds=1)
        moments[row.origin_id] = before
        made = _row(conversation, row, keys[row.origin_id], parent, before, versions[(parent, row.role)])
        made.files += files.get(row.origin_id, [])
        yield made


def _copy(rows: Sequence[Message]) -> None:
    """By COPY: an INSERT of 10,000 messages spends most of its time in making its text."""
    # The database itself fills in the others.
    fields = [f for f in Message._meta.local_concrete_fields if not f.generated and f.name != "updated_at"]
    columns = ", ".join(str(field.column) for field in fields)
    statement = f"COPY messages ({columns}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields])


def _versions(conversation: Conversation) -> "defaultdict[tuple[UUID | None, str], set[int]]":
    found: defaultdict[tuple[UUID | None, str], set[int]] = defaultdict(set)
    for parent, role, version in conversation.messages.values_list("parent_message_id", "role", "version"):
        found[(parent, role)].add(version)
    return found


def _row(
    conversation: Conversation, row: ImportedMessage, pk: UUID, parent: UUID | None, moment: datetime, taken: set[int]
) -> Message:
    columns: dict[str, Any] = {"status": MessageStatus.COMPLETED, **row.columns}
    wanted = columns.pop("version", 0)
    version = wanted if wanted and wanted not in taken else max(taken, default=0) + 1
    taken.add(version)
    return Message(
        id=pk,
        conversation=conversation,
        parent_message_id=parent,
        role=row.role,
        content=row.content,
        files=list(row.files),
        metadata=row.metadata,
        version=version,
        engine_name=row.model,
        created_at=moment,
        finished_at=moment if row.role == "assistant" else None,
        **columns,
    )


def _note_origin(
    run: ImportRun, item: ImportedConversation, plan: Plan, conversation: Conversation, keys: dict[str, UUID]
) -> None:
    """Names that are our own ids need no entry."""
    message_ids = {name: str(pk) for name, pk in keys.items() if name != str(pk)}
    ImportOrigin.objects.update_or_create(
        user=run.user,
        origin=item.origin,
        origin_id=item.origin_id,
        defaults={
            "conversation": conversation,
            "content_hash": hash_of(item),
            "message_ids": (plan.origin.message_ids if plan.origin else {}) | message_ids,
        },
    )


def write_memory(run: ImportRun, item: ImportedMemory) -> tuple[Note, ...]:
    """Keep it with its meaning; returns what had to be left out of it. In the caller's transaction."""
    question, answer = item.question[:MAX_CHARACTERS], item.answer[:MAX_CHARACTERS]
    memory = Memory.objects.create(
        user=run.user,
        question=question,
        answer=answer,
        tags=list(item.tags),
        created_at=item.created_at or timezone.now(),
        embedding=_meaning(f"{question}\n{answer}"),
    )
    ImportOrigin.objects.create(
        user=run.user, origin=item.origin, origin_id=item.origin_id, memory=memory, content_hash=hash_of(item)
    )
    is_cut = len(item.question) > MAX_CHARACTERS or len(item.answer) > MAX_CHARACTERS
    return (Note("cut", MAX_CHARACTERS),) if is_cut else ()


def _meaning(text: str) -> list[float] | None:
    """None while no engine can embed: it is found by its words alone until it is saved again."""
    try:
        return as_vector(embed_texts([text])[0])
    except EngineError:
        return None
