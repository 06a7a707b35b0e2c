"""A project whose scope is watched, and calls of people in it."""

from datetime import timedelta
from typing import Any

from accounts.models import Account
from chatbot.intents import Classification
from chatbot.models import DeviationRule, DeviationScore
from chatbot.selectors.scope import ScopePolicy, policy_of
from chatbot.services.deviation import ScopeVerdict, record_charges
from config.common.ids import uuid7
from projects.models import Project

#: D5's own example.
DEVELOPMENT = ["coding", "debugging", "testing", "documentation"]
INSIDE = "Write unit tests for this class"
OUTSIDE = "Plan a weekend trip to Rome with hotels"
TRAVEL = Classification("travel", 0.97, {"travel": 0.97, "coding": 0.03})


def watch_scope(
    project: Project, mode: str = "enforce", allowed_intents: list[str] = DEVELOPMENT, **settings: Any
) -> ScopePolicy:
    """Give the project a scope and return its policy; `settings` are the project's own, as `intent_block_score=20`."""
    project.allowed_intents = allowed_intents
    project.settings = {**project.settings, "intent_mode": mode, **settings}
    project.save(update_fields=["allowed_intents", "settings", "task_scope"])
    policy = policy_of(project)
    assert policy is not None
    return policy


def charge(policy: ScopePolicy, user: Account, points: float = 10.0, **fields: Any) -> ScopeVerdict:
    """A call that costs points."""
    given: dict[str, Any] = {
        "interaction_id": uuid7(),
        "classification": TRAVEL,
        "charges": {DeviationRule.OFF_SCOPE: points},
    }
    return record_charges(policy=policy, user_id=user.pk, **given | fields)


def age_scores(**delta: float) -> None:
    """Let the time pass that `timedelta(**delta)` says."""
    for score in DeviationScore.objects.all():
        DeviationScore.objects.filter(pk=score.pk).update(scored_at=score.scored_at - timedelta(**delta))
