"""Celery entry points of the periodic jobs."""

from celery import shared_task

from monitoring import services


@shared_task(name="monitoring.keep_partitions", ignore_result=True)
def keep_partitions() -> None:
    """Hourly: the months ahead exist, those whose time is over go, rows astray raise the alarm."""
    services.keep_partitions()


@shared_task(name="monitoring.empty_contents", ignore_result=True)
def empty_contents() -> None:
    """Hourly: what people and engines said is kept for some time only."""
    services.empty_contents()
