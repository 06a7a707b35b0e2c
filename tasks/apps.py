"""Django configuration of tasks."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class TasksConfig(AppConfig):
    """The tasks app."""

    name = "tasks"

    def ready(self) -> None:
        """Offer the chain, and keep queues and engines in step with what is installed after each migration."""
        from tasks.handlers import CHAIN
        from tasks.registry import register

        register(CHAIN)
        post_migrate.connect(_sync, sender=self)


def _sync(**_kwargs: Any) -> None:
    from tasks.services import sync_engines, sync_queues

    sync_queues()
    sync_engines()
