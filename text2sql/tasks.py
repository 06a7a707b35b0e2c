"""Celery entry points of the periodic jobs."""

from celery import shared_task


@shared_task(name="text2sql.clean_results", ignore_result=True)
def clean() -> None:
    """Daily: rows and files whose time is over."""
    from text2sql.services.exporting import clean_results

    clean_results()
