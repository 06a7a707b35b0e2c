"""Django configuration of tts: offers its engines and the task kind `tts.speak`."""

import operator
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class TTSConfig(AppConfig):
    """The tts app."""

    name = "tts"
    verbose_name = _("Voice")

    def ready(self) -> None:
        """Register checks, engines and the kind.

        Imports stand here because models and settings are not ready when this module is loaded.
        """
        from tasks.engines.loader import EngineRegistry
        from tasks.registry import TaskKind, register, register_engines
        from tts import checks, handlers, services
        from tts.engines.base import as_speech_engine

        checks.register_checks()
        register_engines(EngineRegistry("tts", settings.ENGINE_PATHS["tts"], accepts=as_speech_engine))
        register(
            TaskKind(
                name=services.KIND,
                title=_("Speak a text"),
                handler=handlers.speak,
                input_schema=services.INPUT_SCHEMA,
                queue_name="tts_queue",
                scope="tts:write",
                estimate=services.estimate_usage,
                prepare=services.prepare_input,
                on_submit=services.create_audio_request,
                summarize=operator.itemgetter("text"),
                metered=("requests", "characters"),
            )
        )
        post_migrate.connect(_after_migration, sender=self)


def _after_migration(**_kwargs: Any) -> None:
    from tts.services.answering import ensure_cache_worker

    ensure_cache_worker()
