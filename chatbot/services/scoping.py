"""One prompt judged from end to end: what it is about, which rules it breaks, and what that costs."""

import logging
from uuid import UUID

from chatbot.intents import Classification
from chatbot.models import DeviationRule
from chatbot.selectors.intents import classify
from chatbot.selectors.scope import ScopePolicy
from chatbot.services.deviation import ScopeVerdict, record_charges
from chatbot.services.scope_rules import strikes_burst, strikes_hopping
from config.common.redis import RedisDown
from tasks.engines.errors import EngineError

logger = logging.getLogger(__name__)


def judge_prompt(
    *, policy: ScopePolicy, user_id: UUID, interaction_id: UUID, prompt: str, question_id: UUID | None = None
) -> ScopeVerdict:
    """Classify, charge and record, in the time of an embedding; where no engine can embed, the prompt is `unknown`.

    Several answers to one question of the chat (`question_id`) are charged once.
    """
    classification = _classify(prompt, policy)
    off_scope = classification.off_scope(policy.inside)
    charges: dict[DeviationRule, float] = {}
    if off_scope:
        charges[DeviationRule.OFF_SCOPE] = policy.off_scope_points * off_scope
    if len(prompt) > policy.oversize_characters:
        charges[DeviationRule.OVERSIZE] = policy.oversize_points
    try:
        if off_scope and strikes_hopping(policy=policy, user_id=user_id, intent=classification.intent):
            charges[DeviationRule.HOPPING] = policy.hopping_points
        if strikes_burst(policy=policy, user_id=user_id, interaction_id=interaction_id):
            charges[DeviationRule.BURST] = policy.burst_points
    except RedisDown:
        logger.warning("chatbot.scope.rules_unavailable")
    return record_charges(
        policy=policy,
        user_id=user_id,
        interaction_id=interaction_id,
        classification=classification,
        charges=charges,
        question_id=question_id,
    )


def _classify(prompt: str, policy: ScopePolicy) -> Classification:
    try:
        return classify(prompt, policy)
    except EngineError as error:
        logger.warning("chatbot.scope.unclassified", extra={"error_code": error.code})
        return Classification()
