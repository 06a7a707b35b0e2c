"""A project's scope of work (D5 allowed_intents, task_scope) and how strictly it is watched."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from django.conf import settings

from chatbot.intents import read_catalogue
from projects.models import Project


class IntentMode(StrEnum):
    """`project.settings["intent_mode"]`: what follows from a request outside of the scope."""

    OFF = "off"
    OBSERVE = "observe"
    WARN = "warn"
    ENFORCE = "enforce"


class ScopeLevel(StrEnum):
    """What a person is told."""

    OK = "ok"
    WARNING = "warning"
    BLOCKED = "blocked"


def stores_content(project: Project) -> bool:
    """Whether the audit may keep what is said in calls of this project; a project that says nothing keeps it."""
    return project.settings.get("store_content") is not False


def keeps_people_words(project: Project) -> bool:
    """Whether the audit keeps what people say to engines: only where the project watches its scope, and allows it.

    Staff may judge it there; elsewhere it is private.
    """
    return stores_content(project) and policy_of(project) is not None


#: The house's values that a project may replace, and the least each may be; `intent_warn_score` in its settings.
LEAST: Mapping[str, float] = MappingProxyType({
    "INTENT_WARN_SCORE": 1.0,
    "INTENT_BLOCK_SCORE": 1.0,
    "INTENT_HALF_LIFE_HOURS": 0.01,
    "INTENT_OFF_SCOPE_POINTS": 0.0,
    "INTENT_HOPPING_INTENTS": 2.0,
    "INTENT_HOPPING_SECONDS": 1.0,
    "INTENT_HOPPING_POINTS": 0.0,
    "INTENT_BURST_CALLS": 1.0,
    "INTENT_BURST_POINTS": 0.0,
    "INTENT_OVERSIZE_CHARACTERS": 1.0,
    "INTENT_OVERSIZE_POINTS": 0.0,
})  # fmt: skip
MOST = 1e9


@dataclass(frozen=True, slots=True)
class ScopePolicy:
    """What watching a project's requests needs, read once; scores are points, `_seconds` say so themselves."""

    project_id: UUID
    project_name: str
    mode: IntentMode
    allowed_intents: tuple[str, ...]
    task_scope: str
    warn_score: float
    block_score: float
    half_life_seconds: float
    off_scope_points: float
    hopping_intents: int
    hopping_seconds: int
    hopping_points: float
    burst_calls: int
    burst_points: float
    oversize_characters: int
    oversize_points: float

    @property
    def blocks(self) -> bool:
        """Whether a high score has consequences."""
        return self.mode is IntentMode.ENFORCE

    def level_at(self, score: float) -> ScopeLevel:
        """What a score means without a block: who only observes tells nobody anything."""
        warns = self.mode is not IntentMode.OBSERVE and score >= self.warn_score
        return ScopeLevel.WARNING if warns else ScopeLevel.OK

    @property
    def own_intents(self) -> tuple[str, ...]:
        """Allowed intents that the catalogue does not know: the project describes them."""
        return tuple(name for name in self.allowed_intents if name not in read_catalogue())

    @property
    def inside(self) -> frozenset[str]:
        """Intents that cost nothing."""
        return frozenset(self.allowed_intents) | {i.name for i in read_catalogue().values() if i.is_free}


def policy_of(project: Project) -> ScopePolicy | None:
    """The project's policy, or None when nothing is watched; without allowed intents that is the default."""
    mode = mode_of(project)
    if mode is IntentMode.OFF or not project.allowed_intents:
        return None
    return ScopePolicy(
        project_id=project.pk,
        project_name=project.project_name,
        mode=mode,
        allowed_intents=tuple(project.allowed_intents),
        task_scope=project.task_scope,
        warn_score=_number(project, "INTENT_WARN_SCORE"),
        block_score=_number(project, "INTENT_BLOCK_SCORE"),
        half_life_seconds=3600 * _number(project, "INTENT_HALF_LIFE_HOURS"),
        off_scope_points=_number(project, "INTENT_OFF_SCOPE_POINTS"),
        hopping_intents=round(_number(project, "INTENT_HOPPING_INTENTS")),
        hopping_seconds=round(_number(project, "INTENT_HOPPING_SECONDS")),
        hopping_points=_number(project, "INTENT_HOPPING_POINTS"),
        burst_calls=round(_number(project, "INTENT_BURST_CALLS")),
        burst_points=_number(project, "INTENT_BURST_POINTS"),
        oversize_characters=round(_number(project, "INTENT_OVERSIZE_CHARACTERS")),
        oversize_points=_number(project, "INTENT_OVERSIZE_POINTS"),
    )


def mode_of(project: Project) -> IntentMode:
    """Unknown words count as the default: a slip in the settings must neither block anybody nor hide anything."""
    try:
        return IntentMode(project.settings.get("intent_mode", IntentMode.OBSERVE))
    except ValueError:
        return IntentMode.OBSERVE


def house_value(name: str) -> float:
    """Of one of LEAST's names: what counts where a project says nothing of its own."""
    return float(getattr(settings, name))


def _number(project: Project, name: str) -> float:
    """The project's own value where it is a number in range, else the house's."""
    own, default = project.settings.get(name.lower()), house_value(name)
    is_number = isinstance(own, int | float) and not isinstance(own, bool)
    return float(own) if is_number and math.isfinite(own) and LEAST[name] <= own <= MOST else default
