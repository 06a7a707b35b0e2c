"""Chains: children of one parent run step by step (`execution_order`), the parent after its last child.

Every function locks the parent row first, so two siblings that end in the same millisecond see each other.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from tasks.models import Task
from tasks.services.dispatch import dispatch_after_commit
from tasks.services.ending import release_reservations
from tasks.services.errors import IllegalTransition, InvalidInput
from tasks.services.notify import announce
from tasks.states import ACTIVE, TERMINAL, ChildPolicy, TaskStatus

_NOT_STARTED = (TaskStatus.PENDING, TaskStatus.IN_QUEUE, TaskStatus.RETRYING, TaskStatus.PAUSED)


@dataclass(frozen=True)
class _Child:
    task_id: UUID
    status: str
    step: int
    pending_deps: int
    queue_name: str


def lock_parent(task: Task) -> None:
    """Check and lock the parent of a new child, and make the child wait for earlier steps."""
    candidates = Task.objects.select_for_update().filter(project_id=task.project_id)
    parent = candidates.filter(pk=task.parent_task_id).first() if task.parent_task_id else None
    if parent is None:
        raise InvalidInput(errors={"parent_task_id": [_("There is no such task in this project.")]})
    if parent.status in TERMINAL:
        raise IllegalTransition(_("The parent task has ended already."))
    earlier = Task.objects.filter(parent_task=parent, status__in=ACTIVE, execution_order__lt=task.execution_order or 0)
    task.pending_deps = 1 if task.pending_deps or earlier.exists() else 0


def lock_chain(parent_id: UUID | None) -> None:
    """Lock the parent before a child's own row; call it at the start of every transaction that may end a child.

    Two siblings that end at once would otherwise hold a row each and wait for the other's: a deadlock of a second.
    """
    if parent_id is not None:
        Task.objects.select_for_update().filter(pk=parent_id).values_list("pk").first()


def advance_chain(parent_id: UUID) -> None:
    """Recompute from the rows what may run next; call it in the transaction in which a child ended."""
    parent = Task.objects.select_for_update().get(pk=parent_id)
    children = [
        _Child(task_id, status, step or 0, pending_deps, queue_name)
        for task_id, status, step, pending_deps, queue_name in Task.objects.filter(parent_task=parent).values_list(
            "task_id", "status", "execution_order", "pending_deps", "queue_name"
        )
    ]
    broken = [c for c in children if c.status in (TaskStatus.FAILED, TaskStatus.CANCELLED)]
    if broken and parent.child_policy == ChildPolicy.FAIL:
        _stop_children(c.task_id for c in children if c.status in ACTIVE)
        _fail_parent(parent)
        return
    if broken and parent.child_policy == ChildPolicy.SKIP:
        first_broken = min(c.step for c in broken)
        skipped = {c.task_id for c in children if c.status in _NOT_STARTED and c.step > first_broken}
        _stop_children(skipped)
        children = [c for c in children if c.task_id not in skipped]
    _unblock(parent, [c for c in children if c.status in ACTIVE])


def _unblock(parent: Task, active: list[_Child]) -> None:
    if active:
        step = min(c.step for c in active)
        ready = [c for c in active if c.step == step and c.pending_deps and c.status == TaskStatus.PENDING]
        Task.objects.filter(pk__in=[c.task_id for c in ready]).update(pending_deps=0)
        dispatch_after_commit(*(c.queue_name for c in ready))
    elif parent.pending_deps and parent.status == TaskStatus.PENDING:
        Task.objects.filter(pk=parent.pk).update(pending_deps=0)
        dispatch_after_commit(parent.queue_name)


def _stop_children(task_ids: Iterable[UUID]) -> None:
    # What runs is only asked: its worker holds the lease, and it alone may write the end.
    ids = list(task_ids)
    Task.objects.filter(pk__in=ids, status=TaskStatus.PROCESSING).update(cancel_requested_at=Now())
    waiting = Task.objects.filter(pk__in=ids, status__in=_NOT_STARTED)
    cancelled = list(waiting.values_list("pk", flat=True))
    waiting.update(
        status=TaskStatus.CANCELLED, completed_at=Now(), enqueued_at=None, next_retry_at=None,
        error_code="chain_stopped", error_message="An earlier step of the chain did not complete.",
    )  # fmt: skip
    release_reservations(cancelled)
    announce(ids)


def _fail_parent(parent: Task) -> None:
    failed = Task.objects.filter(Q(pk=parent.pk), status__in=_NOT_STARTED).update(
        status=TaskStatus.FAILED, completed_at=Now(), enqueued_at=None, next_retry_at=None,
        error_code="child_failed", error_message="A step of the chain did not complete.",
    )  # fmt: skip
    if failed:
        release_reservations([parent.pk])
        announce([parent.pk])
        if parent.parent_task_id is not None:
            advance_chain(parent.parent_task_id)
