"""Django configuration of text2sql: offers its engines and the kinds of work on databases."""

from dataclasses import replace
from functools import partial
from operator import itemgetter

from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class Text2SqlConfig(AppConfig):
    """The text2sql app.

    It stands above chat and results, and nothing but the pages' templates knows it.
    """

    name = "text2sql"
    verbose_name = _("SQL")

    def ready(self) -> None:
        """Register engines and kinds, and receive what becomes of tasks and of the house's start.

        Imports stand here because models and settings are not ready when this module is loaded.
        """
        from monitoring.events import house_prepared
        from tasks.engines.loader import EngineRegistry
        from tasks.events import tasks_abandoned
        from tasks.registry import TaskKind, register, register_engines
        from tasks.states import WorkerProfile
        from text2sql import handlers, receivers
        from text2sql.engines.base import as_sql_engine
        from text2sql.services import asking, inputs
        from text2sql.services.probing import probe_sql_engine

        engines = EngineRegistry("text2sql", settings.ENGINE_PATHS["text2sql"], accepts=as_sql_engine)
        register_engines(engines, probe=probe_sql_engine, are_models=False)
        tasks_abandoned.connect(receivers.end_queries, dispatch_uid="text2sql.end_queries")
        house_prepared.connect(receivers.make_demo, dispatch_uid="text2sql.make_demo")
        kind = partial(TaskKind, queue_name=inputs.QUEUE, scope="text2sql:write")
        ask = kind(
            name=inputs.ASK_KIND, title=_("Ask a database"), handler=handlers.ask, input_schema=inputs.ASK_SCHEMA,
            prepare=inputs.prepare_question, on_submit=asking.create_query, summarize=itemgetter("question"),
            estimate=inputs.estimate_usage, metered=("requests",),
        )  # fmt: skip
        kinds = (
            ask,
            kind(
                name=inputs.RUN_KIND, title=_("Run a query"), handler=handlers.run, input_schema=inputs.RUN_SCHEMA,
                prepare=inputs.prepare_statement, on_submit=asking.create_query, summarize=itemgetter("sql"),
                estimate=inputs.estimate_usage, metered=("requests",),
            ),
            kind(
                name=inputs.INTROSPECT_KIND, title=_("Read a database's schema"), handler=handlers.introspect,
                input_schema=inputs.CONNECTION_SCHEMA, on_submit=asking.check_connection,
            ),
            kind(
                name=inputs.TEST_KIND, title=_("Test a connection"), handler=handlers.test, max_retries=0,
                input_schema=inputs.CONNECTION_SCHEMA, on_submit=asking.check_connection, is_quiet=True,
            ),
            kind(
                name=inputs.EXPORT_KIND, title=_("Export a result"), handler=handlers.export,
                input_schema=inputs.EXPORT_SCHEMA, on_submit=asking.create_export, summarize=itemgetter("format"),
            ),
            kind(
                name=inputs.EVALUATE_KIND, title=_("Evaluate the knowledge base"), handler=handlers.evaluate,
                input_schema=inputs.CONNECTION_SCHEMA, on_submit=asking.create_evaluation,
            ),
        )  # fmt: skip
        for made in kinds:
            register(made)
        if settings.HAS_MODEL_PACKAGES:
            # A queue belongs to one kind of worker: where a model is resident, the same work has a second name.
            register(replace(ask, name=inputs.ASK_MODEL_KIND, queue_name="chat_models", profile=WorkerProfile.HEAVY))
