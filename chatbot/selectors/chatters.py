"""The chat engines that staff enabled, joined with what their adapters can do."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath

from django.utils.translation import gettext as _

from chatbot.engines.base import (
    DOMAIN,
    ChatEngine,
    LocalChatEngine,
    ProbesTarget,
    RemoteChatEngine,
    Target,
    as_chat_engine,
)
from projects.models import Project
from tasks.engines.errors import EngineError
from tasks.models import Engine
from tasks.services import choose_engine, load_adapter

#: For engines that say nothing; small enough for every model in use.
DEFAULT_CONTEXT_TOKENS = 8_192


@dataclass(frozen=True, slots=True)
class Chatter:
    """A catalogue row and its adapter; `name` is how conversations, messages and results call the engine."""

    row: Engine
    adapter: ChatEngine

    @property
    def name(self) -> str:
        """Name of the catalogue row."""
        return self.row.name

    @property
    def version(self) -> str:
        """Version on the adapter's card, with the model where the row names one."""
        # People see it: of a model's folder only the name, not where it lies.
        model = PurePath(self.row.model).name if self.is_heavy else self.row.model
        return f"{self.adapter.card.version} {model}".strip()

    @property
    def is_local(self) -> bool:
        """Local engines run on a worker, remote ones in the web process' event loop."""
        return self.adapter.card.local

    @property
    def is_heavy(self) -> bool:
        """Whether it holds a model in memory and needs a heavy worker for that."""
        return bool(self.adapter.card.options.get("heavy"))

    @property
    def context_tokens(self) -> int:
        """How much fits into one request: the row's option, else the card's limit."""
        given = self.row.options.get("context_tokens") if isinstance(self.row.options, dict) else None
        return int(given or self.adapter.card.limits.get("context_tokens", DEFAULT_CONTEXT_TOKENS))

    @property
    def target(self) -> Target:
        """Where requests go."""
        return Target(self.row.model, self.row.base_url, self.row.credential, self.row.options)

    @property
    def local(self) -> LocalChatEngine:
        """The adapter of a local engine; raises EngineError for a remote one."""
        if not isinstance(self.adapter, LocalChatEngine):
            raise _cannot_chat(self.row)
        return self.adapter

    @property
    def remote(self) -> RemoteChatEngine:
        """The adapter of a remote engine; raises EngineError for a local one."""
        if not isinstance(self.adapter, RemoteChatEngine):
            raise _cannot_chat(self.row)
        return self.adapter


def _cannot_chat(row: Engine) -> EngineError:
    return EngineError(_("The engine %(name)s cannot chat.") % {"name": row.name}, code="engine_unavailable")


def chatter_for(row: Engine) -> Chatter:
    """The chatter of a catalogue row. Raises EngineUnavailable or EngineError when its adapter cannot be used."""
    adapter = as_chat_engine(load_adapter(row))
    if adapter is None:
        raise _cannot_chat(row)
    return Chatter(row=row, adapter=adapter)


def choose_chatter(requested: str | None, project: Project | None = None) -> Chatter:
    """Request > project setting > default (`tasks.services.choose_engine`); raises what it raises."""
    return chatter_for(choose_engine(domain=DOMAIN, requested=requested or None, project=project))


def chat_engines() -> list[Engine]:
    """Enabled chat engines, the default first."""
    return list(Engine.objects.enabled(DOMAIN))


def probe_chat_engine(row: Engine, adapter: ChatEngine) -> Mapping[str, str | int | float]:
    """A small real piece of work: at the row's address, or with the model that the row names."""
    if isinstance(adapter, ProbesTarget):
        return adapter.probe_target(Chatter(row=row, adapter=adapter).target)
    return adapter.probe()
