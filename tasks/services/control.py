"""What people do to a task: cancel, pause, resume, retry. Each locks the row, checks its state and says why not."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import admit, hold_usage, release_usage
from tasks.models import Task
from tasks.registry import kind_named
from tasks.services.acting import acting
from tasks.services.chains import advance_chain, lock_chain
from tasks.services.dispatch import dispatch_after_commit
from tasks.services.ending import release_reservations
from tasks.services.errors import IllegalTransition, TaskNotFound
from tasks.services.notify import announce
from tasks.states import TERMINAL, TaskStatus

_NOT_LEASED = {"enqueued_at": None, "next_retry_at": None}


def _locked(task_id: UUID) -> Task:
    task: Task | None = Task.objects.select_for_update().filter(pk=task_id).first()
    if task is None:
        raise TaskNotFound
    return task


def _change(task: Task, **fields: object) -> None:
    Task.objects.filter(pk=task.pk).update(**fields)


def cancel_task(*, task_id: UUID, actor: Account | None, reason: str = "") -> Task:
    """Cancel a waiting task at once and ask a running one to stop; its waiting children are cancelled with it.

    Raises IllegalTransition when it has ended otherwise; cancelling twice is no error.
    """
    parent_id = Task.objects.filter(pk=task_id).values_list("parent_task_id", flat=True).first()
    with acting(actor, reason or "cancelled"):
        lock_chain(parent_id)
        task = _locked(task_id)
        if task.status == TaskStatus.PROCESSING:
            if task.cancel_requested_at is None:
                _change(task, cancel_requested_at=Now())
        elif task.status != TaskStatus.CANCELLED:
            if task.status in TERMINAL:
                raise IllegalTransition(_("The task has ended already."))
            _change(task, status=TaskStatus.CANCELLED, completed_at=Now(), cancel_requested_at=Now(), **_NOT_LEASED)
            release_reservations([task.pk])
            if task.parent_task_id is not None:
                advance_chain(task.parent_task_id)
        children = list(task.children.exclude(status__in=TERMINAL).values_list("pk", flat=True))
        announce([task.pk])
    for child_id in children:
        _cancel_child(child_id, actor, reason)
    task.refresh_from_db()
    return task


def _cancel_child(task_id: UUID, actor: Account | None, reason: str) -> None:
    try:
        cancel_task(task_id=task_id, actor=actor, reason=reason or "parent cancelled")
    except IllegalTransition:
        # It ended between our look and the lock: there is nothing left to cancel.
        return


def pause_task(*, task_id: UUID, actor: Account | None, reason: str = "") -> Task:
    """Pause a waiting task at once; a running one stops at its next checkpoint.

    A handler that has no checkpoint runs to its end: unlike a cancel, a pause is never enforced, since it would throw
    finished work away. Its reserved quota stays reserved. Raises IllegalTransition when the task has ended.
    """
    with acting(actor, reason or "paused"):
        task = _locked(task_id)
        if task.status == TaskStatus.PROCESSING:
            _change(task, pause_requested_at=Now())
        elif task.status in TERMINAL:
            raise IllegalTransition(_("The task has ended already."))
        elif task.status != TaskStatus.PAUSED:
            _change(task, status=TaskStatus.PAUSED, **_NOT_LEASED)
        announce([task.pk])
    task.refresh_from_db()
    return task


def resume_task(*, task_id: UUID, actor: Account | None, reason: str = "") -> Task:
    """Put a paused task back, or withdraw a pause that a running task has not reached yet.

    Raises IllegalTransition when the task is neither. Its place in the queue is decided anew, by priority and age.
    """
    with acting(actor, reason or "resumed"):
        task = _locked(task_id)
        if task.status == TaskStatus.PAUSED:
            _change(task, status=TaskStatus.PENDING, pause_requested_at=None)
            dispatch_after_commit(task.queue_name)
        elif task.status == TaskStatus.PROCESSING and task.pause_requested_at is not None:
            _change(task, pause_requested_at=None)
        else:
            raise IllegalTransition(_("The task is not paused."))
        announce([task.pk])
    task.refresh_from_db()
    return task


def retry_task(*, task_id: UUID, actor: Account | None, reason: str = "") -> Task:
    """Start a failed or cancelled task again as a new attempt; its quota is reserved anew (429 when it does not fit).

    A chain's failed and cancelled children are started again with it, all of them or nothing: a sweeper that saw the
    parent waiting and its children failed would fail the parent once more.
    """
    task: Task | None = Task.objects.filter(pk=task_id).select_related("user", "api_key").first()
    if task is None:
        raise TaskNotFound
    if task.status not in (TaskStatus.FAILED, TaskStatus.CANCELLED):
        raise IllegalTransition(_("Only failed and cancelled tasks can be retried."))
    kind = kind_named(task.task_type)
    children = list(
        task.children.filter(status__in=(TaskStatus.FAILED, TaskStatus.CANCELLED)).order_by("execution_order")
    )
    amounts = kind.estimate(task.input_data) if kind.estimate else {}
    if amounts:
        admit(
            account=task.user, endpoint=kind.name, count_request=False, amounts=amounts, key=task.api_key,
            project_id=task.project_id, reservation_id=task.pk,
        )  # fmt: skip
    try:
        with transaction.atomic():
            _restart(task, amounts, actor, reason, waits=kind.waits_for_children and bool(children))
            _retry_children(children, actor, reason)
    except BaseException:
        if amounts:
            release_usage(reservation_ids=[task.pk])
        raise
    task.refresh_from_db()
    return task


def _restart(task: Task, amounts: Mapping[str, int], actor: Account | None, reason: str, *, waits: bool) -> None:
    """The new attempt's row, with its reservation, in one transaction."""
    with acting(actor, reason or "retried"):
        locked = _locked(task.pk)
        if locked.status not in (TaskStatus.FAILED, TaskStatus.CANCELLED):
            raise IllegalTransition(_("Only failed and cancelled tasks can be retried."))
        _change(
            locked, status=TaskStatus.PENDING, completed_at=None, cancel_requested_at=None, pause_requested_at=None,
            retry_count=0, crash_count=0, publish_count=0, error_code="", error_message="", progress=0,
            # A deadline that has passed would end the new attempt before it starts.
            deadline=Case(When(deadline__gt=Now(), then=F("deadline"))),
            pending_deps=1 if waits else 0,
        )  # fmt: skip
        if amounts:
            hold_usage(
                reservation_id=task.pk, account_id=task.user_id, amounts=amounts, key_id=locked.api_key_id,
                project_id=locked.project_id,
            )  # fmt: skip
        dispatch_after_commit(task.queue_name)
        announce([task.pk])


def _retry_children(children: list[Task], actor: Account | None, reason: str) -> None:
    """Start the steps again; all but the first wait for the one before them."""
    first = min((child.execution_order or 0 for child in children), default=0)
    for child in children:
        with acting(actor, reason or "retried"):
            retry_task(task_id=child.pk, actor=actor, reason=reason)
            if (child.execution_order or 0) > first:
                Task.objects.filter(pk=child.pk, status=TaskStatus.PENDING).update(pending_deps=1)
