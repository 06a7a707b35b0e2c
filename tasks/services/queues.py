"""Queues: pausing, resuming and keeping the rows in step with the registry."""

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Account
from config.common.problems import NotFound
from tasks.models import Queue
from tasks.registry import queue_profiles
from tasks.services.acting import acting
from tasks.services.dispatch import dispatch_after_commit


def _locked(queue_name: str) -> Queue:
    queue: Queue | None = Queue.objects.select_for_update().filter(queue_name=queue_name).first()
    if queue is None:
        raise NotFound(_("There is no queue of this name."))
    return queue


def pause_queue(*, queue_name: str, actor: Account | None, reason: str = "") -> Queue:
    """From the commit on no worker claims from this queue; running tasks go on.

    Messages that are in the broker already are no exception: the claim itself looks at this row. Pausing a paused queue
    keeps the first reason and time. Raises NotFound.
    """
    with acting(actor, reason):
        queue = _locked(queue_name)
        Queue.objects.filter(pk=queue.pk, is_paused=False).update(
            is_paused=True, paused_at=Now(), paused_by=actor, paused_reason=reason
        )
    queue.refresh_from_db()
    return queue


def resume_queue(*, queue_name: str, actor: Account | None, reason: str = "") -> Queue:
    """Let the queue run again, at once."""
    with acting(actor, reason):
        queue = _locked(queue_name)
        Queue.objects.filter(pk=queue.pk).update(is_paused=False, paused_at=None, paused_by=None, paused_reason="")
        dispatch_after_commit(queue_name)
    queue.refresh_from_db()
    return queue


def sync_queues() -> None:
    """Make a row for each queue that registered kinds name; rows that staff changed stay as they are."""
    for queue_name, profile in queue_profiles().items():
        Queue.objects.get_or_create(queue_name=queue_name, defaults={"profile": profile})
