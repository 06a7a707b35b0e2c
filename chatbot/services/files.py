"""Uploaded files: checked by content, stored once per content, read by a worker, deleted with their last use."""

import logging
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from chatbot.extraction.base import ExtractionError
from chatbot.extraction.sniff import sniff
from chatbot.models import Conversation, Message, UploadedFile
from chatbot.services.errors import FileNotFound, FileRefused
from chatbot.states import FileStatus
from config.common.concurrency import lock_until_commit
from config.common.problems import Forbidden, Unavailable
from projects.models import Project
from projects.services import get_abilities
from tasks.services import submit_task
from tasks.storage import ContentStore, StoreFailed

logger = logging.getLogger(__name__)

READ_KIND = "chatbot.read_file"
READ_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["file_id"],
    "additionalProperties": False,
    "properties": {"file_id": {"type": "string", "format": "uuid"}},
}
MAX_NAME = 255


def prepare_reading(input_data: dict[str, Any], project: Project | None) -> dict[str, Any]:
    """The file must wait to be read: this kind is submitted with its file, not by itself."""
    if not UploadedFile.objects.filter(pk=input_data["file_id"], task=None, status=FileStatus.WAITING).exists():
        raise FileNotFound
    return input_data


def _is_named(name: str) -> bool:
    return UploadedFile.objects.filter(file_path=name).exists()


STORE = ContentStore("chat", _is_named)


def upload_file(
    *,
    user: Account,
    project: Project,
    pieces: Iterable[bytes],
    filename: str,
    conversation: Conversation | None = None,
    api_key: ApiKey | None = None,
    request_id: str = "",
) -> UploadedFile:
    """Take a file in and let a worker read it. Raises FileRefused (400, 413), Forbidden or Unavailable.

    The bytes are counted while they come: a file that is too large is refused before it is all here.
    """
    if not get_abilities(project=project, user=user)["submit_tasks"]:
        raise Forbidden(_("You may not start tasks in this project."))
    suffix = clean_name(filename)
    try:
        check_size = partial(_check_size, room_bytes=_room_of(user))
        path, size, checksum = STORE.receive(pieces, suffix=Path(suffix).suffix[:20], check_size=check_size)
    except StoreFailed as error:
        raise Unavailable(error.message) from error
    try:
        kind = sniff(path, suffix)
        name = STORE.keep(path, checksum=checksum, suffix=f".{kind.value}")
        with transaction.atomic():
            # Two uploads at once must not both take the last room.
            lock_until_commit(f"storage:{user.pk}")
            _check_size(size, _room_of(user))
            STORE.lock([name])
            row = UploadedFile.objects.create(
                user=user,
                conversation=conversation,
                original_filename=suffix,
                stored_filename=name.rpartition("/")[2],
                file_path=name,
                file_type=kind.value,
                file_size=size,
                mime_type=kind.mime_type,
                checksum=checksum,
            )
            row.task = submit_task(
                user=user, project=project, task_type=READ_KIND, input_data={"file_id": str(row.pk)},
                priority=settings.CHAT_PRIORITY, api_key=api_key, request_id=request_id,
            )  # fmt: skip
            UploadedFile.objects.filter(pk=row.pk).update(task=row.task)
    except ExtractionError as error:
        raise FileRefused(error.message, code=error.code) from error
    except StoreFailed as error:
        raise Unavailable(error.message) from error
    finally:
        path.unlink(missing_ok=True)
    return row


def as_entry(row: UploadedFile) -> dict[str, Any]:
    """The file in D2's array of a message's files."""
    return {"id": str(row.pk), "name": row.original_filename, "type": row.mime_type, "size": row.file_size}


def clean_name(filename: str) -> str:
    """The last part of a path, without control characters, at most 255 characters with its suffix."""
    last = filename.replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in last if character.isprintable()).strip() or "file"
    if len(name) <= MAX_NAME:
        return name
    stem, dot, suffix = name.rpartition(".")
    return f"{stem[: MAX_NAME - len(suffix) - 1]}.{suffix}" if dot and len(suffix) < 20 else name[:MAX_NAME]


def _check_size(size: int, room_bytes: int) -> None:
    if size > settings.CHAT_MAX_FILE_BYTES:
        raise FileRefused.too_large(settings.CHAT_MAX_FILE_BYTES)
    if size > room_bytes:
        raise storage_full()


def _room_of(user: Account) -> int:
    used = UploadedFile.objects.filter(user=user).stored_bytes()
    return int(settings.CHAT_STORAGE_BYTES) - used


def storage_full() -> FileRefused:
    """The person's storage is used up."""
    message = _("Your files may take %(limit)d MB. Delete some of them first.")
    detail = message % {"limit": settings.CHAT_STORAGE_BYTES // 1_000_000}
    return FileRefused(detail, code="storage_full", status_code=413)


def hand_over(*, file: UploadedFile) -> bool:
    """Give a file to another of the person's conversations that names it (a fork); False when there is none."""
    named = Message.objects.filter(conversation__user=file.user_id, files__contains=[{"id": str(file.pk)}])
    elsewhere = named.exclude(conversation=file.conversation_id).values_list("conversation_id", flat=True).first()
    if elsewhere is None:
        return False
    UploadedFile.objects.filter(pk=file.pk).update(conversation_id=elsewhere)
    return True


def delete_file(*, file: UploadedFile) -> None:
    """Delete the row with its passages; the bytes go with their last row."""
    name = file.file_path
    file.delete()
    transaction.on_commit(lambda: STORE.let_go(name))


def fail_reading(*, task_ids: list[UUID]) -> None:
    """Files whose reading failed or was cancelled say why."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE uploaded_files SET status = 'failed', error_code = tasks.error_code,"
            " error_message = tasks.error_message FROM tasks WHERE tasks.task_id = uploaded_files.task_id"
            " AND tasks.task_id = ANY(%s) AND uploaded_files.status = 'waiting'",
            [task_ids],
        )


def remove_orphan_files() -> int:
    """Remove stored files that no row names and that are older than a day; returns how many."""
    removed = STORE.remove_orphans()
    logger.info("chat.clean.completed", extra={"removed": removed})
    return removed


def open_file(file: UploadedFile) -> Any:
    """The stored bytes, open for reading."""
    return default_storage.open(file.file_path, "rb")
