"""Which engines are asked for a query, and in which order."""

from dataclasses import dataclass

from projects.models import Project
from tasks.engines.errors import EngineUnavailable
from tasks.models import Engine
from tasks.services import choose_engine, load_adapter
from text2sql.engines.base import DOMAIN, SqlEngine, as_sql_engine

#: The adapter that asks a language model; it goes first wherever there is one.
MODEL_ADAPTER = "llm"


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """A catalogue row and its adapter.

    Of a domain whose rows may name adapters that are not installed: those are never chosen.
    """

    row: Engine
    adapter: SqlEngine

    @property
    def needs_model(self) -> bool:
        """Whether it asks a language model."""
        return self.row.adapter == MODEL_ADAPTER

    @property
    def chat_engine(self) -> str | None:
        """The chat engine that the row names; None for the default one.

        A row's `model` is a chat engine's name, so that prices, quotas and credentials stand in one place.
        """
        return self.row.model or None


def engines_for(requested: str | None, project: Project | None) -> list[EngineChoice]:
    """The engine that was asked for, or the project's; else a language model's and then the default one.

    Raises UnknownEngine or EngineError when none can be used.
    """
    chosen = _choice(choose_engine(domain=DOMAIN, requested=requested, project=project))
    named = requested or _is_projects_choice(project)
    if named or chosen.needs_model:
        return [chosen]
    models = Engine.objects.enabled(DOMAIN).filter(adapter=MODEL_ADAPTER)
    return [*(_choice(row) for row in models[:1]), chosen]


def _is_projects_choice(project: Project | None) -> bool:
    engines = project.settings.get("engines") if project is not None else None
    return isinstance(engines, dict) and bool(engines.get(DOMAIN))


def _choice(row: Engine) -> EngineChoice:
    adapter = as_sql_engine(load_adapter(row))
    if adapter is None:
        raise EngineUnavailable(f"The engine {row.name} writes no queries.", retryable=False)
    return EngineChoice(row, adapter)
