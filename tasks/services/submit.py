"""Accepting work: one INSERT in the caller's transaction, publishing after the commit."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from accounts.models import Account, ApiKey
from accounts.queries import insert_row
from accounts.services import admit, hold_usage, release_usage
from config.common.ids import uuid7
from config.common.problems import Forbidden
from projects.models import Project
from projects.services import get_abilities
from tasks.models import Task, TaskStatus
from tasks.registry import JsonObject, TaskKind, UnknownKind, kind_named
from tasks.services.acting import acting
from tasks.services.chains import lock_parent
from tasks.services.dispatch import dispatch_after_commit
from tasks.services.errors import DeadlineInPast, IdempotencyKeyReused, InvalidInput, UnknownTaskType

MAX_REPORTED_ERRORS = 10


def submit_task(
    *,
    user: Account,
    project: Project,
    task_type: str,
    input_data: JsonObject,
    priority: int | None = None,
    deadline: datetime | None = None,
    max_retries: int | None = None,
    parent_task: Task | None = None,
    execution_order: int | None = None,
    child_policy: str = "fail",
    idempotency_key: str | None = None,
    api_key: ApiKey | None = None,
    metadata: JsonObject | None = None,
    request_id: str = "",
) -> Task:
    """Accept a task, or raise a DomainError and change nothing.

    Metered kinds reserve their estimate first (429 when it does not fit). The same idempotency key with the same
    request returns the first task; with another request it raises IdempotencyKeyReused.
    """
    kind = find_kind(task_type)
    if not get_abilities(project=project, user=user)["submit_tasks"]:
        raise Forbidden(_("You may not start tasks in this project."))
    if deadline is not None and deadline <= database_now():
        raise DeadlineInPast
    # Everything a caller can ask for: another parent or other metadata is another request.
    fingerprint = request_fingerprint(
        project.pk, task_type, input_data, priority, deadline, max_retries, metadata,
        parent_task and parent_task.pk, execution_order, child_policy,
    )  # fmt: skip
    if idempotency_key and (known := _replay(user, idempotency_key, fingerprint)):
        return known
    checked = validated_input(kind, input_data, project)
    task = Task(
        task_id=uuid7(),
        user=user,
        project=project,
        api_key=api_key,
        task_type=kind.name,
        queue_name=kind.queue_name,
        priority=project.priority if priority is None else priority,
        title=summary_of(kind, checked),
        input_data=checked,
        deadline=deadline,
        max_retries=kind.max_retries if max_retries is None else max_retries,
        parent_task=parent_task,
        execution_order=execution_order,
        pending_deps=1 if kind.waits_for_children else 0,
        child_policy=child_policy,
        idempotency_key=idempotency_key or None,
        idempotency_hash=fingerprint if idempotency_key else "",
        request_id=request_id,
        metadata=metadata or {},
    )
    try:
        return _insert(task, kind)
    except IntegrityError as error:
        raced = idempotency_key and "tasks_idempotency_key" in str(error)
        # Two identical requests raced: the other one's row is the answer.
        if raced and (known := _replay(user, str(idempotency_key), fingerprint)):
            return known
        raise


def find_kind(task_type: str) -> TaskKind:
    """The registered kind, or UnknownTaskType."""
    try:
        return kind_named(task_type)
    except UnknownKind:
        raise UnknownTaskType(errors={"task_type": [_("%(name)s is unknown.") % {"name": task_type}]}) from None


def validated_input(kind: TaskKind, input_data: JsonObject, project: Project | None) -> JsonObject:
    """The input after schema check and the kind's own `prepare`; raises InvalidInput with errors by field."""
    errors: dict[str, list[str]] = {}
    for error in sorted(kind.validator.iter_errors(input_data), key=str)[:MAX_REPORTED_ERRORS]:
        path = ".".join(str(part) for part in error.absolute_path)
        errors.setdefault(f"input_data.{path}" if path else "input_data", []).append(error.message[:300])
    if errors:
        raise InvalidInput(errors=errors)
    return kind.prepare(input_data, project) if kind.prepare else input_data


def summary_of(kind: TaskKind, input_data: JsonObject) -> str:
    """One line of at most 200 characters, without line breaks."""
    return " ".join(kind.summarize(input_data).split())[:200] if kind.summarize else ""


def request_fingerprint(*parts: Any) -> str:
    """SHA-256 of what makes two requests the same.

    Keys are sorted, so the order of fields is no difference; moments and UUIDs count as their text. Unicode is compared
    as it came: composed and decomposed accents are two requests.
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def database_now() -> datetime:
    """PostgreSQL's clock: the only one the protocol trusts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row = cursor.fetchone()
    now: datetime = row[0]
    return now


def _replay(user: Account, idempotency_key: str, fingerprint: str) -> Task | None:
    task = Task.objects.filter(user=user, idempotency_key=idempotency_key).first()
    if task is not None and task.idempotency_hash != fingerprint:
        raise IdempotencyKeyReused
    return task


def _insert(task: Task, kind: TaskKind) -> Task:
    amounts: Mapping[str, int] = kind.estimate(task.input_data) if kind.estimate else {}
    if amounts:
        admit(
            account=task.user, endpoint=kind.name, count_request=False, amounts=amounts, key=task.api_key,
            project_id=task.project_id, reservation_id=task.task_id,
        )  # fmt: skip
    try:
        with acting(task.user, "submitted", ahead=True):
            if task.parent_task_id is not None:
                lock_parent(task)
            insert_row(task)
            if amounts:
                hold_usage(
                    reservation_id=task.task_id, account_id=task.user_id, amounts=amounts, key_id=task.api_key_id,
                    project_id=task.project_id, is_settled=lambda: task.status == TaskStatus.COMPLETED,
                )  # fmt: skip
            if kind.on_submit:
                kind.on_submit(task)
            # A kind may answer at once, from a cache: then there is nothing to dispatch.
            if task.status == TaskStatus.PENDING:
                dispatch_after_commit(task.queue_name)
    except BaseException:
        if amounts:
            release_usage(reservation_ids=[task.task_id])
        raise
    return task
