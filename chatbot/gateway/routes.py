"""From the name a program asks for to the engines that may answer: one row, or all rows of an alias."""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from chatbot.engines.base import DOMAIN
from chatbot.gateway.memo import Memo
from chatbot.selectors.chatters import Chatter, chatter_for
from tasks.engines.errors import EngineError, EngineUnavailable
from tasks.models import Engine
from tasks.services.errors import UnknownEngine

#: After that many failures in a row an engine rests; one call is let through afterwards to try it.
FAILURES_TO_OPEN = 5
OPEN_SECONDS = 15.0


@dataclass
class Breaker:
    """Keeps calls away from an engine that fails all the time; one per engine and process."""

    failures: int = 0
    open_until: float = field(default=0.0)

    def is_closed(self) -> bool:
        """Whether a call may go there now."""
        return time.monotonic() >= self.open_until

    def note(self, *, failed: bool) -> None:
        """Learn how a call ended; refusals of the request itself are no failures."""
        self.failures = self.failures + 1 if failed else 0
        if self.failures >= FAILURES_TO_OPEN:
            self.open_until = time.monotonic() + OPEN_SECONDS


_breakers: dict[UUID, Breaker] = {}


def breaker_of(chatter: Chatter) -> Breaker:
    """The engine's breaker in this process."""
    return _breakers.setdefault(chatter.row.pk, Breaker())


def _read_route(name: str) -> list[Chatter]:
    """Enabled rows called `name`, else those whose option `alias` it is; the default engine for an empty name."""
    rows = list(Engine.objects.enabled(DOMAIN))
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
    """Whom to ask first, and whom next: by `order`, within it at random by `weight`, resting engines last.

    Raises EngineUnavailable when every one of them rests.
    """
    if len(chatters) == 1:
        ordered = list(chatters)
    else:
        # Efraimidis and Spirakis 2006: sorting by random() ** (1 / weight) draws without replacement by weight.
        ordered = sorted(chatters, key=lambda c: (_number(c, "order", 0), -(random.random() ** (1 / _weight(c)))))  # noqa: S311
    awake = [chatter for chatter in ordered if breaker_of(chatter).is_closed()]
    if not awake:
        raise EngineUnavailable("The engine has failed several times; it is left alone for some seconds.")
    return awake


def _weight(chatter: Chatter) -> float:
    return max(0.001, _number(chatter, "weight", 1))


def _number(chatter: Chatter, name: str, default: float) -> float:
    value = chatter.row.options.get(name, default)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default
