"""Celery entry points of the periodic jobs."""

from celery import shared_task

from chatbot.services import (
    clean_imports,
    delete_expired_conversations,
    discover_engines,
    embed_missing,
    interrupt_silent_replies,
    remove_orphan_files,
)
from chatbot.services.deviation import prune_events
from chatbot.services.stored import prune_completions


@shared_task(name="chatbot.interrupt_silent_replies", ignore_result=True)
def interrupt_silent() -> None:
    """Every few seconds: a reply whose writer died gets an end."""
    interrupt_silent_replies()


@shared_task(name="chatbot.delete_expired_conversations", ignore_result=True)
def delete_expired() -> None:
    """Every minute: temporary chats whose time is over."""
    delete_expired_conversations()


@shared_task(name="chatbot.clean_files", ignore_result=True)
def clean_files() -> None:
    """Daily: remove stored files that no row names, exports that nobody imported, completions kept long enough."""
    remove_orphan_files()
    clean_imports()
    prune_completions()


@shared_task(name="chatbot.prune_deviation_events", ignore_result=True)
def prune_deviation_events() -> None:
    """Daily: events of deviation that are older than the audit."""
    prune_events()


@shared_task(name="chatbot.discover_engines", ignore_result=True)
def discover() -> None:
    """Every minute: the models of a local Ollama become engines."""
    discover_engines()


@shared_task(name="chatbot.embed_memories", ignore_result=True)
def embed_memories() -> None:
    """Every ten minutes: memories saved while no engine could embed them get their meaning."""
    embed_missing()
