"""The capability card: what the site knows about an engine without running it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import MappingProxyType

_NO_LIMITS: Mapping[str, int | float] = MappingProxyType({})
_NO_OPTIONS: Mapping[str, str | int | float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EngineCard:
    """Name, version and limits of one engine.

    `name` is unique inside `domain` (`tts`, `chat`, `speech` ...) and never changes, because results store it.
    `local` says that no request leaves the machine. `needs` lists importable modules (`espeakng_loader`) and, in
    upper case, settings (`GEMINI_API_KEY`). `limits` carry their unit in the key (`max_characters`); `options` are
    defaults that callers may show (`default_voice`).
    """

    name: str
    version: str
    domain: str
    title: str
    local: bool
    needs: tuple[str, ...] = ()
    limits: Mapping[str, int | float] = field(default_factory=lambda: _NO_LIMITS)
    options: Mapping[str, str | int | float] = field(default_factory=lambda: _NO_OPTIONS)

    def missing_needs(self, *, has_setting: Callable[[str], bool]) -> tuple[str, ...]:
        """The needs this machine does not meet, in their order; modules are looked up, not imported."""
        return tuple(need for need in self.needs if not _is_met(need, has_setting))


def _is_met(need: str, has_setting: Callable[[str], bool]) -> bool:
    if need.isupper():
        return has_setting(need)
    try:
        return find_spec(need) is not None
    except ModuleNotFoundError:  # the parent package of a dotted name is missing
        return False
