"""Celery entry points of the periodic jobs."""

from celery import shared_task

from accounts.services import flush_rate_windows, prune_rate_windows, reconcile_counters


@shared_task(name="accounts.flush_rate_windows", ignore_result=True)
def flush_windows() -> None:
    """Every minute: write request counts behind."""
    flush_rate_windows()


@shared_task(name="accounts.reconcile_counters", ignore_result=True)
def reconcile() -> None:
    """Every minute: heal live counters that missed a settlement.

    May run twice at once: what was read before a change is not written, and the rest writes the same.
    """
    reconcile_counters()


@shared_task(name="accounts.prune_rate_windows", ignore_result=True)
def prune_windows() -> None:
    """Daily: drop windows past their retention."""
    prune_rate_windows()
