"""Celery entry points of the periodic jobs."""

from celery import shared_task

from tts.services import remove_orphan_files


@shared_task(name="tts.clean_audio", ignore_result=True)
def clean() -> None:
    """Daily: remove files that no row names."""
    remove_orphan_files()
