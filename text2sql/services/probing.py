"""Live tests of the engines that write queries."""

from collections.abc import Mapping

from chatbot.selectors.chatters import probe_chat_engine
from tasks.engines.errors import EngineUnavailable
from tasks.models import Engine
from text2sql.engines.base import SqlEngine
from text2sql.selectors.engines import MODEL_ADAPTER
from text2sql.services.language_models import choose_language_model


def probe_sql_engine(row: Engine, adapter: SqlEngine) -> Mapping[str, str | int | float]:
    """The engine's own probe; for the one that asks a language model, the live test of that model.

    Raises EngineUnavailable `no_language_model` where there is none, or what the model's own test raises.
    """
    if row.adapter != MODEL_ADAPTER:
        return adapter.probe()
    chatter = choose_language_model(requested=row.model or None, project=None)
    if chatter is None:
        message = "No language model is switched on among the chat engines."
        raise EngineUnavailable(message, code="no_language_model", retryable=False)
    return {"language_model": chatter.name, **probe_chat_engine(chatter.row, chatter.adapter)}
