"""Where a person stands in the projects that watch their scope: score, causes and blocks, as the person reads them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from accounts.models import Account
from chatbot.models import DeviationBlock, DeviationEvent, DeviationScore
from chatbot.selectors.scope import ScopeLevel, ScopePolicy, policy_of
from projects.models import Project

#: The latest changes of a score that are shown for each project.
EVENTS = 8
_ORDER = (ScopeLevel.BLOCKED, ScopeLevel.WARNING, ScopeLevel.OK)


@dataclass(slots=True)
class Standing:
    """One person in one project; `policy` is None where nothing is watched now. Blocks and events: newest first."""

    project: Project
    policy: ScopePolicy | None
    score: float = 0.0
    blocks: list[DeviationBlock] = field(default_factory=list)
    events: list[DeviationEvent] = field(default_factory=list)

    @property
    def block(self) -> DeviationBlock | None:
        """The open one."""
        return next((block for block in self.blocks if block.is_open), None)

    @property
    def lifted(self) -> list[DeviationBlock]:
        """Those that staff have ended."""
        return [block for block in self.blocks if not block.is_open]

    @property
    def level(self) -> ScopeLevel:
        """What follows now: an open block counts only while the project enforces its scope."""
        if self.policy is None:
            return ScopeLevel.OK
        if self.policy.blocks and self.block is not None:
            return ScopeLevel.BLOCKED
        return self.policy.level_at(self.score)

    @property
    def half_life_hours(self) -> float:
        """After so long half of the score is forgotten; 0 where nothing is watched."""
        return self.policy.half_life_seconds / 3600 if self.policy else 0.0


def standings_of(user: Account) -> list[Standing]:
    """One's own, of staff too, only where there is something to say; blocked ones first. Three queries."""
    found: dict[UUID, Standing] = {}
    scores = DeviationScore.objects.visible_to(user).filter(user=user).with_present_score().select_related("project")
    for score in scores:
        # As everywhere where people read it: to the cent.
        if present := round(float(score.__dict__["present_score"]), 2):
            _of(found, score.project).score = present
    blocks = DeviationBlock.objects.visible_to(user).filter(user=user).select_related("project")
    for block in blocks.order_by("-pk"):
        _of(found, block.project).blocks.append(block)
    # Not those of other projects: a cause without a score or a block explains nothing any more.
    for event in _latest_events(user, found):
        found[event.project_id].events.append(event)
    return sorted(found.values(), key=lambda standing: (_ORDER.index(standing.level), -standing.score))


def _of(found: dict[UUID, Standing], project: Project) -> Standing:
    return found.setdefault(project.pk, Standing(project, policy_of(project)))


def _latest_events(user: Account, projects: Iterable[UUID]) -> Iterable[DeviationEvent]:
    # One query for all projects, each with its own latest ones.
    own = DeviationEvent.objects.visible_to(user).filter(user=user, project_id__in=list(projects))
    place = Window(RowNumber(), partition_by=F("project_id"), order_by=F("pk").desc())
    return own.annotate(place=place).filter(place__lte=EVENTS).order_by("-pk")
