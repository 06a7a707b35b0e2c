"""Celery entry points of the periodic jobs."""

from celery import shared_task


@shared_task(name="text2sql.clean_results", ignore_result=True)
def clean() -> None:
    """Daily: rows and files whose time is over."""
    from text2sql.services.exporting import clean_results

    clean_results()


@shared_task(name="text2sql.embed_knowledge", ignore_result=True)
def embed() -> None:
    """Every ten minutes: known questions of long imports get their meaning."""
    from text2sql.services.knowledge_rows import embed_missing_knowledge

    embed_missing_knowledge()
