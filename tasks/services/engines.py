"""The engine catalogue: which engine answers a request, and whether it works."""

import logging
from collections.abc import Sequence
from functools import lru_cache

from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.queries import CompiledQuery
from projects.models import Project
from tasks.engines.contract import Engine as Adapter
from tasks.engines.errors import EngineError
from tasks.models import Engine
from tasks.querysets import EngineQuerySet
from tasks.registry import engine_domains, engine_probe, engine_registry
from tasks.services.acting import acting
from tasks.services.errors import EngineInUse, InvalidEngine, UnknownEngine

logger = logging.getLogger(__name__)


def choose_engine(*, domain: str, requested: str | None, project: Project | None) -> Engine:
    """Request > project setting (`settings["engines"][domain]`) > default of the domain; raises UnknownEngine.

    Rows whose adapter is not installed here are never chosen.
    """
    preferred = requested or _project_choice(domain, project)
    usable = _usable(domain, tuple(engine_registry(domain).names()), by_name=bool(preferred))
    engine = usable.first(name=preferred or "")
    if engine is None:
        message = _("There is no usable engine %(name)s.") % {"name": preferred or domain}
        raise UnknownEngine(errors={"engine": [message]})
    return engine


@lru_cache
def _usable(domain: str, adapters: tuple[str, ...], *, by_name: bool) -> CompiledQuery[Engine]:
    def build(name: str) -> EngineQuerySet:
        engines = Engine.objects.enabled(domain).filter(adapter__in=adapters)
        first: EngineQuerySet = (engines.filter(name=name) if by_name else engines)[:1]
        return first

    return CompiledQuery(build, name=str)


def _project_choice(domain: str, project: Project | None) -> str | None:
    choices = project.settings.get("engines") if project is not None else None
    choice = choices.get(domain) if isinstance(choices, dict) else None
    return choice if isinstance(choice, str) else None


def load_adapter(engine: Engine) -> Adapter:
    """The code behind a catalogue row; raises EngineUnavailable when it is not installed."""
    return engine_registry(engine.domain).get(engine.adapter)


def probe_engine(*, engine: Engine, actor: Account | None) -> Engine:
    """Do a small real piece of work with the engine and store what happened, good or bad.

    It runs in the caller's process and takes as long as the engine does; nothing is charged to anybody. Only
    EngineError counts as an answer: another exception is a bug of the adapter and reaches the caller.
    """
    try:
        result: dict[str, object] = {"ok": True, **engine_probe(engine.domain)(engine, load_adapter(engine))}
    except EngineError as error:
        result = {"ok": False, "code": error.code, "detail": error.message}
    with acting(actor, "probed"):
        Engine.objects.filter(pk=engine.pk).update(last_probed_at=Now(), last_probe_result=result)
    engine.refresh_from_db()
    return engine


def sync_engines() -> Sequence[Engine]:
    """Make a catalogue row for each installed engine that has none; what staff changed stays. Returns the new rows."""
    made: list[Engine] = []
    for domain in engine_domains():
        for adapter in engine_registry(domain).engines():
            # A remote engine has no address yet, some local ones no model: staff, or `manage.py add_engine`, name it.
            is_ready = adapter.card.local and not adapter.card.options.get("needs_model")
            row, created = Engine.objects.get_or_create(
                domain=domain,
                name=adapter.card.name,
                defaults={
                    "adapter": adapter.card.name,
                    "title": adapter.card.title,
                    "is_enabled": is_ready,
                    "is_default": is_ready and not Engine.objects.filter(domain=domain, is_default=True).exists(),
                },
            )
            made += [row] if created else []
    return made


def add_engine(
    *,
    domain: str,
    name: str,
    adapter: str,
    actor: Account | None,
    model: str = "",
    base_url: str = "",
    credential: str = "",
    title: str = "",
) -> Engine:
    """A new catalogue row, switched on. Raises InvalidEngine when the adapter is unknown, or the row is not valid."""
    known = engine_registry(domain).names() if domain in engine_domains() else ()
    if adapter not in known:
        message = _("There is no adapter %(name)s. Adapters: %(known)s.")
        raise InvalidEngine(message % {"name": adapter, "known": ", ".join(known) or "-"})
    row = Engine(
        domain=domain, name=name, adapter=adapter, model=model, base_url=base_url, credential=credential, title=title
    )
    try:
        row.full_clean()
    except ValidationError as error:
        raise InvalidEngine(errors=error.message_dict) from error
    with acting(actor, "added"):
        row.save(force_insert=True)
    return row


def is_built_in(engine: Engine) -> bool:
    """Whether it came with the installation: `sync_engines` made its row, and would make it again."""
    adapters = engine_registry(engine.domain).engines() if engine.domain in engine_domains() else ()
    cards = [adapter.card for adapter in adapters if adapter.card.name == engine.adapter == engine.name]
    return any(card.local and not card.options.get("needs_model") for card in cards)


@transaction.atomic
def withdraw_engine(*, engine: Engine, actor: Account) -> None:
    """Switch it off, so that nobody is offered it any more; raises EngineInUse.

    The row stays: results, replies and the audit name it, and staff can switch it on again with its credential.
    """
    row = Engine.objects.select_for_update().get(pk=engine.pk)
    if is_built_in(row):
        raise EngineInUse(_("This engine is part of the house; staff can switch it off in the operations console."))
    if row.is_default:
        raise EngineInUse(_("This is the default engine of its domain. Make another one the default first."))
    with acting(actor, "deleted"):
        Engine.objects.filter(pk=row.pk).update(is_enabled=False)
    LogEntry.objects.log_actions(actor.pk, [row], CHANGE, change_message="DELETE /v1/models", single_object=True)


def make_default(*, engine: Engine, actor: Account | None) -> Engine:
    """Let this engine answer when nobody asked for another one; it is switched on by that."""
    with acting(actor, "default engine"):
        Engine.objects.select_for_update().filter(domain=engine.domain, is_default=True).update(is_default=False)
        Engine.objects.filter(pk=engine.pk).update(is_default=True, is_enabled=True)
    engine.refresh_from_db()
    return engine
