"""The part of an engine's contract that is the same in every domain."""

from collections.abc import Mapping
from typing import Protocol

from tasks.engines.card import EngineCard


class Engine(Protocol):
    """An interchangeable way to do one kind of work. Domains add their own verb (`synthesize`, `reply` ...).

    An engine is made without arguments, cheaply, in any process, also in one that never uses it. It imports heavy
    libraries only inside `load`. All its methods may be called from several threads at once. It raises nothing but
    `tasks.engines.errors.EngineError` and its subclasses for what can go wrong outside its own code.
    """

    @property
    def card(self) -> EngineCard:
        """The capability card; the same object for the life of the process. May raise `EngineUnavailable`."""

    def load(self) -> None:
        """Take what the first request would wait for (libraries, weights, children). Calling it again is free."""

    def close(self) -> None:
        """Give back memory, devices and children. The engine may be loaded again afterwards."""

    def probe(self) -> Mapping[str, str | int | float]:
        """Do the smallest real piece of work and return what was measured (`total_ms` at least)."""
