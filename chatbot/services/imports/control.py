"""What people do with imports: start, confirm, cancel, delete."""

import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from chatbot.models import ImportRun
from chatbot.services.errors import FileRefused
from chatbot.services.files import clean_name
from chatbot.services.imports.receiving import STORE, check_room, lock_imports, receive_export, room_of
from chatbot.states import ImportStatus
from config.common.problems import Conflict, Forbidden, NotFound, Unavailable
from projects.models import Project
from projects.services import get_abilities
from tasks.services import IllegalTransition, cancel_task, submit_task
from tasks.storage import StoreFailed

logger = logging.getLogger(__name__)

IMPORT_KIND = "chatbot.import"
IMPORT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["run_id"],
    "additionalProperties": False,
    "properties": {"run_id": {"type": "string", "format": "uuid"}},
}
#: A file that nobody confirms is removed after this.
KEPT_FOR = timedelta(days=7)
_COUNTS = ("imported", "updated", "unchanged", "skipped", "failed", "message")


class ImportNotFound(NotFound):
    """No such import, or not this person's."""

    code = "import_not_found"
    title = "There is no such import."


class ImportNotReady(Conflict):
    """Only a trial run that has ended, and whose file is still there, can be confirmed."""

    code = "import_not_ready"
    title = "This import cannot be confirmed now."


def prepare_import(input_data: dict[str, Any], project: Project | None) -> dict[str, Any]:
    """The run must wait: this kind is submitted with its file, not by itself."""
    if not ImportRun.objects.filter(pk=input_data["run_id"], task=None, status=ImportStatus.WAITING).exists():
        raise ImportNotFound
    return input_data


def start_import(
    *,
    user: Account,
    project: Project,
    pieces: Iterable[bytes],
    filename: str,
    dry_run: bool = True,
    timezone: str = "UTC",
    api_key: ApiKey | None = None,
    request_id: str = "",
) -> ImportRun:
    """Take an export in and let a worker try it, or do it. Raises FileRefused (400, 413), Forbidden or Unavailable.

    `timezone` is where naive times of the file were written, by its IANA name.
    """
    if not get_abilities(project=project, user=user)["submit_tasks"]:
        raise Forbidden(_("You may not start tasks in this project."))
    zone = _checked_zone(timezone)
    name = clean_name(filename)
    received = receive_export(user=user, pieces=pieces, filename=name)
    try:
        with transaction.atomic():
            lock_imports(user)
            check_room(received.size, room_of(user))
            STORE.lock([received.name])
            run = ImportRun.objects.create(
                user=user, project=project, original_filename=name, file_path=received.name,
                file_size=received.size, checksum=received.checksum, timezone=zone, dry_run=dry_run,
            )  # fmt: skip
            _submit(run, api_key, request_id)
    except StoreFailed as error:
        raise Unavailable(error.message) from error
    return run


def _checked_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        message = _("%(name)s is no known time zone.") % {"name": name[:64]}
        error = FileRefused(message, code="unknown_timezone")
        error.errors = {"timezone": [message]}
        raise error from None
    return name


def _submit(run: ImportRun, api_key: ApiKey | None, request_id: str) -> None:
    run.task = submit_task(
        user=run.user, project=run.project, task_type=IMPORT_KIND, input_data={"run_id": str(run.pk)},
        priority=settings.CHAT_PRIORITY, api_key=api_key, request_id=request_id,
    )  # fmt: skip
    ImportRun.objects.filter(pk=run.pk).update(task=run.task)


@transaction.atomic
def confirm_import(*, run: ImportRun, api_key: ApiKey | None = None, request_id: str = "") -> ImportRun:
    """Do what the trial run reported, with the file that is kept. Raises ImportNotReady or Forbidden."""
    locked = ImportRun.objects.select_for_update(of=("self",)).select_related("user", "project").filter(pk=run.pk)
    found = locked.first()
    if found is None:
        raise ImportNotFound
    if not found.dry_run or found.status != ImportStatus.COMPLETED:
        raise ImportNotReady
    if not found.file_path:
        raise ImportNotReady(_("The file has been removed meanwhile. Upload it again."), code="import_file_removed")
    if not get_abilities(project=found.project, user=found.user)["submit_tasks"]:
        raise Forbidden(_("You may not start tasks in this project."))
    found.items.all().delete()
    found.dry_run, found.status, found.task, found.finished_at = False, ImportStatus.WAITING, None, None
    for name in _COUNTS:
        setattr(found, f"{name}_count", 0)
    found.save()
    _submit(found, api_key, request_id)
    return found


def cancel_import(*, run: ImportRun, actor: Account) -> None:
    """Stop it; what has been imported stays. Raises IllegalTransition when it has ended."""
    if run.task_id is None:
        raise ImportNotReady
    cancel_task(task_id=run.task_id, actor=actor)


@transaction.atomic
def delete_import(*, run: ImportRun, actor: Account) -> None:
    """Delete the report and the file; conversations that were imported stay. A running import is stopped."""
    if run.task_id is not None and run.status == ImportStatus.WAITING:
        try:
            with transaction.atomic():
                cancel_task(task_id=run.task_id, actor=actor)
        except IllegalTransition:
            # It ended between our look and the lock: there is nothing left to stop.
            logger.info("chat.import.ended_before_delete")
    name = run.file_path
    run.delete()
    if name:
        transaction.on_commit(lambda: STORE.let_go(name))


def end_imports(*, task_ids: list[UUID]) -> None:
    """Imports whose task failed or was cancelled say so, and why."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE import_runs SET error_code = tasks.error_code, error_message = tasks.error_message,"
            " finished_at = clock_timestamp(), status = CASE tasks.status WHEN 'cancelled' THEN 'cancelled'"
            " ELSE 'failed' END FROM tasks WHERE tasks.task_id = import_runs.task_id"
            " AND tasks.task_id = ANY(%s) AND import_runs.status = 'waiting'",
            [task_ids],
        )


def clean_imports() -> int:
    """Remove files that nobody confirmed within a week, and those that no run names; returns how many."""
    old = ImportRun.objects.exclude(file_path="").exclude(status=ImportStatus.WAITING)
    old.filter(created_at__lt=clock.now() - KEPT_FOR).update(file_path="")
    removed = STORE.remove_orphans()
    logger.info("chat.import.cleaned", extra={"removed": removed})
    return removed
