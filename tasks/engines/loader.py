"""Finds the engines of a domain by dotted path and keeps one broken engine from stopping the site."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Generic, TypeVar

from tasks.engines.contract import Engine
from tasks.engines.errors import EngineError, EngineUnavailable

logger = logging.getLogger(__name__)

E = TypeVar("E", bound=Engine)


@dataclass(frozen=True, slots=True)
class BrokenEngine:
    """A dotted path that gave no usable engine, and why, for the staff who look at the catalogue."""

    path: str
    error: str


class EngineRegistry(Generic[E]):
    """The engines of one domain, imported on first use and made once per process.

    `paths` name classes (`tts.engines.espeak.EspeakEngine`) that are called without arguments. `accepts` tells
    whether the object keeps the contract of the domain; it also types the registry. When two engines share a
    name the first wins and the second is recorded as broken. A path that failed with a retryable error is tried again
    when somebody asks for an engine that is not there.
    """

    def __init__(self, domain: str, paths: Sequence[str], *, accepts: Callable[[object], E | None]) -> None:
        self.domain = domain
        self._paths = tuple(paths)
        self._accepts = accepts
        self._lock = threading.Lock()
        self._engines: dict[str, E] | None = None
        self._broken: list[BrokenEngine] = []
        self._try_again: list[str] = []

    def engines(self) -> tuple[E, ...]:
        """Every usable engine, in the order of the paths."""
        return tuple(self._load().values())

    def names(self) -> tuple[str, ...]:
        """The names of the usable engines, in the order of the paths."""
        return tuple(self._load())

    def broken(self) -> tuple[BrokenEngine, ...]:
        """The paths that gave no engine, with the reason."""
        self._load()
        return tuple(self._broken)

    def get(self, name: str) -> E:
        """The engine of that name. Raises `EngineUnavailable` (`unknown_engine`, no retry) listing what exists."""
        engines = self._load()
        if name not in engines:
            engines = self._load_late_comers()
        if name in engines:
            return engines[name]
        known = ", ".join(engines) or "none"
        raise EngineUnavailable(
            f"There is no {self.domain} engine called {name!r}. Engines: {known}.",
            code="unknown_engine",
            retryable=False,
        )

    def close(self) -> None:
        """Close every engine that was made; the next use imports the paths again."""
        with self._lock:
            engines, self._engines = self._engines or {}, None
            self._broken, self._try_again = [], []
        for engine in engines.values():
            engine.close()

    def _load(self) -> dict[str, E]:
        with self._lock:
            if self._engines is None:
                found: dict[str, E] = {}
                for path in self._paths:
                    self._add(path, found)
                self._engines = found
            return self._engines

    def _load_late_comers(self) -> dict[str, E]:
        with self._lock:
            paths, self._try_again = self._try_again, []
            self._broken = [entry for entry in self._broken if entry.path not in paths]
            # A copy: other threads iterate over the one that they were given.
            found = self._engines = dict(self._engines or {})
            for path in paths:
                self._add(path, found)
            return found

    def _add(self, path: str, found: dict[str, E]) -> None:
        try:
            engine = self._make(path)
            name = engine.card.name
            if name in found:
                raise ValueError(f"the name {name!r} is taken by an engine listed before")
        # A third-party engine may raise anything while it is imported, SystemExit included.
        except (Exception, SystemExit) as error:
            logger.exception("engine.load.failed", extra={"engine_path": path, "engine_domain": self.domain})
            self._broken.append(BrokenEngine(path=path, error=f"{type(error).__name__}: {error}"))
            if isinstance(error, EngineError) and error.retryable:
                self._try_again.append(path)
        else:
            found[name] = engine

    def _make(self, path: str) -> E:
        module_name, _, class_name = path.rpartition(".")
        if not module_name:
            raise ImportError(f"{path!r} is not the dotted path of a class")
        factory: Any = getattr(import_module(module_name), class_name)
        # Called without arguments: configuration comes from the catalogue row at each request, not from the process.
        engine = self._accepts(factory())
        if engine is None:
            raise TypeError(f"{class_name} does not keep the contract of the domain {self.domain!r}")
        card = engine.card
        if card.domain != self.domain:
            raise ValueError(f"its card says domain {card.domain!r}, not {self.domain!r}")
        return engine
