"""From the name a program asks for to the engines that may answer: one row, or all rows of an alias."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chatbot.engines.base import DOMAIN
from chatbot.gateway.memo import Memo
from chatbot.selectors.chatters import Chatter, chatter_for
from tasks.engines.errors import EngineError
from tasks.models import Engine
from tasks.services.errors import UnknownEngine

#: After that many failures in a row an engine rests; then one call after the other is let through to try it.
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 15.0


@dataclass
class Breaker:
    """Keeps calls away from an engine that fails all the time; one per engine and process."""

    failures: int = 0
    open_until: float = field(default=0.0)

    def rests(self) -> bool:
        """Whether no call may go there now."""
        return time.monotonic() < self.open_until

    def enter(self) -> bool:
        """Whether this call may go there; after the rest the first one keeps the others away until it has ended."""
        if self.rests():
            return False
        if self.failures >= FAILURES_TO_OPEN:
            self.open_until = time.monotonic() + OPEN_SECONDS
        return True

    def note(self, *, failed: bool) -> None:
        """Learn how a call ended."""
        self.failures = self.failures + 1 if failed else 0
        self.open_until = time.monotonic() + OPEN_SECONDS if self.failures >= FAILURES_TO_OPEN else 0.0


_breakers: dict[UUID, Breaker] = {}


def breaker_of(chatter: Chatter) -> Breaker:
    """The engine's breaker in this process."""
    return _breakers.setdefault(chatter.row.pk, Breaker())


def forget_breakers() -> None:
    """Every engine counts as healthy (tests)."""
    _breakers.clear()


def usable_rows(domain: str) -> list[Engine]:
    """Enabled rows, the default first. Options that are no object make a row unusable, not its neighbours."""
    return [row for row in Engine.objects.enabled(domain) if isinstance(row.options, dict)]


def _read_route(name: str) -> list[Chatter]:
    """Enabled rows called `name`, else those whose option `alias` it is; the default engine for an empty name."""
    rows = usable_rows(DOMAIN)
    named = [row for row in rows if row.name == name] or [row for row in rows if row.options.get("alias") == name]
    chatters = []
    for row in rows[:1] if not name else named:
        try:
            chatters.append(chatter_for(row))
        except EngineError:
            # Its adapter is not installed here; the others of the alias may be.
            continue
    if not chatters:
        raise UnknownEngine(f"There is no chat model {name[:100]!r}.", errors={"model": [f"Unknown: {name[:100]!r}."]})
    return chatters


routes: Memo[list[Chatter]] = Memo(_read_route)


def in_order(chatters: Sequence[Chatter]) -> list[Chatter]:
    """Whom to ask first, and whom next: by the option `order`, within it at random by `weight`."""
    if len(chatters) == 1:
        return list(chatters)
    # Efraimidis and Spirakis 2006: sorting by random() ** (1 / weight) draws without replacement by weight.
    return sorted(chatters, key=lambda c: (_number(c, "order", 0), -(random.random() ** (1 / _weight(c)))))  # noqa: S311 (chance, no secret)


def _weight(chatter: Chatter) -> float:
    return max(0.001, _number(chatter, "weight", 1))


def _number(chatter: Chatter, name: str, default: float) -> float:
    value = chatter.row.options.get(name, default)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
