"""Django configuration of chatbot: offers its engines and the task kind `chatbot.reply`."""

from dataclasses import replace
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class ChatbotConfig(AppConfig):
    """The chatbot app."""

    name = "chatbot"
    verbose_name = _("Chat")

    def ready(self) -> None:
        """Register engines and kinds, and receive what becomes of tasks.

        Imports stand here because models and settings are not ready when this module is loaded.
        """
        from celery.signals import worker_ready

        from chatbot import handlers, receivers, services
        from chatbot.engines.base import as_chat_engine
        from chatbot.engines.embedding import as_embedding_engine
        from chatbot.replying import completing, remote
        from chatbot.selectors.chatters import probe_chat_engine
        from monitoring.events import interactions_ended
        from tasks.engines.loader import EngineRegistry
        from tasks.events import tasks_abandoned
        from tasks.registry import TaskKind, register, register_engines
        from tasks.states import WorkerProfile

        chat_engines = EngineRegistry("chat", settings.ENGINE_PATHS["chat"], accepts=as_chat_engine)
        register_engines(chat_engines, probe=probe_chat_engine)
        register_engines(EngineRegistry("embeddings", settings.ENGINE_PATHS["embeddings"], accepts=as_embedding_engine))
        worker_ready.connect(receivers.sync_guide_at_start, dispatch_uid="chatbot.sync_guide")
        services.set_launcher(remote.launch)
        tasks_abandoned.connect(receivers.end_replies, dispatch_uid="chatbot.end_replies")
        interactions_ended.connect(receivers.book_gateway_calls, dispatch_uid="chatbot.book_gateway_calls")
        tasks_abandoned.connect(receivers.end_readings, dispatch_uid="chatbot.end_readings")
        tasks_abandoned.connect(receivers.end_imports, dispatch_uid="chatbot.end_imports")
        register(
            TaskKind(
                name=services.READ_KIND,
                title=_("Read a file"),
                handler=handlers.read_file,
                input_schema=services.READ_SCHEMA,
                queue_name="chat_queue",
                prepare=services.prepare_reading,
            )
        )
        register(
            TaskKind(
                name=services.IMPORT_KIND,
                title=_("Import chats"),
                handler=handlers.import_chats,
                input_schema=services.IMPORT_SCHEMA,
                queue_name="chat_queue",
                prepare=services.prepare_import,
            )
        )
        completion = TaskKind(
            name=completing.KIND,
            title=_("Answer a program"),
            handler=handlers.complete,
            input_schema=completing.SCHEMA,
            queue_name="chat_queue",
            max_retries=0,
            scope="chat:write",
            is_quiet=True,
        )
        reply = TaskKind(
            name=services.KIND,
            title=_("Answer a message"),
            handler=handlers.reply,
            input_schema=services.REPLY_SCHEMA,
            queue_name="chat_queue",
            scope="chat:write",
            estimate=services.estimate_reply,
            prepare=services.prepare_reply,
            metered=("requests", "tokens"),
            is_quiet=True,
        )
        register(completion)
        register(reply)
        if settings.HAS_MODEL_PACKAGES:
            # A queue belongs to one kind of worker, therefore the same work has a second name.
            heavy: dict[str, Any] = {"queue_name": "chat_models", "profile": WorkerProfile.HEAVY}
            register(replace(completion, name=completing.MODEL_KIND, **heavy))
            register(replace(reply, name=services.MODEL_KIND, **heavy))
